"""Which channel comes next for a household, and when a message counts as not arrived."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

LADDER: tuple[str, ...] = ("wechat", "mini", "app", "sms", "email", "letter")
"""The order in which channels are tried: free and read soonest first, paper last."""

LEAD_DAYS, LEAD_LEAST, LEAD_MOST = 10, 7, 15
"""How many days before its due date a bill is announced; a contract may say 7 to 15 (product row E1)."""

GOAL = Decimal("0.95")
"""The share of households to be reached: below it paper is sent too."""

WAIT = dt.timedelta(hours=24)
"""A message without a word from its carrier for so long counts as not arrived."""

LIKE: dict[str, str] = {"mini": "wechat"}
"""Channels that disturb a person like another one does: to the law guard and in the contact log they are that one."""

WITHOUT_RECEIPT = frozenset({"email", "letter"})
"""Channels whose carriers send no receipts: accepted by the mail server or posted counts as reached."""


@dataclass(frozen=True, slots=True)
class Way:
    """A channel by which a household could be told: has it an address, is the carrier on, is a text approved?"""

    channel: str
    address: bool
    ready: bool


def next_way(ways: Sequence[Way], tried: Collection[str], first: str = "") -> str | None:
    """The first untried channel of the ladder with an address, a carrier and a text; None where none is left.

    ``first``: the channel that the person likes best, tried before the others.
    """
    open_ = {way.channel for way in ways if way.address and way.ready}
    return next((channel for channel in sorted(LADDER, key=lambda one: one != first) if channel in open_ and channel not in tried), None)


def rate(reached: int, households: int) -> Decimal:
    """Reached ÷ households as a share; 1 where there is nobody to reach."""
    return Decimal(reached) / households if households else Decimal(1)


def silent_since(sent_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether a message has waited too long for its receipt."""
    return now - sent_at >= WAIT


def announce_on(due_on: dt.date, lead_days: int) -> dt.date:
    """The day from which a bill due on ``due_on`` is announced."""
    return due_on - dt.timedelta(days=lead_days)
