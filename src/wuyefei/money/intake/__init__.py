"""The import room (导入): brings a firm's estate and opening balances in from its own workbooks.

Nouns: an *upload* is one file as a firm brings it; a *plan* is what reading it would create, with every
*issue* found on the way (sheet, row, column, value, what would be right); *applying* a plan writes it through
the doors of the lower rooms in one transaction.

Invariants: reading never writes; a faulty row contributes nothing to the plan; all-or-nothing refuses a plan
with any error; applying the same file again changes nothing; opening arrears and prepayments are applied only
when they equal the totals the user typed in; payments of the past come in as memo, never as payments, and what
was left unpaid becomes an opening arrear against opening equity.
"""
