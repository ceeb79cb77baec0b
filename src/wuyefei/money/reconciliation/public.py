"""The door of the room: what other rooms may use."""

from .actions import ask_write_off, reconcile, resolve
from .card_rules import CardFileRefused
from .cards import CardsTaken, compare_again, pair_by_hand, take_in_cards
from .models import BillRow, ChannelDay, Difference
from .queries import days, differences, get_day
from .rules import BillRefused
from .settling import settle_by_hand
from .unsettling import ask_unsettle

__all__ = [
    "BillRefused",
    "BillRow",
    "CardFileRefused",
    "CardsTaken",
    "ChannelDay",
    "Difference",
    "ask_unsettle",
    "ask_write_off",
    "compare_again",
    "days",
    "differences",
    "get_day",
    "pair_by_hand",
    "reconcile",
    "resolve",
    "settle_by_hand",
    "take_in_cards",
]
