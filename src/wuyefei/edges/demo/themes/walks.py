"""Who went from door to door: yesterday's walk with its outcomes, photographs left out, and today's that waits to begin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from functools import partial

from wuyefei.collection.followup.public import Step, adjust, draft_now, release
from wuyefei.collection.visits.public import (
    READINESS,
    Order,
    Visited,
    finish,
    make_route,
    name_number,
    start,
    visited,
)
from wuyefei.foundation.access.rules import Permission, Role
from wuyefei.foundation.kernel.dates import CHINA, DAY, Month
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock

from ..scene import Act, Scene
from .pursuit import promisable

DOORS = 6
TOLD = (
    ("promised", "forgot", "账单当面交给本人，答应周五前缴"), ("not_home", "", "家中无人，留了联系单"), ("reached", "service", "说电梯常停，已请管家回访"),
    ("hardship", "hardship", "暂时周转不开，想分期"), ("not_home", "", "家中无人，留了联系单"),
)  # fmt: skip


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    today = scene.calendar.today
    if month != scene.calendar.month or not {Role.COLLECTOR, Role.PROJECT_MANAGER, Role.HOUSEKEEPER} <= scene.crew.keys():
        return
    if (today - DAY).month == today.month:
        yield Act(scene.calendar.at(today - DAY, 9, 20), partial(_walk, scene))
    yield Act(scene.calendar.at(today, 9, 30), partial(_ahead, scene))


def _chosen(scene: Scene, at: dt.datetime) -> tuple[int, ...]:
    """Some of the day's steps, made visits and let go by the manager; yesterday half of them, so that today has some too."""
    manager = scene[Role.PROJECT_MANAGER]
    if not manager.may(Permission.FOLLOW_MANAGE, scene.community.pk):
        return ()
    draft_now(scene.community.pk, actor=manager)
    rows = Step.objects.filter(community_id=scene.community.pk, on=clock.today(), state="draft").order_by("rank", "pk")
    ids = list(rows.values_list("pk", flat=True)[: DOORS * 2])
    ids = ids[: (len(ids) + 1) // 2] if clock.today() < scene.calendar.today else ids[:DOORS]
    if not ids:
        return ()
    adjust(ids, channel="visit", at=at, actor=manager)
    release(ids, actor=manager)
    return tuple(Step.objects.filter(pk__in=ids, state="released").values_list("pk", flat=True))


def _order(scene: Scene, at: dt.datetime) -> Order | None:
    ids = _chosen(scene, at)
    first, second = scene[Role.COLLECTOR].user_id, scene[Role.HOUSEKEEPER].user_id
    return Order(scene.community.pk, at, first, second, ids) if ids and first and second else None


def _walk(scene: Scene) -> None:
    """Yesterday: all doors but the last were visited."""
    name_number(scene.community.pk, "19900000110", actor=scene[Role.PROJECT_MANAGER])
    begins = dt.datetime.combine(clock.today(), dt.time(9, 30), tzinfo=CHINA)
    order = _order(scene, begins)
    if order is None:
        return
    route = make_route(order, actor=scene[Role.PROJECT_MANAGER])
    with clock.at(begins):
        start(route.pk, list(READINESS), actor=scene[Role.COLLECTOR])
    for number, stop in enumerate(route.stops.select_related("case").order_by("number")[: DOORS - 1]):
        outcome, reason, note = TOLD[number % len(TOLD)]
        with clock.at(begins + dt.timedelta(minutes=12 * number + 5)):
            owed = promisable(stop.case, scene[Role.COLLECTOR]) if outcome == "promised" else 0
            outcome = outcome if owed or outcome != "promised" else "reached"
            sums = (owed, clock.today() + dt.timedelta(days=4)) if owed else (None, None)
            visited(stop.pk, Visited(f"demo-walk-{stop.pk}", stop.case.acts, outcome, clock.now(), reason, note, *sums), actor=scene[Role.COLLECTOR])
    with clock.at(begins + dt.timedelta(hours=1, minutes=30)):
        finish(route.pk, actor=scene[Role.COLLECTOR])


def _ahead(scene: Scene) -> None:
    """Today: a walk for the afternoon, where there is still time for one."""
    for hour in (10, 14, 16, 19):
        begins = dt.datetime.combine(clock.today(), dt.time(hour), tzinfo=CHINA)
        if begins < scene.calendar.now:
            continue
        order = _order(scene, begins)
        if order is not None:
            with suppress(DomainError):
                make_route(order, actor=scene[Role.PROJECT_MANAGER])
        return
