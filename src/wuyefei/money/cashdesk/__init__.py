"""The cash desk 收银台: shifts, finding a household, taking money (product row D3).

States of a shift: open → handed_over (counted, waiting for a second person) → accepted. Invariants: a cashier has
one open shift in a community; every desk payment belongs to one shift; expected cash is the float plus the cash taken
less the cash of voided payments; over and short are booked when the handover is accepted. The cash of a shift is banked by one
deposit slip 缴款单 that stands; until the bank's statement shows it, it is cash in transit (1001.9), and cash on hand in
the books is what was taken and not yet banked. A card payment keeps what the terminal printed: terminal 终端 (of a merchant
account 收单商户), reference 参考号; the acquirer's file may fill in what was left out, never change the money.
"""
