"""The turnover that shops declare 营业额申报, month by month (product rows B2, J5).

Nouns: lease (a contract line whose tariff is a rent with a share of turnover), declaration 申报 (what one lease took in
one month). States: waiting → confirmed → replaced; waiting → refused.
Invariants: what was declared is never changed: a correction is another declaration of the same month, with its reason;
who enters one never confirms it; a lease has at most one waiting and one confirmed declaration a month; a month is
declared once it is over, and only where the lease was running in it.
"""
