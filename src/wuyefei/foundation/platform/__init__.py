"""What every room may use: the audit trail, numbering, the personal-data vault, the clock and the outbox.

Invariants: an audit entry is never changed or removed; a number of a gapless series is never given twice;
personal data leave the vault only through ``reveal``, which leaves a trace.
"""
