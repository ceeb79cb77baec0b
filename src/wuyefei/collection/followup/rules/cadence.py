"""The cadence: which rung of it a debt stands on (product row G2), and how old a debt the script speaks of (row G4)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

PHONE, WECHAT, SMS, APP, LETTER, VISIT = "phone", "wechat", "sms", "app", "letter", "visit"


class Start(StrEnum):
    DUE = "due"
    NOTICE = "notice"
    QUARTER = "quarter"


class Release(StrEnum):
    """Who lets a drafted step go: the rule itself, or a person."""

    RULE = "rule"
    HAND = "hand"


@dataclass(frozen=True, slots=True)
class Rung:
    """From ``day`` on after ``start`` (before it where negative), by one of ``channels``; ``serious``: only for large or
    repeated debts. It is done once the payer was contacted in one of these ways since the debt fell due, each contact
    counting for one rung."""

    code: str
    name: str
    start: Start
    day: int
    channels: tuple[str, ...]
    whom: str
    serious: bool = False
    release: Release = Release.RULE


LADDER: tuple[Rung, ...] = (
    Rung("notice", "账单提醒", Start.DUE, -7, (SMS, APP), "全部业主"),
    Rung("first", "首次跟进", Start.NOTICE, 3, (PHONE,), "金额大的、有过欠费的先打", serious=True),
    Rung("ask", "询问原因", Start.DUE, 3, (PHONE, WECHAT), "还没有缴的；平时按时、这次漏缴的先问"),
    Rung("visit", "上门与书面通知", Start.DUE, 15, (VISIT, LETTER), "金额大的、多期未缴的", serious=True, release=Release.HAND),
    Rung("quarter", "季末集中催缴", Start.QUARTER, -10, (PHONE, VISIT), "季末仍未缴的"),
)
"""The cadence of the product map; what comes before the due date is the notices' work."""
ROUTINE = Rung("routine", "按级联系", Start.DUE, 0, (PHONE, WECHAT, SMS), "走完前面各步的")


def rung_of(days: int, channels: Collection[str], *, serious: bool, ladder: Sequence[Rung] = LADDER) -> Rung:
    """The rung of a debt ``days`` past due: the first one reached that has not been done, whatever its age; so a debt that
    nobody has asked about is asked about first, and none is skipped after a part payment. Where all are done, routine.

    ``channels``: one entry for every contact since the oldest bill fell due.
    """
    left = Counter(channels)
    for rung in ladder:
        if rung.start is not Start.DUE or rung.day <= 0 or (rung.serious and not serious):
            continue
        if days < rung.day:
            return rung
        way = next((one for one in rung.channels if left[one]), None)
        if way is None:
            return rung
        left[way] -= 1
    return ROUTINE


class Age(StrEnum):
    FRIENDLY = "friendly"
    VALUE = "value"
    LAW = "law"


AGE_NAMES: dict[Age, str] = {Age.FRIENDLY: "1–30 天 友好提醒", Age.VALUE: "31–90 天 服务价值", Age.LAW: "90 天以上 依法说明"}


def age_of(days: int) -> Age:
    """Which script fits a debt ``days`` past due: 1–30, 31–90, over 90."""
    return Age.FRIENDLY if days <= 30 else Age.VALUE if days <= 90 else Age.LAW


def quarter_end(day: dt.date) -> dt.date:
    """The last day of the quarter of a day."""
    month = (day.month - 1) // 3 * 3 + 3
    return dt.date(day.year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)


def closing_days(today: dt.date, ladder: Sequence[Rung] = LADDER) -> dt.date | None:
    """The first of the last days of the quarter that the cadence keeps for its drive, where today is one of them."""
    rung = next((one for one in ladder if one.start is Start.QUARTER), None)
    if rung is None:
        return None
    begin = quarter_end(today) + dt.timedelta(days=rung.day)
    return begin if today >= begin else None


def drive_days(today: dt.date, ladder: Sequence[Rung] = LADDER) -> tuple[dt.date, dt.date]:
    """The first and the last of the days that the cadence keeps for the drive of this quarter; those of the built-in one
    where it keeps none."""
    rung = next(one for one in (*ladder, *LADDER) if one.start is Start.QUARTER)
    return quarter_end(today) + dt.timedelta(days=rung.day), quarter_end(today)
