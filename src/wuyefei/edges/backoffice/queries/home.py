"""The figures of 今日. Each is defined once here, from scoped queries, and says as of when.

A receivable belongs to the month of its due date. Received is what has been settled of its principal so far, early
payments included; adjustments change what was receivable. Late fees are left out of both. This is the measure
当期收缴率 as of now, read from the maintained columns (a test holds it equal to ``measures.rates``).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, Min, Q, Sum
from django.db.models.functions import Coalesce

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community, User
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.actions import kind_of
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.approvals.queries import deciding
from wuyefei.foundation.kernel.dates import CHINA, DAY, Month
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Adjustment, Run, receivables, runs
from wuyefei.money.cashdesk.public import Shift
from wuyefei.money.payments.public import Payment, payments


@dataclass(frozen=True)
class Rate:
    """Receivable and received of a stretch of due dates, in fen, with the households billed."""

    receivable_fen: int = 0
    received_fen: int = 0

    @property
    def percent(self) -> Decimal | None:
        """With one decimal; 100.0 only when everything is in. None where nothing was receivable."""
        if self.receivable_fen <= 0:
            return None
        shown = (Decimal(self.received_fen) * 100 / self.receivable_fen).quantize(Decimal("0.1"), ROUND_HALF_UP)
        return min(shown, Decimal("99.9")) if self.left_fen > 0 else shown

    @property
    def left_fen(self) -> int:
        return self.receivable_fen - self.received_fen


@dataclass(frozen=True)
class PlaceRate:
    place: Community
    rate: Rate


def month_rates(actor: Actor, month: Month) -> dict[int, Rate]:
    """By community: the receivables due in the month."""
    due = receivables(actor).filter(due_on__range=(month.first, month.last), reversed_at__isnull=True)
    billed = due.values("community_id").annotate(amount=Sum("amount_fen"), left=Sum("outstanding_fen")).order_by()
    changed: dict[int, int] = defaultdict(int)
    adjusted = Adjustment.objects.filter(receivable__in=due).values("community_id").annotate(s=Sum("amount_fen")).order_by()
    for change in adjusted:
        changed[change["community_id"]] = change["s"]
    found = {}
    for row in billed:
        whole = row["amount"] + changed[row["community_id"]]
        found[row["community_id"]] = Rate(whole, whole - row["left"])
    return found


def whole(rates: dict[int, Rate]) -> Rate:
    return Rate(sum(rate.receivable_fen for rate in rates.values()), sum(rate.received_fen for rate in rates.values()))


def by_place(rates: dict[int, Rate], places: list[Community]) -> list[PlaceRate]:
    """The communities with bills this month, the lowest rate first."""
    rows = [PlaceRate(place, rates[place.pk]) for place in places if place.pk in rates]
    return sorted(rows, key=lambda row: row.rate.percent or Decimal(0))


@dataclass(frozen=True)
class Overdue:
    """Unpaid principal past its due date, and how many properties owe it; beside it what is due today and still unpaid."""

    principal_fen: int
    homes: int
    today_fen: int = 0


def overdue(actor: Actor, today: dt.date) -> Overdue:
    late = receivables(actor).filter(due_on__lte=today, outstanding_fen__gt=0, reversed_at__isnull=True)
    before = Q(due_on__lt=today)
    sums = late.aggregate(
        fen=Coalesce(Sum("outstanding_fen", filter=before), 0), homes=Count("property_id", distinct=True, filter=before),
        today=Coalesce(Sum("outstanding_fen", filter=~before), 0),
    )  # fmt: skip
    return Overdue(sums["fen"], sums["homes"], sums["today"])


@dataclass(frozen=True)
class Debtor:
    """A property with overdue principal, and for how many days at most."""

    property_id: int
    code: str
    place: str
    principal_fen: int
    days: int


def most_overdue(actor: Actor, today: dt.date, limit: int = 5) -> list[Debtor]:
    """The properties that owe most, the largest sum first."""
    late = receivables(actor).filter(due_on__lt=today, outstanding_fen__gt=0, reversed_at__isnull=True)
    rows = late.values("property_id", "property__code", "community__name").order_by()
    rows = rows.annotate(fen=Sum("outstanding_fen"), since=Min("due_on")).order_by("-fen", "property_id")[:limit]
    return [
        Debtor(row["property_id"], row["property__code"], row["community__name"], row["fen"], (today - row["since"]).days)
        for row in rows
    ]


@dataclass(frozen=True)
class Taken:
    fen: int
    count: int


def taken_on(actor: Actor, day: dt.date) -> Taken:
    """Money booked on a day (China), at the desk, in a batch or online, voids left out; offsets of prepayment are no new money."""
    start = dt.datetime.combine(day, dt.time(), tzinfo=CHINA)
    rows = payments(actor).filter(booked_at__gte=start, booked_at__lt=start + DAY, voided_at__isnull=True)
    sums = rows.filter(kind__in=Payment.TAKEN).aggregate(fen=Coalesce(Sum("amount_fen"), 0), count=Count("pk"))
    return Taken(sums["fen"], sums["count"])


@dataclass(frozen=True)
class Waiting:
    """A request that this person may decide, with its page where the room has one."""

    request: Request
    label: str
    url: str


def waiting_for(actor: Actor) -> list[Waiting]:
    """Requests of other people that the actor may decide, oldest first."""
    found = []
    for request in deciding(actor):
        kind = kind_of(request.kind)
        found.append(Waiting(request, kind.label, kind.address(request) if kind.address else ""))
    return found


def open_runs(actor: Actor) -> list[Run]:
    return list(runs(actor).filter(state__in=(Run.State.DRAFT, Run.State.CONFIRMED)))


def my_shift(actor: Actor) -> Shift | None:
    return (
        Shift.objects.filter(
            organisation_id=actor.organisation_id, cashier_id=actor.user_id, state=Shift.State.OPEN,
            community_id__in=actor.communities(Permission.CASHDESK),
        ).select_related("community").first()
    )  # fmt: skip


@dataclass(frozen=True)
class People:
    """What an administrator looks at first: users in work, locked ones, and those without a second factor."""

    active: int
    locked: int
    new_password: int
    without_factor: int


def user_figures(actor: Actor) -> People:
    users = User.objects.filter(organisation_id=actor.organisation_id, is_active=True, service="")
    sums = users.aggregate(
        active=Count("pk"),
        locked=Count("pk", filter=Q(locked_until__gt=clock.now())),
        new_password=Count("pk", filter=Q(must_change_password=True)),
        without_factor=Count("pk", filter=Q(totp_confirmed_at__isnull=True)),
    )
    return People(**sums)
