"""What higher rooms do inside the transaction that publishes bills (offsetting prepayments)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Model

from wuyefei.foundation.access.actor import Actor


@dataclass(frozen=True, slots=True)
class Published:
    """Bills that have just been booked: of a run (``kind`` ``run``) or of a sheet (``sheet``), with its id. ``label`` names
    it, ``subject`` is what the audit trail speaks of."""

    kind: str
    pk: int
    organisation_id: int
    community_id: int
    label: str
    subject: Model


Subscriber = Callable[[Published, Actor], None]
_after_publish: list[Subscriber] = []


def register_after_publish(subscriber: Subscriber) -> None:
    """A higher room acts inside the publishing transaction."""
    if subscriber not in _after_publish:
        _after_publish.append(subscriber)


def tell(published: Published, actor: Actor) -> None:
    for subscriber in _after_publish:
        subscriber(published, actor)
