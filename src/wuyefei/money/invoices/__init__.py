"""Tax invoices 数电票 (product row D4): asked for, issued through a provider, taken back by red letters.

Nouns: title 抬头 (to whom it is made out, remembered per payer), invoice 发票 (blue), red letter 红字发票 (takes back whole
lines of one), line (one allocation, or late fee of one, with its rate and tax), setup (the provider an organisation uses),
report (what the provider says of a document).
States of a document: asked → sent → issued | failed | mismatch; failed → sent; asked, failed → cancelled;
mismatch → issued | failed. A blue one goes on: issued → part_red → red.
Invariants: a line is exactly one allocation in force, and an allocation has one live line; a red line is the exact negative
of its blue line, once; the tax of a bill's lines is the bill's tax once all of it is invoiced; pass-through items, deposits
and costs laid out are never invoiced; a payment with a live line is neither voided nor released; nothing a provider says is
believed unsigned, and an amount that is not the one asked for is never issued; the state is written in one place.
"""
