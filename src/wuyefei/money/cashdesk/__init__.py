"""The cash desk 收银台: shifts, finding a household, taking money (product row D3).

States of a shift: open → handed_over (counted, waiting for a second person) → accepted. Invariants: a cashier has
one open shift in a community; every desk payment belongs to one shift; expected cash is the float plus the cash taken
less the cash of voided payments; over and short are booked when the handover is accepted.
"""
