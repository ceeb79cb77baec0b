"""The door of the room: what other rooms may use."""

from .actions import ask_reckoning, reckon, reckon_all
from .models import Change, Standing
from .queries import changes, conduct_of, letters, mix, standing_of, standings
from .rules import CLASS_NAMES, USUAL, Classed, Conduct, Track, classify, server

__all__ = [
    "CLASS_NAMES",
    "USUAL",
    "Change",
    "Classed",
    "Conduct",
    "Standing",
    "Track",
    "ask_reckoning",
    "changes",
    "classify",
    "conduct_of",
    "letters",
    "mix",
    "reckon",
    "reckon_all",
    "server",
    "standing_of",
    "standings",
]
