"""The arithmetic of every kind of charge (product row B2). Pure: no database, no clock.

``pricing`` how a tariff measures a property; ``tiers`` stepped prices; ``usage`` meters; ``shared`` common costs cut
among participants; ``rent`` commercial rent over time; ``seasons`` prices by the
time of the year and the bands of the day; ``score`` a part of the price earned by an assessment; ``formula`` a quantity from named parts. Worked figures:
``docs/rules/charges.md``.
"""
