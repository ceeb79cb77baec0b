"""The door of the room: what other rooms may use."""

from .actions import Closing, DriveClosed, DriveOpen, Opening, close_drive, list_due, open_drives
from .models import Drive, Household, Listed, Member, Passing
from .passing import NotRunning, end_passing, pass_on
from .queries.drives import askable, asked_bills, awaiting_evaluation, drives, get_drive, mine, unpaid
from .queries.evaluating import Evaluation, evaluation
from .queries.standing import Board, board

__all__ = [
    "Board",
    "Closing",
    "Drive",
    "DriveClosed",
    "DriveOpen",
    "Evaluation",
    "Household",
    "Listed",
    "Member",
    "NotRunning",
    "Opening",
    "Passing",
    "askable",
    "asked_bills",
    "awaiting_evaluation",
    "board",
    "close_drive",
    "drives",
    "end_passing",
    "evaluation",
    "get_drive",
    "list_due",
    "mine",
    "open_drives",
    "pass_on",
    "unpaid",
]
