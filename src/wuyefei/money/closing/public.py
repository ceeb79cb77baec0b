"""The door of the room: what other rooms may use."""

from .actions import CLOSE_KIND, REOPEN_KIND, AlreadyAsked, ask_close, ask_reopen
from .models import Closing
from .queries import NAMES, checklist, closings, where
from .rules import (
    Already,
    EarlierFirst,
    Hindered,
    Item,
    Key,
    NotOver,
    NotTheLatest,
    ReasonMissing,
    Weight,
)

__all__ = [
    "CLOSE_KIND",
    "NAMES",
    "REOPEN_KIND",
    "Already",
    "AlreadyAsked",
    "Closing",
    "EarlierFirst",
    "Hindered",
    "Item",
    "Key",
    "NotOver",
    "NotTheLatest",
    "ReasonMissing",
    "Weight",
    "ask_close",
    "ask_reopen",
    "checklist",
    "closings",
    "where",
]
