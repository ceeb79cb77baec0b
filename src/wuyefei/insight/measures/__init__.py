"""What was collected and what is owed, as of any past day: every measure defined once (``rules``), read as booked.

Nouns: as-of day 截止日 (a report sees only rows booked by its end in China), period 账期 (a week, month, quarter or year;
a receivable belongs to the period of its due date), arrears 欠费, ageing 账龄, rates 收缴率, received 收款 (money that came
in, by channel), target 目标 (the current-period rate wished for in a community or everywhere, in a month, quarter or
year), pack 报告 (the week or month on paper).
Invariants: a report's totals are the sums of its rows; the ageing buckets add up to the arrears; the rows behind a figure
add up to it; the same day asked again gives the same figures, whatever was booked since.
"""
