"""What higher rooms do inside the transaction that books bills: offsetting prepayments, keeping an account of deposits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import Model

from wuyefei.foundation.access.actor import Actor

from ..models import Receivable


@dataclass(frozen=True, slots=True)
class Published:
    """Bills that have just been booked: of a run (``kind`` ``run``) or of a sheet (``sheet``), with its id. ``label`` names
    it, ``subject`` is what the audit trail speaks of. ``since``: none of the bills has a smaller id."""

    kind: str
    pk: int
    organisation_id: int
    community_id: int
    label: str
    subject: Model
    since: int = 0


Subscriber = Callable[[Published, Actor], None]
_after_publish: list[Subscriber] = []


def register_after_publish(subscriber: Subscriber) -> None:
    """A higher room acts inside the publishing transaction."""
    if subscriber not in _after_publish:
        _after_publish.append(subscriber)


def tell(published: Published, actor: Actor) -> None:
    for subscriber in _after_publish:
        subscriber(published, actor)


DepositKeeper = Callable[[Sequence[Receivable], dt.date | None], None]
_keepers: list[DepositKeeper] = []


def register_deposit_keeper(keeper: DepositKeeper) -> None:
    """A higher room keeps an account of every bill of a deposit from the moment it is booked."""
    if keeper not in _keepers:
        _keepers.append(keeper)


def keep_deposits(bills: Sequence[Receivable], expected_on: dt.date | None = None) -> None:
    """Tell of those among the bills that are deposits, and when they should go back; ``item`` is at hand on each."""
    found = [bill for bill in bills if bill.item.nature == bill.item.Nature.DEPOSIT]
    for keeper in _keepers if found else ():
        keeper(found, expected_on)
