"""Six months of a firm's life, day by day, through the public actions."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide, open_requests
from wuyefei.foundation.kernel.dates import CHINA, DAY, Month
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import confirm_run, draft_run, open_bills, release_income
from wuyefei.money.cashdesk.public import hand_over, open_shift, take
from wuyefei.money.payments.public import PaymentOrder, ask_void

from .charges import Rounds
from .estate import Company, Household, Settled

FLOAT_FEN = 50_000
HABITS: dict[str, tuple[float, tuple[int, int]]] = {
    "A": (0.985, (-12, 3)),
    "B": (0.90, (2, 40)),
    "C": (0.55, (25, 110)),
    "D": (0.06, (60, 150)),
}
"""For each class: the chance that a bill is paid at all, and the days after its due date between which it is."""


@dataclass(frozen=True)
class Intent:
    """A household means to pay what it owes on a day."""

    household: Household
    on: dt.date


def at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=CHINA)


def live(company: Company, start: dt.date, today: dt.date, dice: random.Random) -> Iterator[tuple[int, int]]:
    """Run the firm from ``start`` to ``today``; yields (days done, days in all)."""
    plans: dict[tuple[int, dt.date], list[Household]] = defaultdict(list)
    total = (today - start).days + 1
    with clock.at(at(start, 7, 30)):
        rounds = Rounds(company, start, random.Random(company.organisation.name))
    for number in range(total):
        day = start + DAY * number
        if day.day == 1:
            with clock.at(at(day, 8)):
                for settled in company.places:
                    for intent in _bill(company, settled, Month.of(day), dice):
                        plans[settled.community.pk, intent.on].append(intent.household)
        rounds.live(day, today)
        for settled in company.places:
            waiting = plans.pop((settled.community.pk, day), [])
            if waiting:
                _desk_day(company, settled, day, waiting, dice, open_end=day == today)
        yield number + 1, total


def _bill(company: Company, settled: Settled, month: Month, dice: random.Random) -> Iterator[Intent]:
    finance, lead = company.actors[Role.FINANCE], company.actors[Role.FINANCE_LEAD]
    release_income(settled.community.pk, month, actor=finance)
    result = draft_run(settled.community.pk, month, actor=finance)
    if result.run is None:
        return
    request = confirm_run(result.run.pk, actor=finance)
    decide(request.pk, approved=True, actor=lead)
    due = month.day(settled.place.due_day)
    for household in settled.households:
        chance, (first, last) = HABITS[household.habit]
        if dice.random() < chance:
            on = max(month.first, due + DAY * dice.randint(first, last))
            yield Intent(household, on)


def _desk_day(
    company: Company, settled: Settled, day: dt.date, waiting: list[Household], dice: random.Random, *, open_end: bool
) -> None:
    cashier = company.actors[Role.CASHIER]
    with clock.at(at(day, 8, 30)):
        shift = open_shift(settled.community.pk, FLOAT_FEN, actor=cashier)
    cash = FLOAT_FEN
    for number, household in enumerate(waiting):
        with clock.at(at(day, 9 + min(8, number // 6), number % 6 * 10)):
            cash += _pay(company, settled, household, cashier, f"demo-{settled.community.pk}-{day}-{number}", dice)
    if open_end:
        return
    short = dice.random() < 0.02
    with clock.at(at(day, 18)):
        hand_over(shift.pk, cash - (500 if short else 0), note="少收 5 元，已说明" if short else "", actor=cashier)
        _accept(company, "cashdesk.handover")


def _accept(company: Company, kind: str) -> None:
    lead = company.actors[Role.FINANCE_LEAD]
    for request in open_requests(lead):
        if request.kind == kind:
            decide(request.pk, approved=True, actor=lead)


def _pay(company: Company, settled: Settled, household: Household, cashier: Actor, key: str, dice: random.Random) -> int:
    """One household at the desk; returns the cash it leaves in the drawer, in fen."""
    bills = open_bills(cashier, clock.today(), payer_ids=[household.payer.pk])
    if not bills:
        return 0
    due = sum(bill.total_fen for bill in bills)
    tenders, keep = {household.method: due}, False
    fate = dice.random()
    if fate < 0.02 and due > 20_000:
        tenders = {household.method: due // 200 * 100}
    elif fate < 0.04:
        tenders, keep = {household.method: (due // 10_000 + 1) * 10_000}, True
    elif fate < 0.07 and household.method == "cash":
        tenders = {"cash": due // 20_000 * 10_000, "scan": due - due // 20_000 * 10_000}
    order = PaymentOrder(
        household.flat.pk, household.payer.pk, tuple(bill.id for bill in bills),
        {method: fen for method, fen in tenders.items() if fen}, key, keep_rest=keep,
    )  # fmt: skip
    payment = take(order, actor=cashier).payment
    if fate > 0.996:
        ask_void(payment.pk, actor=cashier, reason="刷错房号，作废重收")
        _accept(company, "payment.void")
        return 0
    return tenders.get("cash", 0)
