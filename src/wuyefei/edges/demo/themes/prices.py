"""One change of price with its effective date, agreed by two a month before a cycle begins; one that waits for its second
person; and one entered late, which waits too."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from wuyefei.estate.tariffs.public import NewPrice, Tariff, last_billed
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import Month
from wuyefei.money.billing.public import Receivable
from wuyefei.money.corrections.public import ask_correction, draft_correction
from wuyefei.money.pricing.public import ask_price, propose

from ..scene import Act, Scene

MONTHS_AGO = 14
NOTE = "业主大会表决通过，自新周期起执行"
LOWERED = Decimal(10)
ASKED = "业主委员会 8 号会议纪要：车位空置较多，服务费下调 10 元"
LATE = "业主委员会 6 号会议纪要：车位服务费自上月起下调 10 元，纪要晚到"


def raised_in(scene: Scene) -> Month:
    """The month from whose first day the new price holds: the first of a cycle about so long ago."""
    month = scene.calendar.month.plus(-MONTHS_AGO)
    while (month.number - 1) % scene.place.cycle_months:
        month = month.plus(-1)
    return month


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    if scene.place.raised is not None and scene.place.spaces and month == scene.calendar.month:
        yield Act(scene.calendar.at(scene.calendar.today, 10), partial(_enter_late, scene, month))
    if scene.place.raised is None and scene.place.shop_per_m2 and scene.place.spaces and month == scene.calendar.month:
        yield Act(scene.calendar.at(scene.calendar.today, 10), partial(_ask, scene, month))
    if scene.place.raised is None or month.plus(1) != raised_in(scene):
        return
    yield Act(scene.calendar.at(month.day(12), 11), partial(_raise, scene, month))


def _raise(scene: Scene, month: Month) -> None:
    tariff = Tariff.objects.get(community_id=scene.community.pk, name="住宅物业服务费")
    assert scene.place.raised is not None
    row = propose(tariff.pk, NewPrice(month.plus(1).first, scene.place.raised, note=NOTE), actor=scene.manager)
    decide(ask_price(row.pk, actor=scene.manager, reason=NOTE).pk, approved=True, actor=scene[Role.FINANCE_LEAD])


def _ask(scene: Scene, month: Month) -> None:
    """The fee of a parking space is to be lower from a month that has not been billed: somebody else has yet to agree."""
    tariff = Tariff.objects.get(community_id=scene.community.pk, name="地下车位服务费")
    billed = last_billed(tariff.pk)
    if billed is not None:
        since = max(Month.of(billed), month).plus(1).first
        row = propose(tariff.pk, NewPrice(since, scene.place.parking - LOWERED, note=ASKED), actor=scene.manager)
        ask_price(row.pk, actor=scene.manager, reason=ASKED)


def _enter_late(scene: Scene, month: Month) -> None:
    """The fee of a parking space is lower from the last month on; what was billed since is to be corrected."""
    tariff = Tariff.objects.get(community_id=scene.community.pk, name="地下车位服务费")
    since = month.plus(-1).first
    if Receivable.objects.filter(tariff=tariff, service_to__gte=since, reversed_at__isnull=True, outstanding_fen__gt=0).exists():
        late = NewPrice(since, scene.place.parking - LOWERED, note=LATE)
        row = draft_correction(tariff.pk, late, actor=scene.manager)
        ask_correction(row.pk, actor=scene.manager, reason=LATE)
