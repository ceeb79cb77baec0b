"""The door of the room: what other rooms may use."""

from .actions import Closing, DriveClosed, DriveOpen, Opening, close_drive, list_due, open_drives
from .models import Drive, Household, Listed, Member
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
    "Opening",
    "askable",
    "asked_bills",
    "awaiting_evaluation",
    "board",
    "close_drive",
    "drives",
    "evaluation",
    "get_drive",
    "list_due",
    "mine",
    "open_drives",
    "unpaid",
]
