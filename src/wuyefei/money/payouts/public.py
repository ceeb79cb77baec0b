"""The door of the room: what other rooms may use."""

from .actions.answers import (
    Answered,
    AnswerRefused,
    Read,
    correct,
    import_answer,
    note_result,
    read_answer,
)
from .actions.files import Made, NothingToPay, OwnAccounts, make_file, sheet_of, undo_file
from .models import Payout, PayoutAnswer, PayoutFile
from .queries import files, get_file
from .reading import AnswerUnreadable

__all__ = [
    "AnswerRefused",
    "AnswerUnreadable",
    "Answered",
    "Made",
    "NothingToPay",
    "OwnAccounts",
    "Payout",
    "PayoutAnswer",
    "PayoutFile",
    "Read",
    "correct",
    "files",
    "get_file",
    "import_answer",
    "make_file",
    "note_result",
    "read_answer",
    "sheet_of",
    "undo_file",
]
