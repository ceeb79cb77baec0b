"""Charges that are worked out sheet by sheet 计费单 (product row B2): metered use, shared costs, one sum for many.

Nouns: sheet 计费单 (one charge item of one community), line 计费行 (what one payer of one property owes on it, with all
that its amount follows from), use (a reading that a line has charged), left out (a property without a line, and why).
States of a sheet: draft → asked (waits for a second person) → billed; a draft may be discarded.
Invariants: a line's amount can be computed again from its own inputs; a shared sum is conserved to the fen and its
participants are frozen with the sheet, so that whoever comes later never changes what was shared before; a reading is
charged once an item while its bill stands; nothing of a billed sheet is ever changed.
"""
