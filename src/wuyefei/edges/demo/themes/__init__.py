"""The life of a company, one module a theme.

A theme is a module with ``plan(scene, month)``: it yields the acts that happen at a community in a month, each with its
moment. The acts of all themes are carried out in order of their moments (at one moment in the order of ``THEMES``), with
the clock set to each, in the one transaction of that month. A new room adds a module here and its line below.

An act may be dropped because its moment lies after the calendar's ``now``; what it decides it decides when it is carried
out, from the books as they then stand and dice of its own (``scene.dice``).
"""

from __future__ import annotations

from . import (
    agreements,
    ahead,
    bank,
    billing,
    cards,
    closing,
    control,
    corrections,
    credit,
    debits,
    deposits,
    desk,
    divided,
    drives,
    files,
    given_up,
    handovers,
    joint,
    kindness,
    leases,
    legal,
    listening,
    meters,
    moves,
    online,
    owners,
    prices,
    pursuit,
    reserve,
    rounds,
    satisfaction,
    smart,
    talk,
    today,
    unusual,
    upcoming,
    votes,
    walks,
    watching,
)

THEMES = (
    cards,
    prices, leases, ahead, billing, moves, handovers, meters, files, online, bank, desk, corrections, agreements, debits, given_up, today, talk, smart, owners, pursuit, credit, walks, joint,
    drives, watching,
    upcoming, divided,
    satisfaction,
    listening, rounds, legal, votes, deposits, closing, control, reserve, kindness,
    unusual,
)  # fmt: skip
