"""Personal data (个人信息, product row A5): what is held about people and why, consents, copies, retention, erasure.

Nouns: a *holding* is one kind of fact that a room keeps about people, with its purpose, its legal ground and how long it is
kept; rooms above say theirs through ``register_holding``. A *consent* is what a person said about one *use* of their data
that needs consent; the latest word holds, and nothing said is ever removed. The *retention* of a firm is the number of
years after somebody's last tie at which their data is erased.

Invariants: a consent is append-only; nobody is erased who has a tie, a debt, a prepayment or a payment younger than the
retention; bills, receipts and the ledger stay as they were.
"""
