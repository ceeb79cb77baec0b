"""Four eyes: a request by its maker, a decision by somebody else.

Nouns: request (maker, subject, payload and its hash), decision; limit (up to which sum a role decides on a kind of
request); delegation (a giver lets a taker decide in their place, from a day to a day). States of a request: open →
approved (and executed in the same transaction) | rejected | cancelled; of a delegation: in force from its first to its
last day, unless withdrawn.

Invariants, kept by the database: nobody decides on their own request, nor on that of whoever they stand in for; a decision
in somebody's place names the delegation between just these two; a request is decided once. Kept by the action: what is
executed is what was asked for (the hash is checked again); the sum lies within the limit of whoever's right it is.
"""
