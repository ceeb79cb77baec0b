"""What comes in by file: the channels' and the bank's statement of each week, and the desk's day reports of earlier years.

A week's file is booked on the Monday after, each payment valued on its own day; the last of a month is cut at its end.
Older files span half a month.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import zlib
from collections.abc import Iterator
from functools import partial

from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import OpenBill, open_bills_each
from wuyefei.money.concessions.public import PlanBill
from wuyefei.money.payments.public import Batch, BatchRow, Source, take_payments_in_bulk

from .. import habits
from ..habits import Fate, Payer, Visit
from ..scene import Act, Scene

BY_FILE = {"scan": Source.CHANNEL, "card": Source.CHANNEL, "transfer": Source.BANK}
DOCUMENTS = {Source.CHANNEL: "收款渠道账单", Source.BANK: "银行流水", Source.DESK: "收款日报"}
DESK_DAYS, OLD_DESK_DAYS = (2, 5), (5,)
"""Before the live weeks the desk takes money on Wednesdays and Saturdays, in earlier years on Saturdays."""
WEEKLY_MONTHS = 6
"""The files of the last months are weekly, those before them half-monthly."""
OLD = DAY * 30
OLDEST_PLAN = DAY * 110
"""No plan (``agreements``) was asked for longer ago."""


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    calendar, visits = scene.calendar, list(scene.visits_in(month))
    last = min(month.plus(1).first, calendar.today)
    first = month.first
    while first < last:
        cut = min(_cut(scene, first), last)
        week = [visit for visit in visits if first <= visit.on < cut]
        moment = calendar.at(cut, 7) if cut == month.plus(1).first else calendar.at(cut, 9, 30)
        for source in (Source.BANK, Source.CHANNEL):
            rows = [visit for visit in week if BY_FILE.get(visit.payer.channel) == source and not at_desk(scene, visit)]
            if rows:
                name = f"{scene.place.name} {DOCUMENTS[source]} {first:%Y%m%d}-{cut - DAY:%m%d}"
                yield Act(moment, partial(book, scene, source, name, rows))
        first = cut
    for day, there in sorted(desk_days(scene, visits).items()):
        if not live(scene, day) and day < last:
            name = f"{scene.place.name} {DOCUMENTS[Source.DESK]} {day:%Y%m%d}"
            yield Act(calendar.at(day, 17, 30), partial(book, scene, Source.DESK, name, there))


def recent(scene: Scene, day: dt.date) -> bool:
    return scene.calendar.month.index - Month.of(day).index < WEEKLY_MONTHS


def _cut(scene: Scene, first: dt.date) -> dt.date:
    """The day after the last of the file that begins on ``first``."""
    if recent(scene, first):
        return first + DAY * (7 - first.weekday())
    return first.replace(day=16) if first.day < 16 else Month.of(first).plus(1).first


def live(scene: Scene, day: dt.date) -> bool:
    """Whether the desk of the day is lived payment by payment."""
    return scene.place.desk and day >= scene.calendar.live_from


def at_desk(scene: Scene, visit: Visit) -> bool:
    """Who pays in cash comes to the desk; in the live weeks one in six of those who scan or pay by card does too."""
    if visit.payer.channel in ("cash", "transfer"):
        return visit.payer.channel == "cash"
    return live(scene, visit.on) and zlib.crc32(visit.payer.code.encode()) % 6 == 0


def desk_days(scene: Scene, visits: list[Visit]) -> dict[dt.date, list[Visit]]:
    """The visits to the desk by the day on which it is open: any but Sunday in the live weeks."""
    days: dict[dt.date, list[Visit]] = {}
    for visit in visits:
        if at_desk(scene, visit):
            day = desk_day(scene, visit.on)
            days.setdefault(day, []).append(Visit(visit.payer, day, visit.fate))
    return days


def desk_day(scene: Scene, day: dt.date) -> dt.date:
    """The day of a visit, moved to the next on which the desk is open, but never into another month."""
    lived = live(scene, day)
    open_on = range(6) if lived else DESK_DAYS if recent(scene, day) else OLD_DESK_DAYS
    moved = day
    while moved.weekday() not in open_on:
        moved += DAY
    while Month.of(moved) != Month.of(day) or live(scene, moved) != lived:
        moved -= DAY
    return moved


def in_parts(scene: Scene) -> frozenset[int]:
    """The bills of plans asked for or running here: they are paid part by part, and not at a visit."""
    if scene.calendar.today - clock.today() > OLDEST_PLAN:
        return frozenset()
    rows = PlanBill.objects.filter(plan__community_id=scene.community.pk, plan__state__in=("asked", "active"))
    return frozenset(rows.values_list("receivable_id", flat=True))


def chosen(bills: list[OpenBill], visit: Visit, apart: frozenset[int]) -> list[OpenBill]:
    """The bills that a visitor has come to pay: no one knows a bill before its service begins. ``apart``: ``in_parts``."""
    known = [bill for bill in bills if bill.service_from <= visit.on and bill.id not in apart]
    if visit.fate == Fate.OLD:
        return [bill for bill in known if bill.due_on <= visit.on - OLD]
    return known


def book(scene: Scene, source: Source, name: str, visits: list[Visit]) -> None:
    """One file: each visitor once, with what was open on the day."""
    seen: dict[int, Visit] = {}
    for visit in visits:
        seen.setdefault(visit.payer.person_id, visit)
    actor = scene[Role.FINANCE]
    bills = open_bills_each(actor, {person_id: visit.on for person_id, visit in seen.items()})
    rows: list[BatchRow] = []
    apart = in_parts(scene)
    for visit in seen.values():
        paid = chosen(bills.get(visit.payer.person_id, []), visit, apart)
        fen = habits.to_pay(visit.fate, sum(bill.total_fen for bill in paid))
        if paid and fen:
            rows.append(_row(scene, source, visit, paid, fen, len(rows)))
    if rows:
        digest = hashlib.sha256(repr(rows).encode()).hexdigest()
        take_payments_in_bulk(Batch(scene.community.pk, source, name, digest, tuple(rows)), actor=actor)


def _row(scene: Scene, source: Source, visit: Visit, paid: list[OpenBill], fen: int, number: int) -> BatchRow:
    payer: Payer = visit.payer
    reference = f"{scene.place.prefix}{visit.on:%Y%m%d}{number + 1:05d}"
    remark = f"{payer.code} 物业费" if source == Source.BANK else ""
    return BatchRow(reference, payer.home_id, payer.person_id, fen, payer.channel, visit.on, tuple(bill.id for bill in paid), remark=remark)


def paid_by_bank(scene: Scene, mark: str, home_id: int, payer_id: int, bills: list[OpenBill], fen: int, remark: str) -> None:
    """One transfer of today, for these bills; ``mark`` tells it from the payer's others."""
    day = clock.today()
    row = BatchRow(f"{scene.place.prefix}{mark}{day:%Y%m%d}{bills[0].property_code}", home_id, payer_id, fen, "transfer", day,
                   tuple(bill.id for bill in bills), remark=f"{bills[0].property_code} {remark}")  # fmt: skip
    digest = hashlib.sha256(repr(row).encode()).hexdigest()
    name = f"{scene.place.name} 网银来款 {day:%Y%m%d} {remark}"
    take_payments_in_bulk(Batch(scene.community.pk, Source.BANK, name, digest, (row,)), actor=scene[Role.FINANCE])
