"""The door of the room: what other rooms may use."""

from .actions import AlreadyOpen, LatePrice, NothingToCorrect, ask_correction, draft_correction, draft_undo
from .models import Correction
from .queries import corrections, corrections_on, get_correction, open_correction

__all__ = [
    "AlreadyOpen",
    "Correction",
    "LatePrice",
    "NothingToCorrect",
    "ask_correction",
    "corrections",
    "corrections_on",
    "draft_correction",
    "draft_undo",
    "get_correction",
    "open_correction",
]
