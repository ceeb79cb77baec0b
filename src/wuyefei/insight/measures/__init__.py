"""What was collected and what is owed, as of any past day: every measure defined once (``rules``), read as booked.

Nouns: as-of day 截止日 (a report sees only rows booked by its end in China), period 账期 (a receivable belongs to the
period of its due date), arrears 欠费, ageing 账龄, rates 收缴率.
Invariants: a report's totals are the sums of its rows; the ageing buckets add up to the arrears; the same day asked
again gives the same figures, whatever was booked since.
"""
