"""Scoped reads of matters, and what the facts say of them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import LateFeeHold, OpenBill, Receivable, open_bills
from wuyefei.money.concessions.public import PlanBill
from wuyefei.money.payments.public import Allocation, Payment
from wuyefei.relations.contacts.public import DISPUTE, work_calendar

from ..models import Claim, Cost, Event, Letter, Matter, Paper
from ..rules.deadlines import Deadline, Known, Mail, deadlines
from ..rules.eligibility import Debt, demand_over
from ..rules.limitation import Break, Clock, Interruption, Obstacle, clock_of, enforce_by
from ..rules.road import Step

COSTS = ("fee_fen", "cost_fen")
COMMERCIAL = ("shop", "office")
"""Kinds of property whose payers are commercial debtors."""


def matters(actor: Actor) -> QuerySet[Matter]:
    """The matters of the communities whose legal road the actor may see."""
    return Matter.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.LEGAL_VIEW))


def open_matters(actor: Actor) -> QuerySet[Matter]:
    """Those in which something is still owed at this very moment: whoever has paid is gone at once."""
    mine = Claim.objects.filter(matter_id=OuterRef("pk"), receivable__reversed_at__isnull=True)
    principal = Exists(mine.filter(receivable__outstanding_fen__gt=0))
    awarded = Exists(Cost.objects.filter(matter_id=OuterRef("pk"), receivable__outstanding_fen__gt=0))
    rows = matters(actor).filter(closed_on__isnull=True)
    return rows.filter(principal | awarded | Q(pk__in=_late_fees_only(actor, rows.exclude(principal))))


def _late_fees_only(actor: Actor, rows: QuerySet[Matter]) -> list[int]:
    """Of matters without principal, those with a late fee left: its cap and waivers are known only to the late-fee rules."""
    doubtful = Claim.objects.filter(matter__in=rows, receivable__reversed_at__isnull=True)
    matter_of = dict(doubtful.filter(receivable__accrued_exact__gt=F("receivable__late_fee_settled_fen")).values_list("receivable_id", "matter_id"))
    return sorted({matter_of[bill.id] for bill in open_bills(actor, clock.today(), receivable_ids=list(matter_of))})


def get_matter(actor: Actor, matter_id: int) -> Matter:
    row = matters(actor).select_related("person", "property", "community", "owner", "organisation").filter(pk=matter_id).first()
    if row is None:
        raise NotFound()
    return row


def letters(actor: Actor) -> QuerySet[Letter]:
    return Letter.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.LEGAL_VIEW))


def get_letter(actor: Actor, letter_id: int) -> Letter:
    row = letters(actor).select_related("matter", "paper").filter(pk=letter_id).first()
    if row is None:
        raise NotFound()
    return row


def get_paper(actor: Actor, paper_id: int) -> Paper:
    rows = Paper.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.LEGAL_VIEW))
    row = rows.select_related("matter__person", "matter__community").filter(pk=paper_id).first()
    if row is None:
        raise NotFound()
    return row


def claims_of(matter: Matter) -> list[Claim]:
    rows = Claim.objects.filter(matter=matter).select_related("receivable__item", "receivable__property", "receivable__contract")
    return list(rows.order_by("due_on", "pk"))


def bills_of(actor: Actor, matter: Matter, today: dt.date) -> dict[int, OpenBill]:
    """What is still owed of a matter, costs that were laid on the payer included, by receivable, with late fees as of a day."""
    return {bill.id: bill for bill in open_bills(actor, today, receivable_ids=bill_ids(matter.pk))}


def bill_ids(matter_id: int) -> list[int]:
    """The claimed bills of a matter, and those by which its costs were laid on the payer."""
    claimed = Claim.objects.filter(matter_id=matter_id).values_list("receivable_id", flat=True)
    awarded = Cost.objects.filter(matter_id=matter_id, receivable__isnull=False).values_list("receivable_id", flat=True)
    return [pk for pk in (*claimed, *awarded) if pk is not None]


def commercial(matter: Matter) -> bool:
    """Whether the debtor is a firm, or owes for a shop or an office."""
    shops = Claim.objects.filter(matter=matter, receivable__property__kind__in=COMMERCIAL)
    return matter.person.kind != matter.person.Kind.INDIVIDUAL or shops.exists()


@dataclass(frozen=True)
class Past:
    """What the rows of a matter say: its events in order, its letters, what was paid of its claims since it was opened."""

    matter: Matter
    events: tuple[Event, ...]
    letters: tuple[Letter, ...]

    def last(self, *kinds: str) -> Event | None:
        return next((one for one in reversed(self.events) if one.kind in kinds), None)

    def day(self, kind: str, name: str = "on") -> dt.date | None:
        found = self.last(kind)
        if found is None:
            return None
        if name == "on":
            return found.on
        text = found.facts.get(name)
        return dt.date.fromisoformat(text) if text else None

    def total(self, *names: str) -> int:
        return sum(int(one.facts.get(name) or 0) for one in self.events for name in names)


def past_of(matter: Matter) -> Past:
    events = Event.objects.filter(matter=matter).select_related("made_by").order_by("number")
    return Past(matter, tuple(events), tuple(Letter.objects.filter(matter=matter).select_related("paper").order_by("pk")))


@dataclass(frozen=True)
class Found:
    """Facts for many debts at once, by receivable."""

    breaks: dict[int, list[Interruption]] = field(default_factory=lambda: defaultdict(list))
    obstacles: dict[int, list[Obstacle]] = field(default_factory=lambda: defaultdict(list))
    delivered: dict[int, dt.date] = field(default_factory=dict)
    judged: dict[int, dt.date] = field(default_factory=dict)
    mediated: set[int] = field(default_factory=set)
    early: set[int] = field(default_factory=set)


def found_of(receivable_ids: Collection[int]) -> Found:
    """What interrupts, stops or decides the debts: letters, events, part payments. For callers that have checked places."""
    found = Found()
    claims: dict[int, list[int]] = defaultdict(list)
    for matter_id, bill in Claim.objects.filter(receivable_id__in=receivable_ids).values_list("matter_id", "receivable_id"):
        claims[matter_id].append(bill)
    awarded = Cost.objects.filter(receivable_id__in=receivable_ids).values_list("matter_id", "receivable_id")
    for matter_id, cost in awarded:
        for row in Event.objects.filter(matter_id=matter_id, kind="judged").order_by("number"):
            found.judged[int(cost or 0)] = enforce_by(row.on, _day(row, "perform_by"))
    for letter in Letter.objects.filter(matter_id__in=claims, delivered_on__isnull=False):
        for bill in set(letter.receivable_ids) & set(claims[letter.matter_id]):
            assert letter.delivered_on is not None
            found.breaks[bill].append(Interruption(letter.delivered_on, Break.DEMAND, source=letter.number))
            found.delivered[bill] = max(letter.delivered_on, found.delivered.get(bill, letter.delivered_on))
    events: dict[int, list[Event]] = defaultdict(list)
    for event in Event.objects.filter(matter_id__in=claims).order_by("matter_id", "number"):
        events[event.matter_id].append(event)
    for matter_id, rows in events.items():
        for bill in claims[matter_id]:
            _read(found, bill, rows)
    _payments(found, receivable_ids)
    _plans(found, receivable_ids)
    return found


def _read(found: Found, bill: int, rows: list[Event]) -> None:
    """One matter's events as they bear on one bill: proceedings begin with mediation or suit and end with what follows."""
    begun: dt.date | None = None
    for row in rows:
        if row.kind in ("mediate", "file", "order", "declare"):
            begun = begun or row.on
        elif row.kind in ("failed", "objected", "judged", "close", "agreed", "distributed", "ended") and begun is not None:
            found.breaks[bill].append(Interruption(begun, Break.SUIT, row.on))
            begun = None
        if row.kind == "agreed":
            found.breaks[bill].append(Interruption(row.on, Break.AGREED, _day(row, "last_on")))
        elif row.kind == "answered" and row.facts.get("agrees") == "yes":
            found.breaks[bill].append(Interruption(row.on, Break.ACKNOWLEDGED))
        elif row.kind == "obstacle":
            found.obstacles[bill].append(Obstacle(row.on, _day(row, "ends")))
        elif row.kind == "judged":
            found.judged[bill] = enforce_by(row.on, _day(row, "perform_by"))
        if row.kind in ("failed", "breached"):
            found.mediated.add(bill)
        if row.kind == "early":
            found.early.add(bill)
    if begun is not None:
        found.breaks[bill].append(Interruption(begun, Break.SUIT))


def _day(row: Event, name: str) -> dt.date | None:
    text = row.facts.get(name)
    return dt.date.fromisoformat(text) if text else None


def _payments(found: Found, receivable_ids: Collection[int]) -> None:
    """Part payments that stand: what the payer brought, not what was offset from a balance."""
    rows = Allocation.objects.filter(
        receivable_id__in=receivable_ids, payment__voided_at__isnull=True, payment__kind__in=Payment.TAKEN, amount_fen__gt=0
    )
    for bill, day in rows.order_by().values_list("receivable_id", "payment__value_date").distinct():
        found.breaks[bill].append(Interruption(day, Break.PART_PAID))


def _plans(found: Found, receivable_ids: Collection[int]) -> None:
    """Instalment plans that the payer has signed: the period runs from the last part, kept or not (189)."""
    rows = PlanBill.objects.filter(receivable_id__in=receivable_ids, plan__signed_on__isnull=False, plan__agreed_on__isnull=False)
    for bill, signed, last in rows.order_by().values_list("receivable_id", "plan__signed_on").annotate(Max("plan__parts__due_on")):
        found.breaks[bill].append(Interruption(signed, Break.AGREED, last))


def clock_for(found: Found, receivable_id: int, due_on: dt.date) -> Clock:
    return clock_of(due_on, found.breaks.get(receivable_id, ()), found.obstacles.get(receivable_id, ()))


def debts_of(actor: Actor, bills: Collection[OpenBill], today: dt.date) -> dict[int, Debt]:
    """What the rules ask of each bill, by receivable; ``bills`` must be all that the payers owe."""
    ids = [bill.id for bill in bills]
    found, calendar = found_of(ids), work_calendar(actor.organisation_id)
    held = LateFeeHold.objects.filter(receivable_id__in=ids, kind=DISPUTE, starts_on__lte=today)
    disputed = set(held.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today)).values_list("receivable_id", flat=True))
    owed: dict[int, int] = defaultdict(int)
    for bill in bills:
        if bill.due_on < today and bill.id not in disputed:
            owed[bill.payer_id] += bill.outstanding_fen
    return {
        bill.id: Debt(
            bill.due_on, bill.total_fen, owed[bill.payer_id],
            demand_over(found.delivered[bill.id], calendar) if bill.id in found.delivered else None,
            bill.id in found.mediated, bill.id in found.early, bill.id in disputed, clock_for(found, bill.id, bill.due_on).last_on,
            found.judged.get(bill.id),
        )
        for bill in bills
    }  # fmt: skip


def under_way() -> QuerySet[Matter, int]:
    """Persons with a matter that is not closed: what was kept of contacts with them is evidence."""
    return Matter.objects.filter(closed_on__isnull=True).values_list("person_id", flat=True)


def limitation_of(matter: Matter) -> dt.date | None:
    """The earliest end among what is still owed; None where every clock stands."""
    rows = Claim.objects.filter(matter=matter, receivable__outstanding_fen__gt=0, receivable__reversed_at__isnull=True)
    dues = dict(rows.values_list("receivable_id", "due_on"))
    found = found_of(dues)
    days = [clock_for(found, bill, due).last_on for bill, due in dues.items()]
    return min((day for day in days if day is not None), default=None)


def deadlines_of(past: Past, today: dt.date, limitation_on: dt.date | None) -> list[Deadline]:
    matter = past.matter
    mails = tuple(
        Mail(one.made_on, one.posted_on, one.delivered_on, one.returned_on, one.followed_on is not None)
        for one in past.letters if one.void_on is None
    )
    held = tuple((one.on, str(one.facts["target"])) for one in past.events if one.kind == "preserved")
    ordered = past.last("file", "order")
    agreed = past.day("agreed")
    ended = past.last("declare", "distributed", "ended")
    claimed = ended if ended is not None and ended.kind == "declare" else None
    shared = past.last("shared") if claimed else None
    known = Known(
        Step(matter.step), matter.step_on, mails, agreed, past.day("agreed", "last_on"), past.last("ask_confirm", "confirmed") is not None,
        past.day("hearing"), past.day("judged"), past.day("judged", "perform_by"), limitation_on,
        held, past.day("served") if ordered and ordered.kind == "order" else None,
        _day(claimed, "due_on") if claimed and past.last("admitted") is None else None, shared.on if shared else None,
    )  # fmt: skip
    return deadlines(known, work_calendar(matter.organisation_id), today)


def unclaimed(actor: Actor, community_id: int) -> QuerySet[Receivable]:
    """Overdue bills of a place that no open matter claims; what a judgment laid on the payer belongs to its matter."""
    taken = Claim.objects.filter(receivable_id=OuterRef("pk"), released_at__isnull=True)
    return Receivable.objects.filter(
        ~Exists(taken), ~Exists(Cost.objects.filter(receivable_id=OuterRef("pk"))), organisation_id=actor.organisation_id, community_id=community_id, outstanding_fen__gt=0, reversed_at__isnull=True
    )


def recovered_fen(matter: Matter) -> int:
    """What was paid of the claims since the matter was opened, from the books."""
    ids = Claim.objects.filter(matter=matter).values_list("receivable_id", flat=True)
    rows = Allocation.objects.filter(
        receivable_id__in=list(ids), payment__voided_at__isnull=True, payment__value_date__gte=matter.opened_on
    )
    return sum(rows.values_list("amount_fen", flat=True))


def facts_shown(event: Event) -> dict[str, Any]:
    return {name: value for name, value in event.facts.items() if value not in (None, "")}
