"""Delivery of what has happened to the rooms that asked to be told. Subscribers are idempotent: an event may be
delivered twice, and a nightly recomputation makes a lost one harmless."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable

from django.db import transaction

from .clock import now
from .models import OutboxEvent

log = logging.getLogger("wuyefei.outbox")
Subscriber = Callable[[OutboxEvent], None]
_subscribers: dict[str, dict[str, Subscriber]] = defaultdict(dict)


def subscribe(kind: str, name: str, subscriber: Subscriber) -> None:
    """Be told of events of ``kind``; ``name`` makes a repeated registration harmless. Called in ``AppConfig.ready``."""
    _subscribers[kind][name] = subscriber


def deliver(limit: int = 500) -> int:
    """Hand waiting events to their subscribers, oldest first; returns how many were handled.

    Each event is one transaction: where a subscriber raises, the event waits for the next round and the rest go on.
    """
    handled, after = 0, 0
    for _ in range(limit):
        with transaction.atomic():
            event = (
                OutboxEvent.objects.select_for_update(skip_locked=True)
                .filter(handled_at__isnull=True, pk__gt=after)
                .order_by("pk")
                .first()
            )
            if event is None:
                break
            after = event.pk
            handled += _hand_over(event)
    return handled


def _hand_over(event: OutboxEvent) -> bool:
    try:
        with transaction.atomic():
            for subscriber in list(_subscribers[event.kind].values()):
                subscriber(event)
    except Exception:
        log.exception("event %s (%s) was not handled and will be tried again", event.pk, event.kind)
        return False
    OutboxEvent.objects.filter(pk=event.pk).update(handled_at=now())
    return True
