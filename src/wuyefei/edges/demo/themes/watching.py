"""Whose minimum of contacts was missed: looked at every night of the last week; some answered, some before the manager."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from wuyefei.collection.followup.public import reckon
from wuyefei.collection.minimums.public import answer, before_manager, misses, watch
from wuyefei.foundation.access.rules import Permission, Role
from wuyefei.foundation.kernel.dates import DAY, Month

from ..scene import Act, Scene

OPENED, NIGHTS, EXPLAINED, ANSWERED = 40, 8, 6, 1
"""How many days ago the cases were opened that are asked about, how many nights are looked at, and how many days ago the
collector explained and the manager answered."""
SAID = ("本人在外地，已约好下周三晚上视频", "上次说好等儿子回来一起谈，下周一再打")
DECIDED = "已和专员排好：本周两次，一次上门由我同去"


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    manager, today = scene.crew.get(Role.PROJECT_MANAGER), scene.calendar.today
    if Role.COLLECTOR not in scene.crew or manager is None or not manager.may(Permission.FOLLOW_MANAGE, scene.community.pk):
        return
    opened = today - DAY * OPENED
    if month == Month.of(opened) and month > scene.started:
        yield Act(scene.calendar.at(opened, 2, 40), partial(reckon, scene.community.pk, opened))
    if month != scene.calendar.month:
        return
    for back in range(NIGHTS, -1, -1):
        day = today - DAY * back
        if Month.of(day) != month:
            continue
        yield Act(scene.calendar.at(day, 3, 20), partial(watch, scene.community, day))
        if back == EXPLAINED:
            yield Act(scene.calendar.at(day, 9, 40), partial(_explain, scene))
        if back == ANSWERED:
            yield Act(scene.calendar.at(day, 17, 20), partial(_answer, scene))


def _explain(scene: Scene) -> None:
    """The collector says of two of them why."""
    mine = misses(scene[Role.COLLECTOR]).filter(community=scene.community)
    rows = mine.filter(closed_on__isnull=True, escalated_on__isnull=True, why__in=("none", "few"))
    for row, words in zip(rows.order_by("case__owed_fen", "pk"), SAID, strict=False):
        answer(row.pk, words, actor=scene[Role.COLLECTOR])


def _answer(scene: Scene) -> None:
    """Of what has gone to the manager they answer the largest; the others wait."""
    row = before_manager(scene[Role.PROJECT_MANAGER]).filter(community=scene.community).order_by("-case__owed_fen", "pk").first()
    if row is not None:
        answer(row.pk, DECIDED, actor=scene[Role.PROJECT_MANAGER])
