"""Scoped reads of plans, and how they stand by the facts."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Protocol

from django.db.models import Prefetch, Q, QuerySet

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.kernel.money import round_half_up
from wuyefei.money.billing.public import Receivable, history, late_fee_stopped, standings

from .models import Assessment, Plan, PlanBill, PlanPart
from .rules.plans import Going, Limitation, Part, Seat, Settlement, Verdict, judge, limitation


class HasPerson(Protocol):
    """An opinion, as far as it matters whose it is."""

    person_id: int


SEATS = {Seat.PROJECT: Permission.HARDSHIP_PROJECT, Seat.SERVICE: Permission.HARDSHIP_SERVICE, Seat.FINANCE: Permission.HARDSHIP_FINANCE}
"""Who takes which seat at an assessment."""


def may_take_seat(actor: Actor, seat: Seat, community_id: int, maker_id: int, said: Mapping[str, HasPerson]) -> bool:
    """Whether the actor may give the opinion of a seat: it is empty, the actor has the right to it, and is neither who asked nor
    in another seat. ``said`` are the opinions given by seat."""
    if seat in said or maker_id == actor.user_id:
        return False
    return actor.may(SEATS[seat], community_id) and all(one.person_id != actor.user_id for one in said.values())


def plans(actor: Actor) -> QuerySet[Plan]:
    """The plans of the communities whose bills the actor may see."""
    rows = Plan.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.BILLING_VIEW))
    return rows.select_related("community", "property", "payer", "made_by", "agreed_by").prefetch_related(
        Prefetch("parts", PlanPart.objects.order_by("number")),
        Prefetch("bills", PlanBill.objects.select_related("receivable__item", "receivable__property").order_by("receivable__due_on", "pk")),
    )


def get_plan(actor: Actor, plan_id: int) -> Plan:
    row = plans(actor).filter(pk=plan_id).first()
    if row is None:
        raise NotFound()
    return row


def parts_of(plan: Plan) -> tuple[Part, ...]:
    return tuple(Part(row.number, row.due_on, row.amount_fen) for row in sorted(plan.parts.all(), key=lambda row: row.number))


def verdicts(rows: Iterable[Plan], today: dt.date) -> dict[int, Verdict]:
    """How each plan stands at the end of ``today`` by what was settled of its receivables. A plan that ended is judged
    as of the day it ended."""
    found = list(rows)
    changes = history([bill.receivable_id for plan in found for bill in plan.bills.all()])
    judged = {}
    for plan in found:
        bills = list(plan.bills.all())
        settled = [Settlement(one.on, one.amount_fen) for bill in bills for one in changes.get(bill.receivable_id, [])]
        billed = sum(bill.receivable.amount_fen for bill in bills)
        judged[plan.pk] = judge(parts_of(plan), billed, settled, plan.ended_on or today, plan.grace_days)
    return judged


def in_a_plan(receivable_ids: Collection[int], but: int | None = None) -> bool:
    """Whether any of these is in a plan that is asked for or running; ``but``: a plan that does not count."""
    rows = PlanBill.objects.filter(receivable_id__in=receivable_ids, plan__state__in=[Plan.State.ASKED, Plan.State.ACTIVE])
    return (rows if but is None else rows.exclude(plan_id=but)).exists()


def plan_from(origin: str) -> Plan | None:
    """The plan that what a payer asked for has led to, refused ones apart. For callers that have checked its place."""
    return Plan.objects.filter(origin=origin).exclude(state=Plan.State.REFUSED).first()


def running_plan(receivable_id: int) -> Plan | None:
    """The plan a receivable is in now. For callers that have checked the receivable's place."""
    bill = PlanBill.objects.filter(receivable_id=receivable_id, running=True).first()
    return None if bill is None else Plan.objects.prefetch_related("parts", "bills__receivable").get(pk=bill.plan_id)


def opinions(plan: Plan) -> dict[str, Assessment]:
    return {row.seat: row for row in plan.assessments.select_related("person")}


def limitations(actor: Actor, receivable_ids: Collection[int]) -> dict[int, Limitation]:
    """What the latest agreed plan does to the limitation of each receivable; those never in one are left out."""
    rows = plans(actor).filter(agreed_on__isnull=False, bills__receivable_id__in=receivable_ids).distinct().order_by("agreed_on", "pk")
    wanted, found = set(receivable_ids), dict[int, Limitation]()
    for plan in rows:
        assert plan.agreed_on is not None
        fact = limitation(plan.agreed_on, parts_of(plan), plan.signed_on)
        found |= {bill.receivable_id: fact for bill in plan.bills.all() if bill.receivable_id in wanted}
    return found


@dataclass(slots=True)
class Effect:
    """What the plans of a community came to; money in fen. ``stopped_fen``: the late fee that did not run meanwhile."""

    plans: int = 0
    running: int = 0
    completed: int = 0
    breached: int = 0
    replaced: int = 0
    late: int = 0
    covered_fen: int = 0
    paid_fen: int = 0
    relief_fen: int = 0
    stopped_fen: int = 0

    @property
    def kept_percent(self) -> int | None:
        """Of the plans that came to their end, how many were kept; None while none has."""
        ended = self.completed + self.breached
        return round_half_up(100 * _ratio(self.completed, ended)) if ended else None

    @property
    def paid_percent(self) -> int:
        return round_half_up(100 * _ratio(self.paid_fen, self.covered_fen)) if self.covered_fen else 0

    @property
    def cost_fen(self) -> int:
        """The late fee given up: what did not run, and what was let off."""
        return self.stopped_fen + self.relief_fen

    def add(self, plan: Plan, verdict: Verdict, stopped_fen: int) -> None:
        self.plans += 1
        self.running += plan.state == Plan.State.ACTIVE
        self.completed += plan.state == Plan.State.COMPLETED
        self.breached += plan.state == Plan.State.BREACHED
        self.replaced += plan.state == Plan.State.REPLACED
        self.late += plan.state == Plan.State.ACTIVE and verdict.going in (Going.LATE, Going.BREACHED)
        self.covered_fen += plan.total_fen
        self.paid_fen += plan.total_fen - min(plan.total_fen, verdict.open_fen)
        self.relief_fen += plan.relief_fen or 0
        self.stopped_fen += stopped_fen

    def include(self, other: Effect) -> None:
        """Add another's sums."""
        for name in fields(self):
            setattr(self, name.name, getattr(self, name.name) + getattr(other, name.name))


def _ratio(part: int, whole: int) -> Decimal:
    return Decimal(part) / whole


def effects(actor: Actor, today: dt.date, community_id: int | None = None) -> list[tuple[str, Effect]]:
    """The effect of all plans that were agreed, by community, in order of their names."""
    rows = plans(actor).filter(agreed_on__isnull=False).order_by("community__sort_key", "community_id", "pk")
    if community_id is not None:
        rows = rows.filter(community_id=community_id)
    found = list(rows)
    judged = verdicts(found, today)
    stopped = _stopped(found, today)
    by_place: dict[int, tuple[str, Effect]] = {}
    for plan in found:
        by_place.setdefault(plan.community_id, (plan.community.name, Effect()))[1].add(plan, judged[plan.pk], stopped[plan.pk])
    return list(by_place.values())


def _stopped(rows: Iterable[Plan], today: dt.date) -> dict[int, int]:
    """The late fee that each plan's holds kept from running until ``today``."""
    held = [(plan.pk, bill.receivable, bill.hold_id) for plan in rows for bill in plan.bills.all() if bill.hold_id is not None]
    stopped = late_fee_stopped([(bill, hold_id) for _, bill, hold_id in held], today)
    found: dict[int, int] = defaultdict(int)
    for plan_id, _, hold_id in held:
        found[plan_id] += stopped[hold_id]
    return found


def candidates(actor: Actor, today: dt.date, payer_id: int, community_id: int) -> list[Receivable]:
    """What of a payer in a community may still be put into a plan, each with ``standing`` (its late fee of today)."""
    rows = Receivable.objects.filter(
        organisation_id=actor.organisation_id, community_id=community_id, payer_id=payer_id, reversed_at__isnull=True, outstanding_fen__gt=0
    )
    if community_id not in actor.communities(Permission.BILLING_VIEW):
        raise NotFound()
    found = list(rows.select_related("item", "property").order_by("due_on", "pk"))
    standing = standings(found, today)
    taken = set(
        PlanBill.objects.filter(
            receivable_id__in=[row.pk for row in found], plan__state__in=[Plan.State.ASKED, Plan.State.ACTIVE]
        ).values_list("receivable_id", flat=True)
    )
    for row in found:
        row.standing, row.planned = standing[row.pk], row.pk in taken  # type: ignore[attr-defined]
    return found


def payers_owing(actor: Actor, property_id: int) -> list[tuple[int, str]]:
    """Who owes something at a property, who owes the oldest first."""
    rows = Receivable.objects.filter(
        Q(outstanding_fen__gt=0), property_id=property_id, organisation_id=actor.organisation_id, reversed_at__isnull=True,
        community_id__in=actor.communities(Permission.BILLING_VIEW),
    )  # fmt: skip
    return list(dict.fromkeys(rows.order_by("due_on", "pk").values_list("payer_id", "payer__name")))
