"""The door of the room: what other rooms may use."""

from .actions import bulk_tie, end_tie, take_transfer_back, tie, transfer
from .models import Tie
from .queries import bulk_payer_ties, get_tie, living_ties, payers, ties, ties_of_person, ties_of_property
from .rules import (
    ROLE_NAMES,
    TieEnded,
    TieFact,
    TieOverlaps,
    TieRow,
    heads_by_day,
    owned_by_day,
    payer_gaps,
    payer_spans,
)

__all__ = [
    "ROLE_NAMES",
    "Tie",
    "TieEnded",
    "TieFact",
    "TieOverlaps",
    "TieRow",
    "bulk_payer_ties",
    "bulk_tie",
    "end_tie",
    "get_tie",
    "heads_by_day",
    "living_ties",
    "owned_by_day",
    "payer_gaps",
    "payer_spans",
    "payers",
    "take_transfer_back",
    "tie",
    "ties",
    "ties_of_person",
    "ties_of_property",
    "transfer",
]
