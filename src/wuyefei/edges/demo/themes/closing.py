"""Months are closed on the eighth of the next, the last few only: the first closing covers everything before. One place is
still waiting for its second person."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import Month
from wuyefei.money.closing.public import Hindered, ask_close

from ..scene import Act, Scene

CLOSED_MONTHS = 3
ON = 8


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    before = month.plus(-1)
    if before < scene.started or scene.calendar.month.index - before.index > CLOSED_MONTHS:
        return
    moment = scene.calendar.at(month.day(ON), 17)
    yield Act(moment, partial(_close, scene, before))


def _close(scene: Scene, month: Month) -> None:
    """Nothing is closed where something still hinders."""
    try:
        request = ask_close(scene.community.pk, month, actor=scene[Role.FINANCE], reason="月末核验排在下周；待认领的来款已在跟")
    except Hindered:
        return
    waits = scene.place.prefix == WAITING and month == scene.calendar.month.plus(-1)
    if not waits:
        decide(request.pk, approved=True, actor=scene[Role.FINANCE_LEAD])


WAITING = "WT"
"""The place whose latest closing waits."""
