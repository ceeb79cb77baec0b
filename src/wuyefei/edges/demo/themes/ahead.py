"""A year paid ahead: earned, lapsed, waiting for its money and for its approval; and an emergency that is over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial

from wuyefei.estate.contracts.public import ContractLine
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import DAY, Month, Span
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import HasPayments, open_bills
from wuyefei.money.concessions.public import (
    Measure,
    MeasureOrder,
    MeasureTerms,
    Offer,
    YearBill,
    ask_measure,
    ask_year,
    end_measure,
    follow_year,
    record_service,
)

from ..scene import Act, Scene
from .files import paid_by_bank

STORIES = ((76, True), (66, False), (40, True), (6, False), (0, False))
"""Days ago on which a year was asked for, and whether it was paid two days later."""
PAID_AFTER = 2
AHEAD = 13
EARLY = 60
"""Who asked longer ago than so many days took the early offer."""
TARIFF = "住宅物业服务费"
MEASURED, LASTED = 15, 2
"""Months ago in which the emergency began, at most, and how many it lasted."""
EMERGENCY, BASIS = "台风灾后商铺减免", "区政府灾后扶持通知；业主委员会同意"


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    at, today = scene.calendar.at, scene.calendar.today
    if scene.place.cycle_months > 1:
        for number, (back, paid) in enumerate(STORIES):
            day = today - DAY * back
            if Month.of(day) == month and month > scene.started:
                yield Act(at(day, 9, 40), partial(_year, scene, number))
            later = day + DAY * PAID_AFTER
            if paid and Month.of(later) == month and Month.of(day) > scene.started:
                yield Act(at(later, 11), partial(_pay_year, scene))
        yield Act(at(min(month.last, today), 3, 10), partial(_follow, scene))
    first = max(scene.started.plus(1), scene.calendar.month.plus(-MEASURED))
    if scene.place.shop_per_m2 and first.plus(LASTED) < scene.calendar.month:
        if month == first:
            yield Act(at(month.day(4), 10), partial(_measure, scene, month))
        if month == first.plus(1):
            yield Act(at(month.day(12), 15), partial(_serve, scene))
        if month == first.plus(LASTED):
            yield Act(at(month.day(3), 9), partial(_end, scene))


def _year(scene: Scene, number: int) -> None:
    """One of those who pay by themselves asks for the next year that nobody has billed yet."""
    payers = [one for one in scene.payers() if one.habit == "A" and one.kind == "residential"]
    if len(payers) <= number:
        return
    home = payers[number * len(payers) // len(STORIES)].home_id
    line = ContractLine.objects.filter(property_id=home, tariff__name=TARIFF, ends_on__isnull=True).order_by("pk").first()
    made = None if line is None else _asked(scene, home, line.pk, (Offer.EARLY, Offer.NEAR) if STORIES[number][0] > EARLY else (Offer.NEAR,))
    if made is not None and STORIES[number][0]:
        with suppress(DomainError):  # the coming cycle may be drafted by now: then the request waits
            decide(made.request_id or 0, approved=True, actor=scene[Role.FINANCE_LEAD])


def _asked(scene: Scene, home_id: int, line_id: int, offers: tuple[Offer, ...]) -> YearBill | None:
    for offer in offers:
        for step in range(1, AHEAD):
            with suppress(DomainError):
                return ask_year(home_id, line_id, Month.of(clock.today()).plus(step), offer, actor=scene[Role.FINANCE])
    return None


def _pay_year(scene: Scene) -> None:
    day = clock.today()
    for row in YearBill.objects.filter(community_id=scene.community.pk, state="billed", agreed_on=day - DAY * PAID_AFTER).order_by("pk"):
        bills = open_bills(scene[Role.FINANCE], day, receivable_ids=[row.receivable_id or 0])
        if bills:
            paid_by_bank(scene, "NF", row.property_id, row.payer_id, bills, sum(bill.total_fen for bill in bills), "年付")


def _follow(scene: Scene) -> None:
    for pk in YearBill.objects.filter(community_id=scene.community.pk, state="billed").order_by("pk").values_list("pk", flat=True):
        with suppress(HasPayments):  # a part of it was offset: it waits for staff
            follow_year(pk, actor=scene.system)


def _measure(scene: Scene, month: Month) -> None:
    """Two months of the shops lowered by a fifth and put off by one month."""
    terms = MeasureTerms(Span(month.first, month.plus(LASTED - 1).last), 1, 20, ("shop",))
    row = ask_measure(MeasureOrder(EMERGENCY, BASIS, terms, (scene.community.pk,)), actor=scene[Role.FINANCE_LEAD])
    decide(row.request_id or 0, approved=True, actor=scene[Role.GROUP_MANAGER])


def _measures(scene: Scene) -> list[Measure]:
    return list(Measure.objects.filter(places__community_id=scene.community.pk, state="running").order_by("pk"))


def _serve(scene: Scene) -> None:
    day = clock.today()
    for row in _measures(scene):
        for back, what, times, fen in ((6, "商铺门前清淤、消杀", 12, 360_000), (2, "排水沟疏通", 3, 96_000)):
            record_service(row.pk, scene.community.pk, day - DAY * back, what, times, fen, actor=scene[Role.FINANCE])


def _end(scene: Scene) -> None:
    for row in _measures(scene):
        end_measure(row.pk, actor=scene[Role.FINANCE_LEAD])


