"""One change of price with its effective date, agreed a month before a cycle begins."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from wuyefei.estate.tariffs.public import Tariff, add_version
from wuyefei.foundation.kernel.dates import Month

from ..scene import Act, Scene

MONTHS_AGO = 14
NOTE = "业主大会表决通过，自新周期起执行"


def raised_in(scene: Scene) -> Month:
    """The month from whose first day the new price holds: the first of a cycle about so long ago."""
    month = scene.calendar.month.plus(-MONTHS_AGO)
    while (month.number - 1) % scene.place.cycle_months:
        month = month.plus(-1)
    return month


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    if scene.place.raised is None or month.plus(1) != raised_in(scene):
        return
    yield Act(scene.calendar.at(month.day(12), 11), partial(_raise, scene, month))


def _raise(scene: Scene, month: Month) -> None:
    tariff = Tariff.objects.get(community_id=scene.community.pk, name="住宅物业服务费")
    assert scene.place.raised is not None
    add_version(tariff.pk, month.plus(1).first, per_unit=scene.place.raised, note=NOTE, actor=scene.manager)
