"""Choosing a pack, recording and confirming a consultation, and the check of a rising price."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.db import transaction

from wuyefei.estate.contracts.public import Contract, ContractLine
from wuyefei.estate.properties.public import Property
from wuyefei.estate.tariffs.public import Tariff, TariffPrice, get_tariff, price_on, prices_of, rise
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.pictures import MOST_BYTES, read_picture

from .models import Choice, Consultation
from .packs import packs
from .queries import agreed, consultations, pack_on
from .rules import Votes, check_increase, check_votes

PDF = "application/pdf"


class AlreadyConfirmed(DomainError):
    code = "consultation_confirmed"
    message = "这份征询记录已经确认过。"


class OwnRecord(DomainError):
    code = "own_consultation"
    message = "登记的人不能确认自己登记的征询记录，请另一位同事对照会议纪要确认。"


@dataclass(frozen=True, slots=True)
class Asked:
    """A consultation as it is entered: the price asked for, its days, the ballot, and the minutes' bytes."""

    tariff_id: int
    per_unit: Decimal
    effective_from: dt.date
    announced_on: dt.date
    voted_on: dt.date
    votes: Votes
    minutes: bytes
    fixed: Decimal = Decimal(0)
    note: str = ""


@transaction.atomic
def choose(pack: str, since: dt.date, *, actor: Actor, community: Community) -> Choice:
    """Follow a pack from a day on. Raises ``Invalid`` for one that is not there."""
    actor.require(Permission.CONTRACT_EDIT, community.pk)
    if pack not in packs():
        raise Invalid(field="规则包", reason="没有这个规则包")
    day = parse_day(since, "自哪天起")
    row = Choice.objects.create(
        organisation_id=actor.organisation_id, community=community, pack=pack, since=day, chosen_by_id=actor.user_id, chosen_at=clock.now()
    )
    audit.record(actor, "rules.choose", row, community_id=community.pk, after={"pack": pack, "since": day, "version": packs()[pack].version})
    return row


@transaction.atomic
def record(asked: Asked, *, actor: Actor) -> Consultation:
    """Take down how an increase was announced and voted on; it counts once a second person has confirmed it.

    Raises ``NotFound``, ``Invalid``, ``PictureRefused``.
    """
    tariff = get_tariff(actor, asked.tariff_id)
    actor.require(Permission.CONTRACT_EDIT, tariff.community_id)
    check_votes(asked.votes)
    if not asked.announced_on <= asked.voted_on <= clock.today():
        raise Invalid(field="表决日", reason="应在公示日之后、今天以前")
    kind, content = _minutes(asked.minutes)
    row = Consultation.objects.create(
        organisation_id=tariff.organisation_id, community_id=tariff.community_id, tariff=tariff, per_unit=asked.per_unit, fixed=asked.fixed,
        effective_from=parse_day(asked.effective_from, "生效日期"), announced_on=asked.announced_on, voted_on=asked.voted_on,
        note=limited(asked.note, "说明", 400), minutes=content, minutes_kind=kind, recorded_by_id=actor.user_id, recorded_at=clock.now(),
        **asdict(asked.votes),
    )  # fmt: skip
    after = {"tariff": tariff.name, "per_unit": asked.per_unit, "fixed": asked.fixed, "effective_from": asked.effective_from}
    audit.record(actor, "rules.consultation", row, community_id=row.community_id, after=after)
    return row


def _minutes(content: bytes) -> tuple[str, bytes]:
    if content.startswith(b"%PDF-"):
        if len(content) > MOST_BYTES:
            raise Invalid(field="会议纪要", reason="超过 3 MB")
        return PDF, content
    picture = read_picture(content)
    return picture.kind, picture.content


@transaction.atomic
def confirm(consultation_id: int, *, actor: Actor) -> Consultation:
    """A second person has compared the record with its minutes. Raises ``OwnRecord``, ``AlreadyConfirmed``."""
    row = consultations(actor).select_for_update(of=("self",)).filter(pk=consultation_id).first()
    if row is None:
        raise NotFound()
    actor.require(Permission.CONTRACT_EDIT, row.community_id)
    if row.confirmed_by_id:
        raise AlreadyConfirmed()
    if row.recorded_by_id == actor.user_id:
        raise OwnRecord()
    row.confirmed_by_id, row.confirmed_at = actor.user_id, clock.now()
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    audit.record(actor, "rules.confirm", row, community_id=row.community_id)
    return row


def refuse_unasked(tariff_id: int, price: TariffPrice) -> None:
    """Registered with the tariffs room: where the chosen pack asks for it, what homes pay rises only as was agreed. A
    price rises where any day of the year costs more."""
    tariff, day = Tariff.objects.get(pk=tariff_id), price.since
    pack = pack_on(tariff.community_id, day)
    before = price_on(day, prices_of([tariff_id]).get(tariff_id, []))
    dearest = rise(before, price) if before else None
    if pack is None or pack.vote is None or dearest is None:
        return
    lines = ContractLine.objects.filter(
        tariff_id=tariff_id, property__kind=Property.Kind.RESIDENTIAL, contract__state__in=(Contract.State.DRAFT, Contract.State.ACTIVE)
    ).exclude(ends_on__lt=day)
    if lines.exclude(contract__ends_on__lt=day).exists():
        check_increase(pack, *dearest, day, agreed(tariff_id))
