"""Money received and what it settled (product rows D2, D5).

Nouns: payment 收款, tender (the way a part of it was paid), allocation 核销 (to principal or late fee of a
receivable), prepayment 预存 (per payer and property). States of a payment: booked → voided.
Invariants: tenders = allocations + prepayment made; what is allocated to a receivable never exceeds it; a payment is
taken once per client key; an allocation is undone only by its exact negative.
"""
