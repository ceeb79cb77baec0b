"""Scoped reads: what is of one community by whoever may look at its controls, what is of the whole firm by whoever sees all of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import TruncMonth

from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.models import Community, User
from wuyefei.foundation.access.queries import colleagues
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA, DAY, Month
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import clock
from wuyefei.money.payments.public import Payment
from wuyefei.money.receipts.public import Receipt, ReceiptPrint

from .models import Check, ControlPoint, ControlTest, Draw, Item, Mismatch, Pack, StubCheck
from .rules import WEEK, Every, Standing, Stub, Stubs, count_stubs, next_due, standing


def mine(actor: Actor, permission: Permission = Permission.CONTROL_VIEW) -> Q:
    """Rows of the actor's communities, and of the whole firm where the right is held over all of it."""
    found = Q(community_id__in=actor.communities(permission))
    if permission in actor.wide:
        found |= Q(community__isnull=True)
    return found & Q(organisation_id=actor.organisation_id)


def moments(first: dt.date, last: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """The first moment of a day in China and the first after another."""
    return dt.datetime.combine(first, dt.time.min, CHINA), dt.datetime.combine(last + DAY, dt.time.min, CHINA)


def draws(actor: Actor) -> QuerySet[Draw]:
    """Draws with how many of their items were checked and how many differ."""
    rows = Draw.objects.filter(mine(actor)).select_related("community", "drawn_by")
    differing = Q(items__check_done__result=Check.Result.DIFFERS)
    return rows.annotate(drawn=Count("items"), checked=Count("items__check_done"), differing=Count("items", filter=differing))


def unfinished(actor: Actor) -> QuerySet[Draw]:
    """Draws of which a payment was not compared yet."""
    left = Item.objects.filter(draw=OuterRef("pk"), check_done__isnull=True)
    return Draw.objects.filter(mine(actor), Exists(left))


def get_draw(actor: Actor, draw_id: int) -> Draw:
    return _found(draws(actor).filter(pk=draw_id))


def items(actor: Actor) -> QuerySet[Item]:
    return Item.objects.filter(mine(actor)).select_related(
        "draw", "community", "payment__property", "payment__receipt", "taken_by", "check_done__checked_by"
    )


def get_item(actor: Actor, item_id: int) -> Item:
    return _found(items(actor).filter(pk=item_id))


def population(community_id: int, monday: dt.date) -> dict[int, int]:
    """The desk payments of a week, voided ones too, each with who took it; for callers that have checked the place."""
    first, after = moments(monday, monday + WEEK - DAY)
    rows = Payment.objects.filter(community_id=community_id, kind=Payment.Kind.DESK, booked_at__gte=first, booked_at__lt=after)
    return dict(rows.values_list("pk", "booked_by_id"))


@dataclass(frozen=True)
class MonthStubs:
    """A month's receipts of a community as they stand now, its voids and reprints, and the tick where there is one."""

    community: Community
    month: Month
    facts: Stubs
    voids: list[Receipt]
    reprints: list[tuple[ReceiptPrint, str]]
    tick: StubCheck | None


def month_stubs(actor: Actor, community_id: int, month: Month) -> MonthStubs:
    """Raises ``NotFound`` and ``Forbidden``."""
    community = get_community(actor, community_id, Permission.CONTROL_VIEW)
    first, after = moments(month.first, month.last)
    rows = Receipt.objects.filter(community=community).order_by("year", "serial")
    found = list(rows.filter(issued_at__gte=first, issued_at__lt=after))
    earlier = rows.filter(issued_at__lt=first, year__in={row.year for row in found}).order_by()
    before = dict(earlier.values_list("year").annotate(last=Max("serial")))
    stubs = [Stub(row.number, row.year, row.serial, row.total_fen, row.voided_at is not None, row.void_reason) for row in found]
    facts = count_stubs(stubs, before)
    if facts.gaps:  # a number whose moment lies just beyond the month is not missing
        facts = count_stubs(stubs, before, frozenset(rows.exclude(pk__in=[row.pk for row in found]).values_list("year", "serial")))
    prints = ReceiptPrint.objects.filter(receipt__community=community, at__gte=first, at__lt=after).select_related("receipt")
    tick = StubCheck.objects.filter(community=community, month=month.first).select_related("ticked_by").first()
    return MonthStubs(community, month, facts, [row for row in found if row.voided_at], _again(prints.order_by("pk")), tick)


def _again(prints: Iterable[ReceiptPrint]) -> list[tuple[ReceiptPrint, str]]:
    """The prints that were not a receipt's first, each with whose it was."""
    rows = list(prints)
    originals: dict[int, int] = {}
    every = ReceiptPrint.objects.filter(receipt_id__in={row.receipt_id for row in rows})
    for pk, receipt_id in every.order_by("-pk").values_list("pk", "receipt_id"):
        originals[receipt_id] = pk
    names = dict(User.objects.filter(pk__in={row.user_id for row in rows}).values_list("pk", "name"))
    return [(row, names.get(row.user_id, "")) for row in rows if originals[row.receipt_id] != row.pk]


def with_receipts(actor: Actor, first: Month, last: Month) -> set[tuple[int, Month]]:
    """The (community, month) pairs in which receipts were issued: only those have stubs to check."""
    begin, after = moments(first.first, last.last)
    rows = Receipt.objects.filter(mine(actor), issued_at__gte=begin, issued_at__lt=after).order_by()
    months = rows.annotate(at=TruncMonth("issued_at", tzinfo=CHINA)).values_list("community_id", "at").distinct()
    return {(community_id, Month.of(at.date())) for community_id, at in months}


def stub_checks(actor: Actor) -> QuerySet[StubCheck]:
    return StubCheck.objects.filter(mine(actor)).select_related("community", "ticked_by")


@dataclass(frozen=True)
class Point:
    """A control point with its last test and how it stands today."""

    row: ControlPoint
    last: ControlTest | None
    due: dt.date
    standing: Standing


def controls(actor: Actor) -> QuerySet[ControlPoint]:
    tests = ControlTest.objects.select_related("tested_by").order_by("-tested_on", "-pk")
    rows = ControlPoint.objects.filter(mine(actor)).select_related("community", "owner", "made_by")
    return rows.prefetch_related(Prefetch("tests", tests))


def get_control(actor: Actor, control_id: int) -> ControlPoint:
    return _found(controls(actor).filter(pk=control_id))


def point_of(row: ControlPoint) -> Point:
    """``row`` as ``controls`` gives it."""
    last = next(iter(row.tests.all()), None)
    due = next_due(Every(row.every), row.since, last.tested_on if last else None)
    return Point(row, last, due, standing(due, last.passed if last else None, row.ended_on, clock.today()))


def mismatches(actor: Actor) -> QuerySet[Mismatch]:
    return Mismatch.objects.filter(mine(actor)).select_related("community", "concerns", "opened_by", "closed_by")


def get_mismatch(actor: Actor, mismatch_id: int) -> Mismatch:
    return _found(mismatches(actor).filter(pk=mismatch_id))


def packs(actor: Actor) -> QuerySet[Pack]:
    return Pack.objects.filter(mine(actor)).select_related("community", "made_by")


def to_work(actor: Actor) -> int:
    """How many mismatches wait for whoever may work them."""
    return Mismatch.objects.filter(mine(actor, Permission.CONTROL_WORK), closed_at__isnull=True).count()


def owners(actor: Actor) -> QuerySet[User]:
    """Who may own a control point: the people who still work where the actor may register one."""
    return colleagues(actor, Permission.CONTROL_EDIT).filter(is_active=True, service="")


def _found(rows: QuerySet[Any]) -> Any:
    found = rows.first()
    if found is None:
        raise NotFound()
    return found
