"""Moments 触点提醒: an event at a gate or a lift, told by a signed call, may remind a household of a bill (product row E3).

Nouns: source 触点 (a gate or lift system of one community, with a secret and an address of its own), call (one event: a
room passed a gate, used a lift), outcome (what came of it), tally (outcomes of a day, counted without saying whose).
Invariants: a call counts only if it is signed with the source's secret, of now, and seen for the first time; its answer
is the same whoever lives there and whatever they owe; only a payer who has agreed to it is reminded, at most once in
seven days, within the source's daily number, and through the law guard like every other contact; of everybody else
nothing is kept but a count; the secret is shown once and kept sealed.
"""
