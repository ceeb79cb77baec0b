"""The arrears ledger 欠费台账: who owes what, since when, and how it came about (product row G1).

Nouns: line 笔 (an open receivable), household 户 (the lines of one property), view 视图 (a saved filter), movement 变动
(opening + new − cleared − adjusted = closing), migration 账龄迁徙 (what became of each ageing bucket between two days).
A filter has a state: late 逾期, due 未到期, open 未缴 (both) or fee 仅剩违约金 (the principal is paid).
Invariants: totals are the sums of exactly the rows that the filter lists; the movement adds up to the fen for every
community and month; both ends of a migration are the ageing of their days; nothing here changes a receivable.

Rooms above add columns by ``register_column``, and verbs on chosen rows by the page slot ``arrears.bulk``.
"""
