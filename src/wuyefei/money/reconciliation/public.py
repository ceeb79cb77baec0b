"""The door of the room: what other rooms may use."""

from .actions import ask_write_off, reconcile, resolve
from .models import BillRow, ChannelDay, Difference
from .queries import days, differences, get_day
from .rules import BillRefused

__all__ = [
    "BillRefused",
    "BillRow",
    "ChannelDay",
    "Difference",
    "ask_write_off",
    "days",
    "differences",
    "get_day",
    "reconcile",
    "resolve",
]
