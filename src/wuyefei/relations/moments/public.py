"""The door of the room: what other rooms may use."""

from .actions import TASK, add_source, answer, change_source, new_secret, take_call
from .models import Source, Tally
from .queries import get_source, offered, sources
from .rules import GAP_DAYS, BadCall, BadSignature, Event, Replayed, sign

__all__ = [
    "GAP_DAYS",
    "TASK",
    "BadCall",
    "BadSignature",
    "Event",
    "Replayed",
    "Source",
    "Tally",
    "add_source",
    "answer",
    "change_source",
    "get_source",
    "new_secret",
    "offered",
    "sign",
    "sources",
    "take_call",
]
