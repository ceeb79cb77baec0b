"""The double-entry journal under all of it (product row D6).

An entry 凭证 has legs 分录; a leg's amount is positive for a debit and negative for a credit. Invariants, kept by the
database: an entry balances at the commit; nothing is updated, deleted or truncated; a leg's account belongs to the
entry's organisation; no entry is dated in days whose books are closed (结账), and a post and a close of one community never pass
each other. Sub-ledgers (receivables, prepayments, tenders) live in their own rooms and are proved equal to
the control accounts by ``verify``.
"""
