"""Rounds written down: one point by hand, many by sheet; linked to a work order; voided. And who may read them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Sequence

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from wuyefei.estate.properties.public import buildings
from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA, DAY
from wuyefei.foundation.kernel.errors import Invalid, NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.pictures import read_picture

from .inspection_rules import WHY, AlreadyNoted, Line, Result, Round, Voided, check_round, lines_of
from .models import Inspection, InspectionPhoto, Ticket
from .rules import Kind

MINUTE = dt.timedelta(minutes=1)
LATELY = 60
"""Days in which a point was looked at that the phone offers again."""


def inspections(actor: Actor) -> QuerySet[Inspection]:
    """The rounds of the communities whose contacts and service the actor may see, voided ones included."""
    rows = Inspection.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.CONTACT_VIEW))
    return rows.select_related("community", "building", "made_by", "ticket", "voided_by")


def get_inspection(actor: Actor, inspection_id: int) -> Inspection:
    row = inspections(actor).filter(pk=inspection_id).first()
    if row is None:
        raise NotFound()
    return row


def inspected(community_id: int, building_ids: Collection[int], first: dt.date, last: dt.date) -> QuerySet[Inspection]:
    """What stands on record of these buildings from a day to another, both included, and of the points of the whole community, the
    earliest first. For callers that have checked the community's place."""
    begin, end = (dt.datetime.combine(day, dt.time(), tzinfo=CHINA) for day in (first, last + DAY))
    rows = Inspection.objects.filter(community_id=community_id, voided_at__isnull=True, at__gte=begin, at__lt=end)
    return rows.filter(Q(building_id__in=building_ids) | Q(building__isnull=True)).select_related("building", "photo").defer("photo__content").order_by("at", "pk")


def points_of(community_id: int, building_id: int | None) -> list[Inspection]:
    """The latest record of each point of a building (or of the whole community) that was looked at lately, by point."""
    since = clock.now() - dt.timedelta(days=LATELY)
    rows = Inspection.objects.filter(community_id=community_id, voided_at__isnull=True, at__gte=since)
    rows = rows.filter(building__isnull=True) if building_id is None else rows.filter(building_id=building_id)
    return list(rows.order_by("sort", "point", "-at", "-pk").distinct("sort", "point"))


def check_tap(community_id: int, given: Round) -> None:
    """Raises ``AlreadyNoted`` where the point was found fine within the last minute: the same tap sent twice."""
    for row in points_of(community_id, given.building):
        if (row.point, row.sort, row.result) == (given.point, given.sort, Result.FINE) and given.at - row.at < MINUTE:
            raise AlreadyNoted(at=f"{row.at.astimezone(CHINA):%Y-%m-%d %H:%M}")


@transaction.atomic
def inspect(community_id: int, given: Round, *, photo: bytes = b"", ticket_id: int | None = None, actor: Actor) -> Inspection:
    """Write down a look at a point. Raises ``Invalid``, ``AlreadyNoted`` for the same look again, ``PictureRefused``, and ``NotFound``
    for a building or a work order of elsewhere; nothing is kept then."""
    place = get_community(actor, community_id, Permission.SERVICE_HANDLE)
    found = check_round(given, clock.now())
    _building(found.building, place, actor)
    picture = read_picture(photo) if photo else None
    ticket = _ticket(ticket_id, place) if ticket_id and found.result is Result.WRONG else None
    try:
        with transaction.atomic():
            row = _row(place, found, actor)
            row.ticket = ticket
            row.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyNoted(at=f"{found.at.astimezone(CHINA):%Y-%m-%d %H:%M}") from error
    if picture is not None:
        InspectionPhoto.objects.create(
            organisation_id=place.organisation_id, community=place, inspection=row, content_type=picture.kind, content=picture.content,
            size=len(picture.content), sha256=hashlib.sha256(picture.content).hexdigest(), made_at=row.made_at,
        )  # fmt: skip
    audit.record(actor, "inspection.note", row, after={"sort": row.sort, "result": row.result, "photo": picture is not None})
    return row


def _row(place: Community, found: Round, actor: Actor, *, by_sheet: bool = False) -> Inspection:
    return Inspection(
        organisation_id=place.organisation_id, community=place, building_id=found.building, point=found.point, sort=found.sort.value, at=found.at,
        who=found.who, result=found.result.value, note=found.note, by_sheet=by_sheet, made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip


def _building(building_id: int | None, place: Community, actor: Actor) -> None:
    if building_id is not None and not buildings(actor).filter(pk=building_id, community=place).exists():
        raise NotFound()


def _ticket(ticket_id: int, place: Community) -> Ticket:
    ticket = Ticket.objects.filter(pk=ticket_id, community=place, kind=Kind.COMPLAINT).first()
    if ticket is None:
        raise NotFound()
    return ticket


@transaction.atomic
def take_sheet(community_id: int, rows: Sequence[dict[str, str]], *, actor: Actor) -> tuple[list[Line], int, int]:
    """Take a filled sheet whole: (wrong rows, how many were written, how many stood already). Where a row is wrong nothing is written."""
    place = get_community(actor, community_id, Permission.SERVICE_HANDLE)
    names = {row.name: row.pk for row in buildings(actor).filter(community=place)}
    lines = lines_of(rows, names, actor.name, clock.now())
    wrong = [line for line in lines if line.round is None]
    if wrong or not lines:
        if not lines:
            raise Invalid(field="巡检表", reason="没有填写的行")
        return wrong, 0, 0
    fresh = [_row(place, line.round, actor, by_sheet=True) for line in lines if line.round is not None]
    before = Inspection.objects.filter(community=place).count()
    Inspection.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=500)
    written = Inspection.objects.filter(community=place).count() - before
    audit.record(actor, "inspection.sheet", place, community_id=place.pk, after={"written": written, "known": len(fresh) - written})
    return [], written, len(fresh) - written


@transaction.atomic
def link_ticket(inspection_id: int, ticket_id: int, *, actor: Actor) -> Inspection:
    """Say which work order came of what was wrong. Raises ``Voided``, ``Invalid`` where nothing was wrong."""
    row = _locked(inspection_id, actor)
    if row.result != Result.WRONG:
        raise Invalid(field="工单", reason="正常的不用关联工单")
    row.ticket = _ticket(ticket_id, row.community)
    row.save(update_fields=["ticket"])
    audit.record(actor, "inspection.ticket", row, after={"ticket": ticket_id})
    return row


@transaction.atomic
def void_inspection(inspection_id: int, why: str, *, actor: Actor) -> Inspection:
    """The record does not hold; it stays and says why. Raises ``Voided``."""
    row = _locked(inspection_id, actor)
    row.why = limited(why, "原因", WHY, required=True)
    row.voided_by_id, row.voided_at = actor.user_id, clock.now()
    row.save(update_fields=["why", "voided_by", "voided_at"])
    audit.record(actor, "inspection.void", row, reason=row.why)
    return row


def _locked(inspection_id: int, actor: Actor) -> Inspection:
    seen = get_inspection(actor, inspection_id)
    actor.require(Permission.SERVICE_HANDLE, seen.community_id)
    row = Inspection.objects.select_for_update().get(pk=seen.pk)
    if row.voided_at is not None:
        raise Voided()
    return row
