"""What the owners were asked before a price rises, with its minutes; deposits that shops gave when they moved in."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path

from django.db.models import Sum

from wuyefei.estate.localrules.public import Asked, Votes, choose, confirm, record
from wuyefei.estate.properties.public import Property
from wuyefei.estate.tariffs.public import ChargeItem, Tariff
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import DAY, Month, Span
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock, typesetting
from wuyefei.money.sheets.public import DepositTerms, Head, ask_to_bill, draft_deposit

from .. import cast
from ..scene import Act, Scene

MINUTES = Path(__file__).parent.parent / "minutes.typ"
TARIFF = "住宅物业服务费"
ANNOUNCED, VOTED, RECORDED = 62, 34, 20
STEP = Decimal("0.15")
CAME, YES = (Decimal("0.78"), Decimal("0.71")), (Decimal("0.55"), Decimal("0.52"))
"""The shares of area and heads that took part, and that agreed."""
FITTING, SHOP = "fitting_deposit", 4
PLACES = (cast.GROUP.places[0].prefix, cast.GROUP.places[1].prefix)


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    at, today = scene.calendar.at, scene.calendar.today
    if month == scene.started:
        return
    if scene.place.prefix in PLACES and month == Month.of(today - DAY * RECORDED):
        yield Act(at(today - DAY * RECORDED, 15), partial(_ask, scene))
    if scene.place.shop_per_m2 and month == Month.of(today - DAY * RECORDED):
        yield Act(at(today - DAY * RECORDED, 11), partial(_deposit, scene))


def _ask(scene: Scene) -> None:
    """A rise from the middle of next year on: in the first place agreed and confirmed, in the second still to be confirmed."""
    place, today = scene.community, clock.today()
    tariff = Tariff.objects.get(community_id=place.pk, name=TARIFF)
    homes = Property.objects.filter(community_id=place.pk, kind="residential", ended_on__isnull=True)
    area, heads = homes.aggregate(all=Sum("area_m2"))["all"] or Decimal(0), homes.count()
    votes = Votes(area, heads, *_part(area, heads, *CAME), *_part(area, heads, *YES))
    price = (scene.place.raised or scene.place.per_m2) + STEP
    choose("national", today, actor=scene.manager, community=place)
    asked = Asked(tariff.pk, price, today.replace(year=today.year + 1, month=7, day=1), today - DAY * (ANNOUNCED - RECORDED),
                  today - DAY * (VOTED - RECORDED), votes, _minutes(scene, price, votes), note="业主大会书面征询，业主委员会盖章")  # fmt: skip
    row = record(asked, actor=scene.manager)
    if scene.place.prefix == PLACES[0]:
        confirm(row.pk, actor=scene[Role.FINANCE_LEAD])


def _part(area: Decimal, heads: int, of_area: Decimal, of_heads: Decimal) -> tuple[Decimal, int]:
    return (area * of_area).quantize(Decimal("0.01")), int(heads * of_heads)


def _minutes(scene: Scene, price: Decimal, votes: Votes) -> bytes:
    lines = [
        f"议题：{TARIFF}自明年 7 月 1 日起由每平方米每月 {scene.place.raised or scene.place.per_m2} 元调整为 {price} 元。",
        f"参与表决：{votes.came_area} m²，{votes.came_heads} 户；同意：{votes.yes_area} m²，{votes.yes_heads} 户。",
        "结果：通过。公示期内无书面异议。", "（示例文件，内容均为虚构）",
    ]  # fmt: skip
    return typesetting.typeset(MINUTES, {"title": f"{scene.place.name}业主大会会议纪要", "lines": lines}, clock.today())


def _deposit(scene: Scene) -> None:
    """Some shops fit out: they give a deposit, and get it back when the work is looked over."""
    place, today = scene.community, clock.today()
    item = ChargeItem.objects.get(organisation_id=place.organisation_id, code=FITTING)
    codes = Property.objects.filter(community=place, kind="shop", ended_on__isnull=True).order_by("sort_key", "pk").values_list("code", flat=True)
    head = Head(item.pk, "商铺装修押金", Span(today, today), today + DAY * 15)
    try:
        sheet = draft_deposit(head, DepositTerms(tuple(codes[:SHOP])), actor=scene[Role.FINANCE], community=place)
    except DomainError:
        return  # no policy yet in so short a history, or a shop without a payer
    decide(ask_to_bill(sheet.pk, actor=scene[Role.FINANCE]).pk, approved=True, actor=scene[Role.FINANCE_LEAD])
