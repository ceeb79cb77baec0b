"""Divisions 拆分到商铺 (product row A4): a booked bill of several shops, divided among them afterwards.

Nouns: division 拆分 (of what is open of one bill), part 份 (what one shop takes over, owed by whoever pays for the shop on the
bill's last day), way 拆法 (by area, by shares, by amounts). States of a division: asked → done → undone; asked → refused.
Invariants: the parts add up to what was open when it was done, to the fen; what was paid stays with the bill; the late fee goes
with the sum and is not asked twice; a second person decides; it is taken back only while nothing was paid on any part.
"""
