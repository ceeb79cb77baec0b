"""What is made public of a community's money, and what the owners decide together (product rows E5, I6).

Nouns: composition 构成 (what a yuan of fee pays for).
Invariants: nothing public names a household.
"""
