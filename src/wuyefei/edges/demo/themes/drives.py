"""The end of a quarter: one drive that is over, with what was learned of it, and one that runs today (at the first place)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from functools import partial

from wuyefei.collection.drives.public import (
    Closing,
    Drive,
    Household,
    NotRunning,
    Opening,
    askable,
    asked_bills,
    close_drive,
    mine,
    open_drives,
    pass_on,
    unpaid,
)
from wuyefei.collection.followup.public import CaseClosed, Log, log, overdue_bills, reckon
from wuyefei.foundation.access.rules import Permission, Role
from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.platform import clock
from wuyefei.relations.contacts.public import Channel, Contact, Draft, Purpose, record

from .. import cast
from ..scene import Act, Scene
from .files import paid_by_bank
from .pursuit import promisable

BEFORE, LENGTH = 6, 11
"""The running drive began so many days ago and lasts so many days; the closed one took the days of the cadence."""
EACH = 4
"""Households that each who takes part speaks to on a day."""
ENDED, RUNNING = 45, 96
"""The target of each drive, in hundredths of what is owed on the list."""
AWAY = 5
"""On which day of the running drive the housekeeper goes on leave."""
PAYING = (2, 5, 8)
"""Days of the closed drive on which some of those who promised pay by bank."""
TOLD = (
    ("promised", "答应这几天缴"), ("no_answer", ""), ("reached", "说知道了，等家里人商量"), ("promised", "发工资就缴"), ("hardship", "最近手头紧，想分期"),
    ("reached", "已经把账单发给本人"),
)  # fmt: skip
LESSON = (
    "先打平时按时、这次漏缴的，答应的多，也缴得快。电话没人接的，晚上七点以后再打才有用。"
    "下季度提前一周把名单发给管家，欠三期以上的不放在最后几天，平时就由专人跟。"
)


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    manager, calendar = scene.crew.get(Role.PROJECT_MANAGER), scene.calendar
    first = scene.place.prefix == cast.GROUP.places[0].prefix
    if not first or manager is None or not manager.may(Permission.FOLLOW_MANAGE, scene.community.pk) or Role.HOUSEKEEPER not in scene.crew:
        return
    begun = calendar.today - DAY * BEFORE
    ended = dt.date(calendar.today.year, (calendar.today.month - 1) // 3 * 3 + 1, 1) - DAY
    if Month.of(ended) > scene.started:
        yield from _days(scene, month, ended - DAY * (LENGTH - 1), ended, "季末行动", ENDED)
        if Month.of(ended + DAY) == month:
            yield Act(calendar.at(ended + DAY, 10), partial(_close, scene))
    yield from _days(scene, month, begun, min(begun + DAY * (LENGTH - 1), calendar.today), "年末冲刺", RUNNING)


def _days(scene: Scene, month: Month, first: dt.date, last: dt.date, name: str, share: int) -> Iterator[Act]:
    at = scene.calendar.at
    if Month.of(first) == month:
        yield Act(at(first, 8, 40), partial(_open, scene, first, name, share))
    if share == RUNNING and Month.of(first + DAY * AWAY) == month and first + DAY * AWAY <= last:
        yield Act(at(first + DAY * AWAY, 8, 50), partial(_away, scene))
    for number in range((last - first).days + 1):
        day = first + DAY * number
        if Month.of(day) == month and day.weekday() < 6:
            yield Act(at(day, 18, 10), partial(_spoken, scene, number))
            if share == ENDED and number in PAYING:
                yield Act(at(day, 20), partial(_paid, scene))


def _open(scene: Scene, first: dt.date, name: str, share: int) -> None:
    manager = scene[Role.PROJECT_MANAGER]
    if Drive.objects.filter(community_id=scene.community.pk, closed_on__isnull=True).exists():
        return
    reckon(scene.community.pk, clock.today())
    people = tuple(scene[role].user_id for role in (Role.HOUSEKEEPER, Role.COLLECTOR) if role in scene.crew)
    title = f"{first.year} 年第 {(first.month + 2) // 3} 季度{name}"
    order = Opening(title, first, first + DAY * (LENGTH - 1), "amount", (scene.community.pk,), people, {scene.community.pk: _target(scene, share)})
    open_drives(order, actor=manager)


def _away(scene: Scene) -> None:
    """The housekeeper is on leave for two days in the middle of the running drive: the collector does the list."""
    row = Drive.objects.filter(community_id=scene.community.pk, closed_on__isnull=True).first()
    if row is not None and Role.COLLECTOR in scene.crew:
        with suppress(Invalid, NotRunning):
            pass_on(row.pk, scene[Role.HOUSEKEEPER].user_id or 0, scene[Role.COLLECTOR].user_id or 0, clock.today() + DAY, "年假两天", actor=scene[Role.PROJECT_MANAGER])


def _target(scene: Scene, share: int) -> int:
    """A round sum of what may be asked for today; a hundred yuan where there is nothing."""
    people = askable(scene.community.pk).values_list("person_id", flat=True)
    owed = sum(asked_bills(scene.community.pk, people, clock.today()).values_list("outstanding_fen", flat=True))
    return max(10_000, owed * share // 100 // 100_000 * 100_000)


def _spoken(scene: Scene, number: int) -> None:
    """Each who takes part speaks to the next of their list, beginning where the day before left off."""
    for role in (Role.COLLECTOR, Role.HOUSEKEEPER):
        if role not in scene.crew:
            continue
        rows = list(unpaid(mine(scene[role])).filter(community_id=scene.community.pk).select_related("case", "person").order_by("-owed_fen", "id"))
        start = number * EACH % max(1, len(rows))
        for turn, row in enumerate(rows[start : start + EACH]):
            with clock.at(clock.now() + dt.timedelta(minutes=7 * turn)):
                _call(scene, row, role, number * EACH + turn)


def _call(scene: Scene, row: Household, role: Role, number: int) -> None:
    outcome, note = TOLD[number % len(TOLD)]
    if role is Role.HOUSEKEEPER:
        record(Draft(row.person_id, Channel.PHONE, Purpose.REMINDER, clock.now(), row.property_id, note=note), outcome, actor=scene[role])
        return
    owed = promisable(row.case, scene[role]) if outcome == "promised" else 0
    if outcome == "promised" and not owed:
        outcome = "reached"
    entry = Log(
        f"demo-drive-{row.pk}-{number}-{clock.today()}", row.case.acts, Channel.PHONE, outcome, clock.now(), "", note, promise_fen=owed or None,
        promise_on=clock.today() + DAY * (2 + number % 4) if owed else None,
    )  # fmt: skip
    with suppress(CaseClosed):
        log(row.case_id, entry, actor=scene[role])


def _paid(scene: Scene) -> None:
    """The three smallest debts that were promised so far are paid whole."""
    manager, today = scene[Role.PROJECT_MANAGER], clock.today()
    said = Contact.objects.filter(community_id=scene.community.pk, outcome=Contact.Outcome.PROMISED, at__gte=clock.now() - DAY * LENGTH).values("person_id")
    rows = unpaid(Household.objects.filter(drive__closed_on__isnull=True, community_id=scene.community.pk, person_id__in=said))
    for row in rows.order_by("owed_fen", "pk")[:3]:
        bills, _disputed = overdue_bills(manager, row.person_id, today)
        fen = sum(bill.total_fen for bill in bills)
        if fen:
            paid_by_bank(scene, "JM", bills[0].property_id, row.person_id, bills, fen, "季末缴费")


def _close(scene: Scene) -> None:
    reckon(scene.community.pk, clock.today())
    row = Drive.objects.filter(community_id=scene.community.pk, closed_on__isnull=True).first()
    if row is not None:
        close_drive(row.pk, Closing(LESSON, 86_000, "加班餐 500 元，印封套 360 元"), actor=scene[Role.PROJECT_MANAGER])
