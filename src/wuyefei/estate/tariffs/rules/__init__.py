"""The arithmetic of every kind of charge (product row B2). Pure: no database, no clock.

``pricing`` how a tariff measures a property; ``tiers`` stepped prices; ``usage`` meters; ``shared`` common costs cut
among participants; ``rent`` commercial rent over time; ``formula`` a quantity from named parts. Worked figures:
``docs/rules/charges.md``.
"""
