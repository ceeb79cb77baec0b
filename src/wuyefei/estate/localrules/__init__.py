"""Local rules 本地规则 and the consultation before a price rises (product rows B4, B5).

Nouns: pack 规则包 (the rules of a place, dated, each with its source, kept as a data file beside this room), choice
(which pack a community follows from a day on), consultation 征询 (how a price increase was announced and voted on).
States of a consultation: recorded → confirmed by a second person.
Invariants: a rule nobody has checked against its text is marked 未核对 and never refuses anything; a choice and a
consultation are never changed, only followed by another; where the chosen pack asks for a vote, the price that homes
pay by a tariff never rises without a confirmed consultation that was carried and announced in time.
"""
