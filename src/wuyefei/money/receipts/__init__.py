"""Receipts 收据: gapless numbered snapshots (product row D4).

A receipt holds everything it prints and no key to a payment. Invariants: numbers of a community and year run without
gaps; a voided receipt keeps its number; the snapshot never changes; every print after the first is logged.
"""
