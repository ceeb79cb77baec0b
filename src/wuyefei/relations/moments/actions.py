"""Sources are set up; calls are taken; events may bring about a reminder."""

from __future__ import annotations

import base64
import datetime as dt
import json
import secrets

from django.db import IntegrityError, transaction
from django.db.models import F

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.errors import Invalid, NotFound, Phrase
from wuyefei.foundation.kernel.text import limited, tidy
from wuyefei.foundation.platform import audit, clock, jobs, vault
from wuyefei.money.billing.public import Receivable
from wuyefei.relations.notices.public import Reminder, remind
from wuyefei.relations.privacy.public import Use, agreed

from .models import Nonce, Source, Tally
from .queries import get_source
from .rules import (
    GAP_DAYS,
    MOST_PER_DAY,
    PER_MINUTE,
    SKEW,
    BadCall,
    Event,
    Replayed,
    TooMany,
    call_of,
    nonce_of,
    outcome_of,
)

TASK = "moments.answer"


def _checked(name: str, kind: str, per_day: int) -> str:
    if kind not in list(Event):
        raise Invalid(field="种类", reason="请选一项")
    if not 1 <= per_day <= MOST_PER_DAY:
        raise Invalid(field="每天最多提醒", reason=Phrase("应为 1 到 {most} 次", most=MOST_PER_DAY))
    return limited(name, "名称", 40, required=True)


@transaction.atomic
def add_source(community_id: int, name: str, kind: str, per_day: int, *, actor: Actor) -> tuple[Source, str]:
    """Set up a source; returns it with its secret, shown this once."""
    place = get_community(actor, community_id, Permission.ADMIN)
    clean, secret = _checked(name, kind, per_day), secrets.token_urlsafe(32)
    if Source.objects.filter(community=place, name=clean).exists():
        raise Invalid(field="名称", reason="这个小区已经有同名的触点")
    row = Source.objects.create(
        organisation_id=place.organisation_id, community=place, name=clean, kind=kind, per_day=per_day, hook=secrets.token_urlsafe(32),
        sealed=vault.seal_secret(secret), made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "moment.source", row, community_id=place.pk, after={"name": clean, "kind": kind, "per_day": per_day})
    return row, secret


@transaction.atomic
def change_source(source_id: int, name: str, per_day: int, enabled: bool, *, actor: Actor) -> Source:
    row = _locked(source_id, actor)
    clean = _checked(name, row.kind, per_day)
    if Source.objects.filter(community_id=row.community_id, name=clean).exclude(pk=row.pk).exists():
        raise Invalid(field="名称", reason="这个小区已经有同名的触点")
    before = {"name": row.name, "per_day": row.per_day, "enabled": row.enabled}
    row.name, row.per_day, row.enabled = clean, per_day, enabled
    row.save(update_fields=["name", "per_day", "enabled"])
    after = {"name": clean, "per_day": per_day, "enabled": enabled}
    audit.record(actor, "moment.change", row, community_id=row.community_id, before=before, after=after)
    return row


@transaction.atomic
def new_secret(source_id: int, *, actor: Actor) -> tuple[Source, str]:
    """Another secret, shown this once; the former one is worth nothing from now on."""
    row, secret = _locked(source_id, actor), secrets.token_urlsafe(32)
    row.sealed = vault.seal_secret(secret)
    row.save(update_fields=["sealed"])
    audit.record(actor, "moment.secret", row, community_id=row.community_id)
    return row, secret


def _locked(source_id: int, actor: Actor) -> Source:
    found = get_source(actor, source_id)
    actor.require(Permission.ADMIN, found.community_id)
    return Source.objects.select_for_update().get(pk=found.pk)


@transaction.atomic
def take_call(hook: str, header: str, body: bytes) -> None:
    """Take a source's call and queue what it may bring about. Says nothing of the household. Raises ``NotFound`` for an
    unknown source or one that is off, ``BadSignature``, ``TooMany``, ``Replayed``, ``BadCall``."""
    source = Source.objects.filter(hook=hook, enabled=True).first()
    if source is None:
        raise NotFound()
    now = clock.now()
    nonce = nonce_of(vault.open_secret(bytes(source.sealed)), body, header, int(now.timestamp()))
    if Nonce.objects.filter(source=source, at__gt=now - dt.timedelta(minutes=1)).count() >= PER_MINUTE:
        raise TooMany()
    try:
        with transaction.atomic():
            Nonce.objects.create(source=source, nonce=nonce, at=now)
    except IntegrityError as error:
        raise Replayed() from error
    call = call_of(body)
    if call.event != source.kind:
        raise BadCall()
    Nonce.objects.filter(at__lt=now - dt.timedelta(seconds=3 * SKEW)).delete()
    plain = json.dumps({"source": source.pk, "room": call.room})
    jobs.queue_task(TASK, sealed=base64.b64encode(vault.seal_secret(plain)).decode())


def answer(sealed: str) -> str:
    """Do what an event brings about; returns the outcome that was counted."""
    plain = json.loads(vault.open_secret(base64.b64decode(sealed)))
    source = Source.objects.select_related("community").get(pk=plain["source"])
    found = _whom(source, tidy(plain["room"])) if source.enabled else "not_ready"
    if isinstance(found, str):
        _count(source, found)
        return found
    if not _reserve(source):
        _count(source, "day_full")
        return "day_full"
    person, home = found
    outcome = outcome_of(remind(person, home, cause=Reminder.Cause.EVENT).outcome)
    if outcome != "sent":
        _count(source, "sent", -1)
        _count(source, outcome)
    return outcome


def _whom(source: Source, room: str) -> tuple[Person, Property] | str:
    """The payer to be reminded and the home it is about; else why there is none."""
    home = Property.objects.filter(community_id=source.community_id, code=room, ended_on__isnull=True).first()
    if home is None:
        return "unknown_room"
    today = clock.today()
    open_ = Receivable.objects.filter(property=home, outstanding_fen__gt=0, reversed_at__isnull=True)
    people = {bill.payer_id: bill.payer for bill in open_.select_related("payer__community").order_by("due_on", "pk")}
    if not people:
        return "nothing_due"
    willing = agreed(list(people), Use.TIMING)
    if not willing:
        return "no_consent"
    events = Reminder.objects.filter(cause=Reminder.Cause.EVENT, person_id__in=willing, on__gt=today - DAY * GAP_DAYS)
    fresh = willing - set(events.values_list("person_id", flat=True))
    return next(((person, home) for person_id, person in people.items() if person_id in fresh), "recent")


@transaction.atomic
def _reserve(source: Source) -> bool:
    """Take one of the day's reminders, counted as sent until it turns out otherwise; False where none is left."""
    Source.objects.select_for_update().get(pk=source.pk)
    row, _made = Tally.objects.get_or_create(source=source, on=clock.today(), outcome="sent")
    if row.count >= source.per_day:
        return False
    _count(source, "sent")
    return True


@transaction.atomic
def _count(source: Source, outcome: str, by: int = 1) -> None:
    row, _made = Tally.objects.get_or_create(source=source, on=clock.today(), outcome=outcome)
    Tally.objects.filter(pk=row.pk).update(count=F("count") + by)
