"""One bill for several shops: a sign over three of them is charged to the first, then divided by their areas."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from wuyefei.estate.properties.public import Property
from wuyefei.estate.tariffs.public import By, ChargeItem
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import DAY, Month, Span
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable
from wuyefei.money.divisions.public import Way, ask_division
from wuyefei.money.sheets.public import EachTerms, Head, Scope, ask_to_bill, draft_each

from ..scene import Act, Scene
from .leases import SHOPS

BILLED, ASKED = 12, 11
"""Days ago."""
SIGN = Decimal("1860.00")
TITLE = "三铺共用门头灯箱维修"


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    at, today = scene.calendar.at, scene.calendar.today
    if not scene.place.shop_per_m2 or Month.of(today - DAY * BILLED) <= scene.started:
        return
    for back, hour, deed in ((BILLED, 10, _bill), (ASKED, 15, _divide)):
        day = today - DAY * back
        if Month.of(day) == month:
            yield Act(at(day, hour, 40), partial(deed, scene))


def _shops(scene: Scene) -> list[Property]:
    """The three after those that are let with a share of their turnover."""
    rows = Property.objects.filter(community=scene.community, kind="shop", ended_on__isnull=True).order_by("sort_key", "pk")
    return list(rows[SHOPS : SHOPS + 3])


def _bill(scene: Scene) -> None:
    today, shops = clock.today(), _shops(scene)
    if len(shops) < 3:
        return
    item = ChargeItem.objects.get(organisation_id=scene.community.organisation_id, code="once")
    head = Head(item.pk, TITLE, Span(today - DAY * 6, today - DAY), today + DAY * 25)
    sheet = draft_each(head, EachTerms(SIGN, By.UNIT, Scope(only=(shops[0].code,))), actor=scene[Role.FINANCE], community=scene.community)
    decide(ask_to_bill(sheet.pk, actor=scene[Role.FINANCE]).pk, approved=True, actor=scene[Role.FINANCE_LEAD])


def _divide(scene: Scene) -> None:
    shops = _shops(scene)
    bill = Receivable.objects.filter(property__in=shops[:1], item__code="once", reversed_at__isnull=True, outstanding_fen__gt=0).order_by("-pk").first()
    if bill is None or len(shops) < 3:
        return
    made = ask_division(bill.pk, Way.AREA, "\n".join(shop.code for shop in shops), actor=scene[Role.FINANCE], reason="灯箱三铺共用，按建筑面积分")
    decide(Request.objects.get(kind="divisions.do", subject_id=made.pk).pk, approved=True, actor=scene[Role.FINANCE_LEAD])
