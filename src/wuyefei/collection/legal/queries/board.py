"""The board, who may go to which step, the limitation watch, and how matters end."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet, Sum

from wuyefei.collection.followup.public import interval
from wuyefei.foundation.access.actor import Actor
from wuyefei.money.billing.public import OpenBill, Receivable, open_bills
from wuyefei.money.payments.public import Allocation

from ..models import Claim, Cost, Event, Letter, Matter, Urging
from ..rules.eligibility import LETTER_DAYS, LETTER_FEN, Answer, Debt, Road, answer
from ..rules.limitation import WATCH_DAYS, Clock, years_after
from ..rules.road import Step
from .matters import clock_for, debts_of, found_of, matters, unclaimed

MOST = 60
FIELD_MEDIATION, FIELD_ENFORCEMENT = 40, 65
"""The field's success in per cent: of mediations, and of money recovered in enforcement (product rows H2, H4)."""


def urging_of(community_id: int) -> Urging | None:
    """What holds in a place about urging by the owners' committee. For callers that have checked the place."""
    return Urging.objects.select_related("made_by").filter(community_id=community_id).order_by("-pk").first()


def sums_of(rows: Sequence[Matter]) -> dict[int, int]:
    """Principal still owed, by matter, with the costs laid on the payer."""
    found: dict[int, int] = defaultdict(int)
    for model in (Claim, Cost):
        owed = model._default_manager.filter(matter__in=rows, receivable__reversed_at__isnull=True).order_by().values_list("matter_id")
        for pk, fen in owed.annotate(Sum("receivable__outstanding_fen")):
            found[pk] += fen or 0
    return found


@dataclass(frozen=True)
class Household:
    """A payer whose debts may go to a road: bills, the first reason, all that is owed, the earliest limitation."""

    payer_id: int
    name: str
    code: str
    bills: tuple[OpenBill, ...]
    allowed: tuple[int, ...]
    why: str
    limitation_on: dt.date | None

    @property
    def total_fen(self) -> int:
        return sum(bill.total_fen for bill in self.bills)

    @property
    def oldest(self) -> dt.date:
        return min(bill.due_on for bill in self.bills)


def households(actor: Actor, community_id: int, road: Road, today: dt.date) -> list[Household]:
    """Who may go to a road in a place: those with most owed first, at most ``MOST``. Bills in open matters are left out."""
    free = unclaimed(actor, community_id).filter(due_on__lt=today)
    old = free.filter(due_on__lt=today - dt.timedelta(days=LETTER_DAYS))
    large = free.order_by().values("payer_id").annotate(fen=Sum("outstanding_fen"))
    sums = {row["payer_id"]: row["fen"] for row in large}
    payers = set(old.order_by().values_list("payer_id", flat=True).distinct()) | {pk for pk, fen in sums.items() if fen > LETTER_FEN}
    chosen = sorted(payers, key=lambda pk: (-sums[pk], pk))[:MOST]
    ids = set(free.filter(payer_id__in=chosen).values_list("pk", flat=True))
    bills = [bill for bill in (open_bills(actor, today, payer_ids=chosen) if chosen else []) if bill.due_on < today]
    debts = debts_of(actor, bills, today)
    grouped: dict[int, list[OpenBill]] = defaultdict(list)
    for bill in bills:
        if bill.id in ids:
            grouped[bill.payer_id].append(bill)
    found = [_household(grouped[pk], debts, road, today) for pk in chosen if grouped[pk]]
    return [one for one in found if one.allowed]


def _household(bills: list[OpenBill], debts: dict[int, Debt], road: Road, today: dt.date) -> Household:
    answers: dict[int, Answer] = {bill.id: answer(debts[bill.id], road, today) for bill in bills}
    allowed = [pk for pk, one in answers.items() if one.allowed]
    why = answers[allowed[0]].why if allowed else ""
    days = [day for bill in bills if (day := debts[bill.id].last_on) is not None]
    first = bills[0]
    free = tuple(bill for bill in bills if not debts[bill.id].disputed)
    return Household(first.payer_id, first.payer_name, first.property_code, free, tuple(allowed), why, min(days, default=None))


@dataclass(frozen=True)
class Watched:
    bill: Receivable
    clock: Clock
    left: int
    matter: Matter | None


def watched(actor: Actor, community_ids: Sequence[int], today: dt.date) -> list[Watched]:
    """Debts whose clock runs out within the longest watch or has run out within a year, the nearest first."""
    bound = today + dt.timedelta(days=max(WATCH_DAYS))
    latest = years_after(bound, -3) + dt.timedelta(days=2)
    rows = Receivable.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=community_ids, outstanding_fen__gt=0, reversed_at__isnull=True, due_on__lte=latest
    )
    bills = list(rows.select_related("property", "payer", "item", "community").order_by("due_on", "pk")[:2000])
    found = found_of([bill.pk for bill in bills])
    claims = Claim.objects.filter(receivable__in=bills, released_at__isnull=True, matter__in=matters(actor)).select_related("matter")
    taken = {claim.receivable_id: claim.matter for claim in claims}
    result = []
    for bill in bills:
        clock = clock_for(found, bill.pk, bill.due_on)
        left = clock.left(today)
        if left is not None and left <= max(WATCH_DAYS):
            result.append(Watched(bill, clock, left, taken.get(bill.pk)))
    return sorted(result, key=lambda one: (one.left, one.bill.pk))


@dataclass(frozen=True)
class Results:
    """How matters of a span ended: mediations agreed of those decided, money recovered of what went to enforcement."""

    letters: int
    answered: int
    mediations: int
    agreed: int
    suits: int
    judged: int
    enforced_fen: int
    recovered_fen: int

    @property
    def mediation_permille(self) -> int | None:
        return _permille(self.agreed, self.mediations)

    @property
    def mediation_interval(self) -> tuple[int, int] | None:
        """The 95 % interval of the rate in per mille; None before any mediation was decided."""
        return interval(self.agreed, self.mediations) if self.mediations else None

    @property
    def enforcement_permille(self) -> int | None:
        return _permille(self.recovered_fen, self.enforced_fen)


def _permille(part: int, whole: int) -> int | None:
    """Rounded half up, in whole numbers."""
    return (part * 2000 + whole) // (2 * whole) if whole else None


def results(actor: Actor) -> Results:
    """Over all matters of the actor's places; recoveries are what the books hold since enforcement began."""
    mine = matters(actor)
    events = Event.objects.filter(matter__in=mine)

    def count(*kinds: str) -> int:
        return events.filter(kind__in=kinds).count()

    enforced = list(events.filter(kind="enforce").values_list("matter_id", "on"))
    due = recovered = 0
    for matter_id, on in enforced:
        ids = list(Claim.objects.filter(matter_id=matter_id).values_list("receivable_id", flat=True))
        rows = Allocation.objects.filter(receivable_id__in=ids)
        came = rows.filter(value_date__gte=on).aggregate(fen=Sum("amount_fen"))["fen"] or 0
        left = Receivable.objects.filter(pk__in=ids).aggregate(fen=Sum("outstanding_fen"))["fen"] or 0
        due, recovered = due + came + left, recovered + came
    letters = Letter.objects.filter(matter__in=mine, delivered_on__isnull=False)
    return Results(
        letters.count(), _closed(letters), count("agreed", "failed"), count("agreed"), count("file", "order"), count("judged"), due, recovered
    )


def _closed(letters: QuerySet[Letter]) -> int:
    """Delivered letters that payment, by the books, or an answer has closed."""
    answered = Event.objects.filter(matter_id=OuterRef("matter_id"), kind="answered")
    owing = Claim.objects.filter(matter_id=OuterRef("matter_id"), receivable__outstanding_fen__gt=0, receivable__reversed_at__isnull=True)
    return letters.filter(Exists(answered) | ~Exists(owing)).count()


def columns(rows: Sequence[Matter]) -> list[tuple[Step, list[Matter]]]:
    """The board's columns with their matters, the next deadline first; empty ones are kept."""
    found: dict[str, list[Matter]] = defaultdict(list)
    for row in rows:
        found[row.step].append(row)
    return [(step, found[step.value]) for step in Step if step is not Step.CLOSED]
