"""Four eyes: a request by its maker, a decision by somebody else.

Nouns: request (maker, subject, payload and its hash), decision. States: open → approved (and executed in the same
transaction) | rejected | cancelled. Invariants, kept by the database: nobody decides on their own request; a request
is decided once; what is executed is what was asked for (the hash is checked again).
"""
