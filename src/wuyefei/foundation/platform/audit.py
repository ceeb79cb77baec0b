"""The audit trail: every action writes here what it changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Protocol

from .clock import now
from .inserting import fresh, insert
from .models import AuditEntry, OutboxEvent, PersonalDataRead


class Acting(Protocol):
    """What the trail needs to know of an actor."""

    @property
    def user_id(self) -> int: ...
    @property
    def organisation_id(self) -> int: ...
    @property
    def name(self) -> str: ...


def plain(value: Any) -> Any:
    """A value as JSON can hold it: dates and decimals as text."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, (dt.date, dt.datetime, Decimal)):
        return str(value)
    return value


def record(
    actor: Acting,
    action: str,
    subject: Any,
    *,
    community_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> AuditEntry:
    """Write one audit entry in the running transaction. ``subject`` is the saved row the action is about."""
    entry = _entry(actor, action, subject, community_id, before, after, reason)
    insert(entry)
    return entry


def record_each(actor: Acting, action: str, subjects: Sequence[Any], *, reason: str = "") -> None:
    """Write one audit entry of each of the rows, by one statement."""
    insert(*(_entry(actor, action, subject, None, None, None, reason) for subject in subjects))


def _entry(
    actor: Acting,
    action: str,
    subject: Any,
    community_id: int | None,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    reason: str,
) -> AuditEntry:
    entry: AuditEntry = fresh(AuditEntry)(
        organisation_id=actor.organisation_id,
        community_id=community_id if community_id is not None else getattr(subject, "community_id", None),
        actor_id=actor.user_id,
        actor_name=actor.name,
        at=now(),
        action=action,
        subject_type=subject._meta.model_name,
        subject_id=subject.pk,
        subject_text=str(subject)[:160],
        before=plain(before) if before is not None else None,
        after=plain(after) if after is not None else None,
        reason=reason[:400],
    )
    return entry


def record_read(actor: Acting, subject: Any, field: str, purpose: str) -> None:
    """Note that ``actor`` has seen a personal datum unmasked, and what for."""
    PersonalDataRead.objects.create(
        organisation_id=actor.organisation_id,
        reader_id=actor.user_id,
        reader_name=actor.name,
        at=now(),
        subject_type=subject._meta.model_name,
        subject_id=subject.pk,
        field=field,
        purpose=purpose[:200],
    )


def publish(actor: Acting, kind: str, *, community_id: int | None = None, **data: Any) -> None:
    """Put an event into the outbox in the running transaction."""
    insert(_event(actor, kind, community_id, data))


def _event(actor: Acting, kind: str, community_id: int | None, data: dict[str, Any]) -> OutboxEvent:
    event: OutboxEvent = fresh(OutboxEvent)(
        organisation_id=actor.organisation_id, community_id=community_id, kind=kind, data=plain(data), at=now()
    )
    return event


def record_and_publish(
    actor: Acting, action: str, subject: Any, kind: str, *, after: dict[str, Any], data: dict[str, Any]
) -> None:
    """``record`` and ``publish`` of what was done at the subject's community, by one statement."""
    entry = _entry(actor, action, subject, None, None, after, "")
    insert(entry, _event(actor, kind, entry.community_id, data))
