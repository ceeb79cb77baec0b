"""From contract lines to receivables, and what they bear (product rows B3, B4, C1, C2, C7).

Nouns: run 出账 (of a community and month), run line (a draft), receivable 应收, adjustment 调整, late-fee hold 停计,
late-fee waiver 减免, reversal 红冲.
States of a run: draft → confirmed (locked, waiting for a second person) → published | discarded. A receivable is
published, and perhaps reversed; nothing else about it changes but its outstanding and its accrual cache.
Invariants: one receivable per contract line, payer and first day where not reversed; no day of a line is billed twice;
outstanding = amount + adjustments − principal allocated; a published receivable is frozen by a trigger.
"""
