"""The books as an accountant reads and closes them (product rows C2, D6).

Nouns: trial balance 科目余额表, account page 明细账, voucher 凭证, movement 变动表, income by item 收入表, tie 勾稽.
Invariants: every report is recomputed from the journal for any stretch of days; debits equal credits in each column of
the trial balance; what the sub-ledgers say as of a day equals the journal as of that day, and each tie that does not is
shown with its difference.
"""
