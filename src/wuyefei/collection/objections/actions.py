"""Writing down a talk with its remedy, and what others charge."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from wuyefei.collection.followup.public import CaseClosed, get_case
from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import Invalid, NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.relations.contacts.public import lock_people
from wuyefei.relations.service.public import Asked, Ticket, raise_ticket
from wuyefei.relations.service.public import Kind as TicketKind

from .models import Comparable, Objection
from .rules import FITTING, Kind, Remedy

DEAREST = Decimal("1000")


@dataclass(frozen=True)
class Talked:
    """A talk as it went: the four steps in words, and the remedy; ``months`` for instalments."""

    client_key: str
    kind: str
    heard: str
    felt: str
    clarified: str
    agreed: str
    remedy: str
    months: int | None = None


def object_(case_id: int, talk: Talked, *, actor: Actor) -> Objection:
    """Keep a talk and open its remedy in the same transaction. Sent again, it is kept once.

    Raises ``CaseClosed`` where nothing is overdue any more, and ``Invalid`` for a step or a remedy that does not fit.
    """
    case = get_case(actor, case_id)
    actor.require(Permission.FOLLOW_WORK, case.community_id)
    key = limited(talk.client_key, "编号", 64, required=True)
    if talk.kind not in list(Kind):
        raise Invalid(field="类型", reason="请选一项")
    if talk.remedy not in FITTING[Kind(talk.kind)]:
        raise Invalid(field="解决", reason="这一类没有这个办法")
    heard = limited(talk.heard, "倾听", 400, required=True)
    with transaction.atomic():
        lock_people(actor, [case.person_id])
        known = Objection.objects.filter(organisation_id=actor.organisation_id, client_key=key).first()
        if known is not None:
            if known.case_id != case.pk or known.made_by_id != actor.user_id:
                raise NotFound()
            return known
        if case.closed_on is not None:
            raise CaseClosed()
        row = Objection.objects.create(
            organisation_id=case.organisation_id, community_id=case.community_id, case=case, person_id=case.person_id, client_key=key, kind=talk.kind,
            heard=heard, felt=limited(talk.felt, "理解", 200), clarified=limited(talk.clarified, "说明", 400), agreed=limited(talk.agreed, "解决", 400),
            remedy=talk.remedy, ticket=_opened(case.property_id, case.person_id, talk, actor), owed_fen=case.owed_fen, opened_on=clock.today(),
            made_by_id=actor.user_id, made_at=clock.now(),
        )  # fmt: skip
        audit.record(actor, "objection.keep", row, after={"kind": row.kind, "remedy": row.remedy, "ticket": row.ticket_id})
    return row


def _opened(property_id: int, person_id: int, talk: Talked, actor: Actor) -> Ticket | None:
    """The work order of a remedy that needs one."""
    if talk.remedy == Remedy.ORDER:
        return raise_ticket(Asked(property_id, person_id, TicketKind.COMPLAINT, talk.heard), actor=actor)
    if talk.remedy == Remedy.INSTALMENT:
        return raise_ticket(Asked(property_id, person_id, TicketKind.INSTALMENT, talk.heard, talk.months), actor=actor)
    return None


@transaction.atomic
def add_comparable(community_id: int, name: str, price: Decimal, source: str, seen_on: dt.date, note: str = "", *, actor: Actor) -> Comparable:
    """Keep what a nearby community charges, yuan a month and square metre. Raises ``Invalid`` for a price or day out of range."""
    place = get_community(actor, community_id, Permission.FOLLOW_MANAGE)
    if not 0 < price <= DEAREST:
        raise Invalid(field="单价", reason="应大于 0，不超过 1000 元")
    if seen_on > clock.today():
        raise Invalid(field="看到的日期", reason="不能在将来")
    row = Comparable.objects.create(
        organisation_id=place.organisation_id, community=place, name=limited(name, "小区", 40, required=True), price=price,
        source=limited(source, "来源", 120, required=True), seen_on=seen_on, note=limited(note, "说明", 200), made_by_id=actor.user_id,
        made_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "objection.comparable", row, after={"name": row.name, "price": str(row.price), "source": row.source, "seen_on": seen_on})
    return row
