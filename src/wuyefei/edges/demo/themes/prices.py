"""One change of price with its effective date, agreed a month before a cycle begins; and one entered late, which waits for a
second person."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from wuyefei.estate.tariffs.public import Tariff, add_version
from wuyefei.foundation.kernel.dates import Month
from wuyefei.money.billing.public import Receivable
from wuyefei.money.corrections.public import LatePrice, ask_correction, draft_correction

from ..scene import Act, Scene

MONTHS_AGO = 14
NOTE = "业主大会表决通过，自新周期起执行"
LOWERED = Decimal(10)
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
    if scene.place.raised is None or month.plus(1) != raised_in(scene):
        return
    yield Act(scene.calendar.at(month.day(12), 11), partial(_raise, scene, month))


def _raise(scene: Scene, month: Month) -> None:
    tariff = Tariff.objects.get(community_id=scene.community.pk, name="住宅物业服务费")
    assert scene.place.raised is not None
    add_version(tariff.pk, month.plus(1).first, per_unit=scene.place.raised, note=NOTE, actor=scene.manager)


def _enter_late(scene: Scene, month: Month) -> None:
    """The fee of a parking space is lower from the last month on; what was billed since is to be corrected."""
    tariff = Tariff.objects.get(community_id=scene.community.pk, name="地下车位服务费")
    since = month.plus(-1).first
    if Receivable.objects.filter(tariff=tariff, service_to__gte=since, reversed_at__isnull=True, outstanding_fen__gt=0).exists():
        late = LatePrice(since, scene.place.parking - LOWERED, note=LATE)
        row = draft_correction(tariff.pk, late, actor=scene.manager)
        ask_correction(row.pk, actor=scene.manager, reason=LATE)
