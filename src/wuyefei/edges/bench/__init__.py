"""Measurements: how fast the program is beside a bare limit taken in the same run.

Nouns: measurement (a decorated function of a size), figure (one result: our seconds, the limit's seconds, their ratio).
A figure named ``…_rate`` must reach *at least* its target: ratio = limit ÷ ours. A figure named ``…_times`` may be *at most* its
target: ratio = ours ÷ limit. So a ratio is always computed from the two times that stand beside it.
Invariants: a measurement runs in a database of its own that is removed afterwards, with fsync on and no constraint,
trigger or index disabled (``ground.whole`` looks before and after); what is measured goes through the public actions.

A new measurement is one module in ``measures`` with one function under ``@measurement(name, about, size)`` that yields
``Figure`` rows; nothing has to be registered elsewhere.
"""
