"""Scoped reads of corrections, and working one out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db.models import Q, QuerySet, Sum

from wuyefei.estate.occupancy.public import Tie
from wuyefei.estate.tariffs.public import Tariff, TariffPrice
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import (
    DEFERRAL,
    INSTALMENT,
    Adjustment,
    Convention,
    Frozen,
    LateFeeHold,
    Receivable,
    charge_by_month,
    corrected_fen,
    freeze,
    frozen_of,
    lost_among,
    thawed_prices,
)
from wuyefei.money.billing.rules.public import spliced
from wuyefei.money.payments.public import held_fast

from .models import Correction, Line
from .rules import Facts, Hindrance, Sums, fresh, hindrance, needs_release, sums_of

CHUNK = 2000
"""Bills worked out at once: memory does not grow with the community, but for what is to be corrected."""
BY_HAND = "by_hand"
OF_POLICY = ("concessions.year", "concessions.measure", "concessions.campaign")
"""Whose changes of a bill are a concession on it: they stay as granted, and do not stand in the way."""


def corrections(actor: Actor) -> QuerySet[Correction]:
    """The corrections of the communities whose bills the actor may see."""
    rows = Correction.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.BILLING_VIEW))
    return rows.select_related("community", "tariff__item", "made_by", "agreed_by", "version", "undoes")


def get_correction(actor: Actor, correction_id: int) -> Correction:
    row = corrections(actor).filter(pk=correction_id).first()
    if row is None:
        raise NotFound()
    return row


def open_correction(tariff_id: int) -> Correction | None:
    """The one under way. For callers that have checked the tariff's place."""
    return Correction.objects.filter(tariff_id=tariff_id, state__in=[Correction.State.DRAFT, Correction.State.ASKED]).first()


def undoing_of(row: Correction) -> Correction | None:
    """The one under way, or done, that takes a correction back; for a correction of bills left out before, that of its price."""
    rows = Correction.objects.filter(undoes__version_id=row.version_id, undoes__isnull=False, version__isnull=False).exclude(pk=row.pk)
    return rows.exclude(state__in=[Correction.State.DISCARDED, Correction.State.REFUSED]).order_by("-pk").first() if row.version_id else None


def corrections_on(receivable_id: int) -> list[tuple[str, int]]:
    """(What its owner reads, the change in fen) of each correction of a bill. For callers that have checked its place."""
    rows = Adjustment.objects.filter(receivable_id=receivable_id, kind=Adjustment.Kind.PRICE).order_by("pk")
    return list(rows.values_list("reason", "amount_fen"))


@dataclass(frozen=True, slots=True)
class Found:
    """A bill that the price changes, worked out; ``prices`` are frozen like a bill's."""

    receivable_id: int
    billed_fen: int
    should_fen: int
    hindrance: Hindrance | None
    gone: bool
    prices: Frozen

    @property
    def difference_fen(self) -> int:
        return self.should_fen - self.billed_fen


@dataclass(frozen=True, slots=True)
class Plan:
    """What a correction would change: ``same`` bills come to the same."""

    found: Sequence[Found]
    same: int

    @property
    def wanted(self) -> list[Found]:
        return [one for one in self.found if one.hindrance is None]

    @property
    def sums(self) -> Sums:
        return sums_of(one.difference_fen for one in self.wanted)


def billed_at(tariff_id: int, day: dt.date) -> QuerySet[Receivable]:
    """The bills of runs at a tariff that charge a day from ``day`` on, in order of house and time."""
    rows = Receivable.objects.filter(tariff_id=tariff_id, kind=Receivable.Kind.RUN, service_to__gte=day)
    return rows.select_related("item").order_by("property__sort_key", "service_from", "pk")


def work_out(tariff: Tariff, prices: Sequence[TariffPrice], day: dt.date) -> Plan:
    """Every bill that comes to another sum by the tariff's prices (sorted by day) from ``day`` on. Writes nothing. For callers
    that have checked the place."""
    found: list[Found] = []
    same, rows = 0, iter(billed_at(tariff.pk, day).iterator(chunk_size=CHUNK))
    while some := list(islice(rows, CHUNK)):
        changed = list(changed_bills(tariff, prices, day, some))
        same += len(some) - len(changed)
        found += judged(changed)
    return Plan(found, same)


Changed = tuple[Receivable, int, int, Frozen | None]


def judged(changed: Sequence[Changed]) -> Iterator[Found]:
    """Each bill that would change, with what keeps it from being changed."""
    facts = _facts([bill for bill, *_ in changed], {bill.pk: should - billed for bill, billed, should, _ in changed})
    gone = _gone([bill for bill, *_ in changed])
    for bill, billed, should, frozen in changed:
        why = Hindrance.PARTS if frozen is None else hindrance(facts[bill.pk], should - billed)
        yield Found(bill.pk, billed, should, why, bill.pk in gone, frozen or [])


def changed_bills(tariff: Tariff, prices: Sequence[TariffPrice], day: dt.date, bills: Sequence[Receivable]) -> Iterator[Changed]:
    """(Bill, what it comes to now, what it should, its prices then) of those that differ; a bill that cannot be worked out is
    among them with nothing as its sum."""
    standing, corrected = frozen_of(bills), corrected_fen([bill.pk for bill in bills])
    for bill in bills:
        billed = bill.amount_fen + corrected.get(bill.pk, 0)
        span, frozen = Span(bill.service_from, bill.service_to), standing[bill.pk]
        known = fresh(tariff.method, prices, span, frozen)
        if known is None:
            yield bill, billed, 0, None
            continue
        after = spliced(thawed_prices(frozen), known.prices, day)
        should = sum(fen for _, fen in charge_by_month(span, bill.quantity, after, Convention(bill.convention)))
        if should != billed:
            versions = {dt.date.fromisoformat(str(row["since"])): int(str(row["version"])) for row in frozen}
            current = max((since for since in known.versions if since <= day), default=None)
            since = {day: known.versions[current]} if current else {}
            yield bill, billed, should, freeze(after, {**versions, **since, **{d: v for d, v in known.versions.items() if d > day}}, span)


def _facts(bills: Sequence[Receivable], differences: dict[int, int]) -> dict[int, Facts]:
    ids, today = [bill.pk for bill in bills], clock.today()
    changes = dict(Adjustment.objects.filter(receivable_id__in=ids).values_list("receivable_id").annotate(Sum("amount_fen")).order_by())
    lost, by_hand = lost_among(ids), _by_hand(ids)
    running = LateFeeHold.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today), receivable_id__in=ids, starts_on__lte=today)
    held = list(running.values_list("receivable_id", "kind"))
    plans = {pk for pk, kind in held if kind == INSTALMENT}
    disputed = {pk for pk, kind in held if kind not in (INSTALMENT, DEFERRAL, BY_HAND)}
    fast = held_fast([bill.pk for bill in bills if needs_release(differences[bill.pk], bill.outstanding_fen, bill.late_fee_settled_fen)])
    return {
        bill.pk: Facts(
            bill.amount_fen + changes.get(bill.pk, 0), bill.outstanding_fen, bill.late_fee_settled_fen, bill.reversed_at is not None,
            bill.pk in lost, bill.pk in disputed, bill.pk in plans, bill.pk in by_hand, bill.pk in fast,
        )
        for bill in bills
    }  # fmt: skip


def _by_hand(ids: Collection[int]) -> set[int]:
    """The bills that somebody changed one by one: what for is not known, so that a price is not corrected on top of it."""
    rows = Adjustment.objects.filter(receivable_id__in=ids, kind=Adjustment.Kind.ADJUST).values_list("receivable_id", "approval_id")
    pairs = list(rows)
    policy = Request.objects.filter(pk__in={approval for _, approval in pairs}, kind__in=OF_POLICY)
    granted = set(policy.values_list("pk", flat=True))
    return {pk for pk, approval in pairs if approval not in granted}


def _gone(bills: Sequence[Receivable]) -> set[int]:
    """The bills whose payer has no tie to the property any more."""
    today = clock.today()
    ties = Tie.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today), property_id__in={bill.property_id for bill in bills}, starts_on__lte=today)
    there = set(ties.values_list("property_id", "person_id"))
    return {bill.pk for bill in bills if (bill.property_id, bill.payer_id) not in there}


@dataclass(frozen=True)
class LineFilter:
    """Empty fields do not narrow. ``way``: ``up``, ``down``, or ``out`` for those left as they are."""

    way: str = ""
    text: str = ""


WAYS = {"up": "补收", "down": "退减", "out": "不更正"}


def lines(row: Correction, chosen: LineFilter) -> QuerySet[Line]:
    """The lines of a correction in order of house and time."""
    found = Line.objects.filter(correction=row).select_related("receivable__property", "receivable__payer", "adjustment")
    if chosen.way == "out":
        found = found.exclude(hindrance="")
    elif chosen.way:
        found = found.filter(hindrance="", **{"difference_fen__gt" if chosen.way == "up" else "difference_fen__lt": 0})
    if chosen.text:
        text, letters = chosen.text, chosen.text.lower().replace(" ", "")
        found = found.filter(
            Q(receivable__property__code__icontains=text) | Q(receivable__payer__name__icontains=text)
            | Q(receivable__payer__pinyin__startswith=letters) | Q(receivable__payer__initials__startswith=letters)
        )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class Totals:
    """Of the lines that a filter shows, in fen."""

    rows: int
    billed_fen: int
    should_fen: int
    difference_fen: int


def totals(rows: QuerySet[Line]) -> Totals:
    found = rows.order_by().aggregate(billed=Sum("billed_fen", default=0), should=Sum("should_fen", default=0), by=Sum("difference_fen", default=0))
    return Totals(rows.count(), found["billed"], found["should"], found["by"])


def left_out(row: Correction) -> list[tuple[str, int]]:
    """(Reason, bills) of those left as they are, in the order of the reasons."""
    counts: dict[str, int] = {}
    for why in Line.objects.filter(correction=row).exclude(hindrance="").values_list("hindrance", flat=True):
        counts[why] = counts.get(why, 0) + 1
    return [(why, counts[why]) for why in Hindrance if why in counts]
