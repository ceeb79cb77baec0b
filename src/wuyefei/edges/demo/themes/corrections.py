"""What goes wrong and is put right: voids, reversals, adjustments, waivers, and late fees held while a matter is open.

On a day after the files up to it are booked, so that nothing is valued before what has been corrected.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial

from django.db.models import F, QuerySet

from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import (
    LateFeeHold,
    Receivable,
    ask_adjustment,
    ask_reversal,
    ask_waiver,
    end_hold,
    place_hold,
    standings,
)
from wuyefei.money.payments.public import Payment, Tender, ask_void

from ..scene import Act, Scene
from .files import recent

PAYERS_A_CASE = 700
"""About one case of each sort a month for so many properties."""
MOST = 6
"""No more of a sort in a month, however large the place."""
AMONG = 120
HELD_DAYS = 75
ADJUSTED = ("电梯停运 5 天，按合同退减服务费", "绿化施工占用，协商减免", "建筑面积复测差额", "保洁未达标，经业主投诉核实减免")
WAIVED = ("首次逾期，已致歉并当场缴清本金", "住院期间逾期，凭证明减免", "账单寄错地址，违约金不应由业主承担")
REVERSED = ("重复计费，红冲", "车位已于上月退租，红冲本期", "房屋移交日期登记有误，红冲本期")
HELD = ("房屋渗水维修未完，双方约定停计违约金", "对收费面积有异议，复测期间停计", "楼上漏水纠纷处理中，停计违约金")


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    dice = scene.dice("corrections", month)
    day = month.day(16)
    if recent(scene, day):
        day += DAY * ((7 - day.weekday()) % 7)
    if month == scene.started or day >= scene.calendar.today:
        return
    expected = scene.place.size / PAYERS_A_CASE
    moment = scene.calendar.at(day, 14, 30)
    yield Act(moment, partial(_end_holds, scene))
    for sort, share in ((_void, 0.7), (_adjust, 1.0), (_waive, 0.8), (_reverse, 0.25), (_hold, 0.35)):
        wanted = expected * share
        for n in range(min(MOST, int(wanted) + (dice.random() < wanted % 1))):
            yield Act(moment, partial(sort, scene, month, n))


def approve(scene: Scene, request: Request) -> None:
    decide(request.pk, approved=True, actor=scene[Role.FINANCE_LEAD])


def overdue(scene: Scene) -> QuerySet[Receivable]:
    """What has been unpaid for a month and is not held, in an order that never changes."""
    held = LateFeeHold.objects.filter(community_id=scene.community.pk).values("receivable_id")
    return (
        Receivable.objects.filter(
            community_id=scene.community.pk, reversed_at__isnull=True, outstanding_fen__gt=0, due_on__lt=clock.today() - DAY * 30
        )
        .exclude(pk__in=held)
        .order_by("-due_on", "property__sort_key", "service_from", "payer__name", "item__code")
    )


def _one(rows: QuerySet[Receivable], scene: Scene, sort: str, month: Month, n: int) -> tuple[Receivable | None, random.Random]:
    """One of the latest rows, drawn by lot, and the dice it was drawn with."""
    dice = scene.dice(sort, month, n)
    ids = list(rows.values_list("pk", flat=True)[:AMONG])
    return (Receivable.objects.get(pk=dice.choice(ids)) if ids else None), dice


def _void(scene: Scene, month: Month, n: int) -> None:
    """A bank line was put to the wrong household."""
    rows = Payment.objects.filter(
        community_id=scene.community.pk, kind=Payment.Kind.BATCH, voided_at__isnull=True, prepayments__isnull=True,
        value_date__gte=clock.today() - DAY * 9,
    ).exclude(tenders__method=Tender.Method.DEBIT)  # fmt: skip
    found = list(rows.order_by("client_key").values_list("pk", flat=True))
    if found:
        payment_id = scene.dice("void", month, n).choice(found)
        approve(scene, ask_void(payment_id, actor=scene[Role.FINANCE], reason="认领错户，作废后重新认领"))


def _adjust(scene: Scene, month: Month, n: int) -> None:
    row, dice = _one(overdue(scene), scene, "adjust", month, n)
    if row is not None:
        less = max(100, row.outstanding_fen * dice.choice((3, 5, 8, 10)) // 100 // 100 * 100)
        if less < row.outstanding_fen:
            approve(scene, ask_adjustment(row.pk, -less, actor=scene[Role.FINANCE], reason=dice.choice(ADJUSTED)))


def _waive(scene: Scene, month: Month, n: int) -> None:
    row, dice = _one(overdue(scene), scene, "waive", month, n)
    if row is not None:
        payable = standings([row], clock.today())[row.pk].payable_fen
        if payable >= 200:
            approve(scene, ask_waiver(row.pk, payable // 2, actor=scene[Role.FINANCE], reason=dice.choice(WAIVED)))


def _reverse(scene: Scene, month: Month, n: int) -> None:
    untouched = overdue(scene).filter(outstanding_fen=F("amount_fen"), late_fee_settled_fen=0)
    row, dice = _one(untouched, scene, "reverse", month, n)
    if row is not None:
        approve(scene, ask_reversal(row.pk, actor=scene[Role.FINANCE], reason=dice.choice(REVERSED)))


def _hold(scene: Scene, month: Month, n: int) -> None:
    row, dice = _one(overdue(scene), scene, "hold", month, n)
    if row is not None:
        today = clock.today()
        place_hold(row.pk, today, None, kind="dispute", source_ref=f"{scene.place.prefix}{today:%y%m}{n + 1:02d}",
                   actor=scene[Role.FINANCE], reason=dice.choice(HELD))  # fmt: skip


def _end_holds(scene: Scene) -> None:
    """Most matters are settled within three months."""
    old = clock.today() - DAY * HELD_DAYS
    rows = LateFeeHold.objects.filter(
        community_id=scene.community.pk, ends_on__isnull=True, starts_on__lt=old, receivable__reversed_at__isnull=True
    )
    for hold in rows.order_by("receivable__property__sort_key", "starts_on", "source_ref"):
        if scene.dice("settled", hold.source_ref).random() < 0.8:
            end_hold(hold.pk, clock.today() - DAY, actor=scene[Role.FINANCE])
