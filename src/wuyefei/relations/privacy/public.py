"""The door of the room: what other rooms may use."""

from .actions import copy_of, erase, note_consent, set_retention, start_retention
from .holdings import CONTRACT, RETAINED, Holding, Row, holdings, register_holding
from .queries import agreed, consents_of, expired, years_of
from .rules import USE_NAMES, Use

__all__ = [
    "USE_NAMES",
    "CONTRACT",
    "Holding",
    "RETAINED",
    "Row",
    "Use",
    "agreed",
    "consents_of",
    "copy_of",
    "erase",
    "expired",
    "holdings",
    "note_consent",
    "register_holding",
    "set_retention",
    "start_retention",
    "years_of",
]
