"""The door of the room: what other rooms may use."""

from .actions.keeping import Facts, HolderChanged, ReturnAsked, describe_deposit, expect_back, hand_over
from .actions.returning import (
    Parcel,
    ReturnDraft,
    Withheld,
    ask_return,
    register_refund_road,
    take_back,
)
from .models import Deduction, Deposit, Handover, Move, Return
from .queries import Standing, deposits, get_deposit, held_of, shown_to
from .rules import NothingHeld, Stage, TooMuchBack

__all__ = [
    "Deduction",
    "Deposit",
    "Facts",
    "Handover",
    "HolderChanged",
    "Move",
    "NothingHeld",
    "Parcel",
    "Return",
    "ReturnAsked",
    "ReturnDraft",
    "Stage",
    "Standing",
    "TooMuchBack",
    "Withheld",
    "ask_return",
    "deposits",
    "describe_deposit",
    "expect_back",
    "get_deposit",
    "hand_over",
    "held_of",
    "register_refund_road",
    "shown_to",
    "take_back",
]
