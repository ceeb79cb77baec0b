"""Debts paid in parts: a plan kept to its end, one that is being kept, one that was broken, requests that wait."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from wuyefei.collection.legal.public import Matter
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission, Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable, open_bills
from wuyefei.money.concessions.public import (
    Basis,
    GivenUp,
    Plan,
    PlanPart,
    PlanTerms,
    Seat,
    assess,
    follow_plan,
    limits_of,
    propose,
    sign,
)

from ..habits import Payer
from ..scene import Act, Scene
from .corrections import overdue
from .files import paid_by_bank

AMONG = 120
REASONS = {
    Basis.HARDSHIP: ("下岗待业，已附失业登记证", "家人住院，已附费用清单", "刚换工作，工资压后发放"),
    Basis.POLICY: ("欠费较多，愿意按月还清", "装修后一次付清有困难，约定分期"),
}  # fmt: skip


@dataclass(frozen=True)
class Story:
    """A plan asked ``asked`` days ago over ``months`` parts, the first due ``first`` days ago (negative: still to come), of which
    ``paid`` were paid on their day. ``agreed``: whether everybody has said yes."""

    basis: Basis
    asked: int
    first: int
    months: int
    paid: int
    relief: int = 0
    agreed: bool = True


HARDSHIP = (
    Story(Basis.HARDSHIP, 100, 88, 3, 3, relief=50), Story(Basis.HARDSHIP, 66, 52, 4, 2, relief=80), Story(Basis.HARDSHIP, 58, 44, 3, 1, relief=50),
    Story(Basis.HARDSHIP, 2, -20, 6, 0, relief=50, agreed=False),
)  # fmt: skip
POLICY = (Story(Basis.POLICY, 72, 60, 3, 2), Story(Basis.POLICY, 1, -14, 4, 0, agreed=False))


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    at, today = scene.calendar.at, scene.calendar.today
    if Role.COLLECTOR not in scene.crew or scene.place.since is not None:
        return
    grace = limits_of(scene.community.organisation_id).grace_days
    stories = [(number, one) for number, one in enumerate((*(HARDSHIP if _seats(scene) else ()), *POLICY))]
    for number, story in stories:
        asked = today - DAY * story.asked
        if Month.of(asked) <= scene.started:
            continue
        if Month.of(asked) == month:
            yield Act(at(asked, 15, number), partial(_ask, scene, story, number))
        for turn in range(story.paid):
            due = _due(story, turn, today)
            if Month.of(due) == month and due < today:
                yield Act(at(due, 16, number), partial(_pay, scene, number, turn + 1, due))
        if story.paid < story.months:
            missed = _due(story, story.paid, today) + DAY * (grace + 1)
            if Month.of(missed) == month and missed < today:
                yield Act(at(missed, 3), partial(_follow, scene))
    yield Act(at(min(month.last, today), 3), partial(_follow, scene))


def _due(story: Story, turn: int, today: dt.date) -> dt.date:
    """The day on which a part falls due; the first is 0."""
    first = today - DAY * story.first
    return Month.of(first).plus(turn).day(first.day)


def _seats(scene: Scene) -> tuple[Actor, Actor] | None:
    """Who assesses a payer in difficulty here, beside finance."""
    place = scene.community.pk
    project, service = scene.crew.get(Role.PROJECT_MANAGER), scene.crew.get(Role.HOUSEKEEPER)
    if project is None or service is None or not project.may(Permission.HARDSHIP_PROJECT, place) or not service.may(Permission.HARDSHIP_SERVICE, place):
        return None
    return project, service


def debtors(scene: Scene) -> list[tuple[Payer, list[Receivable]]]:
    """Who owes for long, those who pay least of themselves first; nobody who is before the law, has asked already,
    or whose debt is given up or is to be."""
    payers = {one.person_id: one for one in scene.payers()}
    taken = set(Matter.objects.filter(community_id=scene.community.pk).values_list("person_id", flat=True))
    taken |= set(Plan.objects.filter(community_id=scene.community.pk).values_list("payer_id", flat=True))
    taken |= set(GivenUp.objects.filter(community_id=scene.community.pk).exclude(state="refused").values_list("receivable__payer_id", flat=True))
    found: dict[int, list[Receivable]] = {}
    for row in overdue(scene)[: AMONG * 4]:
        if row.payer_id in payers and row.payer_id not in taken:
            found.setdefault(row.payer_id, []).append(row)
    return sorted(((payers[pk], rows) for pk, rows in found.items()), key=lambda one: (one[0].habit != "D", one[0].habit != "C"))


def _ask(scene: Scene, story: Story, number: int) -> None:
    least = limits_of(scene.community.organisation_id).large_fen if story.basis is Basis.POLICY else 0
    rows = next((rows for _, rows in debtors(scene) if sum(row.outstanding_fen for row in rows) >= least), None)
    if rows is None:
        return
    reason = REASONS[story.basis][number % len(REASONS[story.basis])]
    terms = PlanTerms(story.basis, story.months, scene.calendar.today - DAY * story.first, reason, relief_percent=story.relief)
    made = propose(rows[0].property_id, [row.pk for row in rows], terms, actor=scene[Role.COLLECTOR])
    _opinions(scene, made, story)
    if story.agreed:
        decide(made.request_id or 0, approved=True, actor=scene[Role.FINANCE_LEAD])
        sign(made.pk, clock.today(), actor=scene[Role.COLLECTOR])


def _opinions(scene: Scene, made: Plan, story: Story) -> None:
    """A payer in difficulty is assessed by two more; of the one that waits, the second has not spoken yet."""
    seats = _seats(scene)
    if story.basis is not Basis.HARDSHIP or seats is None:
        return
    assess(made.pk, Seat.PROJECT, agreed=True, note="情况属实，材料齐全", actor=seats[0])
    if story.agreed:
        assess(made.pk, Seat.SERVICE, agreed=True, note="上门看过，家里确有困难", actor=seats[1])


def _pay(scene: Scene, number: int, turn: int, due: dt.date) -> None:
    """The parts due today that this story pays, by bank transfer."""
    rows = PlanPart.objects.filter(plan__community_id=scene.community.pk, plan__state="active", number=turn, due_on=due)
    for part in rows.select_related("plan").order_by("plan__made_at", "pk"):
        ids = list(part.plan.bills.values_list("receivable_id", flat=True))
        bills = open_bills(scene[Role.FINANCE], due, receivable_ids=ids)
        fen = min(part.amount_fen, sum(bill.outstanding_fen for bill in bills))
        if fen:
            paid_by_bank(scene, f"FQ{number}{turn}", part.plan.property_id, part.plan.payer_id, bills, fen, "分期款")


def _follow(scene: Scene) -> None:
    for pk in Plan.objects.filter(community_id=scene.community.pk, state="active").order_by("pk").values_list("pk", flat=True):
        follow_plan(pk, actor=scene.system)
