"""The door of the room: what other rooms may use."""

from .actions import (
    AlreadyOpen,
    NothingToCorrect,
    ask_correction,
    draft_correction,
    draft_undo,
    refuse_drafted_at,
)
from .models import Correction
from .queries import corrections, corrections_on, get_correction, open_correction

__all__ = [
    "AlreadyOpen",
    "Correction",
    "NothingToCorrect",
    "ask_correction",
    "corrections",
    "corrections_on",
    "draft_correction",
    "draft_undo",
    "get_correction",
    "open_correction",
    "refuse_drafted_at",
]
