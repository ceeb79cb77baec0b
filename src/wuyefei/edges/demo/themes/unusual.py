"""A cashier prints the same receipts over and over in two weeks; the round finds both: the first was a mistake and is closed, the
second stands open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial

from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.foundation.platform import clock
from wuyefei.money.payments.public import Payment
from wuyefei.money.receipts.public import log_print
from wuyefei.money.watch.public import WEEK, alerts, close, look, monday_of

from .. import cast
from ..scene import Act, Scene

WEEKS_BACK = (2, 1)
ON = (3, 4)
"""Thursday and Friday."""
TIMES = 5
FINDING = "打印机卡纸，同一张收据打了几遍；作废的纸张已收回"


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    calendar = scene.calendar
    if scene.place.prefix != cast.GROUP.places[0].prefix or not scene.place.desk or scene.started >= month:
        return
    this = monday_of(calendar.today)
    for back in WEEKS_BACK:
        for weekday in ON:
            day = this - back * WEEK + weekday * DAY
            if Month.of(day) == month and day >= calendar.live_from:
                yield Act(calendar.at(day, 16, 30), partial(_print_again, scene))
    if month == calendar.month:
        yield Act(calendar.at(calendar.today, 9, 41), partial(_look, scene, this), shared=True)


def _print_again(scene: Scene) -> None:
    cashier = scene[Role.CASHIER]
    taken = Payment.objects.filter(community=scene.community, booked_by_id=cashier.user_id, kind=Payment.Kind.DESK, receipt__isnull=False)
    last = taken.filter(booked_at__lt=clock.now(), voided_at__isnull=True).order_by("-pk").first()
    if last is not None and last.receipt_id is not None:
        for _time in range(TIMES):
            log_print(last.receipt_id, actor=cashier)


def _look(scene: Scene, monday: dt.date) -> None:
    for back in WEEKS_BACK:
        look(monday - back * WEEK, actor=scene.system)
    lead = scene[Role.FINANCE_LEAD]
    for row in alerts(lead).filter(week=monday - WEEKS_BACK[0] * WEEK, closed_at__isnull=True):
        close(row.pk, "mistake", FINDING, actor=lead)
