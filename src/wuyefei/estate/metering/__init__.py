"""Meters and their readings (product row B2): from a round with the phone to a quantity that can be billed.

Nouns: dial 表盘 (what a meter's figure means: multiplier and digits), reading 读数, stretch (the use between two
readings of one meter). States of a reading: held (doubtful, waits for a look) → confirmed; either may be void.
Invariants: a meter has one reading a day; only its latest reading may be void, and none that has been billed; what a
reading says is never changed; a meter that was replaced ends with a closing figure and its successor begins with an
opening one, so that no unit is lost or counted twice.
"""
