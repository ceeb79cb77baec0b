"""Shops let with a share of their turnover, declared and shared month by month; deposits and local rules of the place."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from wuyefei.estate.contracts.public import ContractDraft, ContractLine, activate, add_line, create_contract
from wuyefei.estate.localrules.public import choose
from wuyefei.estate.properties.public import Property
from wuyefei.estate.tariffs.public import (
    ChargeItem,
    DepositBy,
    DepositRule,
    create_item,
    create_tariff,
    set_policy,
)
from wuyefei.estate.turnover.public import Declaration, DeclaredRow, declare, settle
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import Month, Span
from wuyefei.money.sheets.public import Head, NothingToBill, TurnoverTerms, ask_to_bill, draft_turnover

from ..scene import Act, Scene

SHOPS, MONTHS = 3, 6
RENT, TARIFF = "shop_rent", "临街铺保底加分成租金"
TERMS = {
    "by": "area", "steps": [["1", "120"]], "escalation": ["12", "0.05"], "free": [["1", "1"]], "turnover": [["100000", "0.08"], ["", "0.05"]],
}  # fmt: skip
DEPOSITS = (
    ("fitting_deposit", DepositBy.PROPERTY, Decimal(2000)), ("card_deposit", DepositBy.PIECE, Decimal(20)),
    ("shop_deposit", DepositBy.MONTHS, Decimal(2)),
)  # fmt: skip


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    if not scene.place.shop_per_m2:
        return
    first, at = max(scene.started, scene.calendar.month.plus(-MONTHS)), scene.calendar.at
    if month == first:
        yield Act(at(month.first, 7), partial(_let, scene, month))
    if month > first:
        yield Act(at(month.day(8), 10), partial(_declare, scene, month.plus(-1)))
        yield Act(at(month.day(9), 10), partial(_confirm, scene))
        yield Act(at(month.day(12), 10), partial(_share, scene, month.plus(-1)))


def _let(scene: Scene, month: Month) -> None:
    """Three shops let from the month on, the first month free; the place's deposits, and the rules it follows."""
    lead, place = scene[Role.FINANCE_LEAD], scene.community
    item = ChargeItem.objects.filter(organisation_id=place.organisation_id, code=RENT).first()
    item = item or create_item(RENT, "商铺租金", "income", Decimal("0.09"), actor=lead)
    tariff = create_tariff(item.pk, TARIFF, "rent", effective_from=month.first, terms=TERMS, actor=scene.manager, community=place)
    draft = ContractDraft(f"{place.receipt_prefix}-ZL-{month.year}", "临街铺租赁合同", month.first, 1, 15, fee_clause="第四条")
    contract = create_contract(draft, actor=scene.manager, community=place)
    for shop in Property.objects.filter(community=place, kind="shop", ended_on__isnull=True).order_by("sort_key", "pk")[:SHOPS]:
        add_line(contract.pk, shop.pk, tariff.pk, month.first, actor=scene.manager)
    activate(contract.pk, actor=scene.manager)
    choose("national", month.first, actor=scene.manager, community=place)
    for code, by, figure in DEPOSITS:
        deposit = ChargeItem.objects.get(organisation_id=place.organisation_id, code=code)
        set_policy(deposit.pk, DepositRule(by, figure), month.first, actor=scene.manager, community=place)


def _declare(scene: Scene, month: Month) -> None:
    """What the shops took in a month; the last of them is late with the last one."""
    lines = list(ContractLine.objects.filter(community=scene.community, tariff__name=TARIFF).order_by("pk"))
    lines = lines[:-1] if month.plus(1) == scene.calendar.month else lines
    dice = scene.dice("turnover", month)
    rows = [DeclaredRow(line.pk, month, dice.randint(600, 2600) * 10_000, "收银系统月报") for line in lines]
    declare(rows, actor=scene[Role.FINANCE], community=scene.community)


def _confirm(scene: Scene) -> None:
    ids = list(Declaration.objects.filter(community=scene.community, state="waiting").order_by("pk").values_list("pk", flat=True))
    if ids:
        settle(ids, approved=True, actor=scene[Role.FINANCE_LEAD], community=scene.community)


def _share(scene: Scene, month: Month) -> None:
    item = ChargeItem.objects.get(organisation_id=scene.community.organisation_id, code=RENT)
    head = Head(item.pk, f"{month.year} 年 {month.number} 月营业额分成", Span(month.first, month.last), month.plus(1).day(28))
    try:
        sheet = draft_turnover(head, TurnoverTerms(month), actor=scene[Role.FINANCE], community=scene.community)
    except NothingToBill:
        return  # no shop was above its minimum
    request = ask_to_bill(sheet.pk, actor=scene[Role.FINANCE])
    decide(request.pk, approved=True, actor=scene[Role.FINANCE_LEAD])
