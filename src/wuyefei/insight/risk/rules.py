"""From a payer's conduct to a class, with the reasons in words (product row F1). Days and counts; no money."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from wuyefei.foundation.kernel.errors import Phrase

WINDOW_DAYS = 730
"""Two years of due dates are looked at."""
GRACE_DAYS = 5
"""Paid this many days after the due date still counts as on time: the first question is asked after 3 to 5 days (row G2)."""
FEWEST = 2
"""With fewer periods fallen due nobody is classed."""
GOOD_SHARE = Decimal("0.9")
OFTEN_SHARE = Decimal("0.5")
LONG_DAYS = 90
ASKED_OFTEN = 4
REFUSING_PERIODS, REFUSING_DAYS = 3, 180
USUAL = {"A": 70, "B": 15, "C": 10, "D": 5}
"""The usual mix of households in per cent."""


class Track(StrEnum):
    HOUSEHOLD = "household"
    BUSINESS = "business"


TRACK_NAMES: dict[Track, str] = {Track.HOUSEHOLD: "住户", Track.BUSINESS: "企业商铺"}
CLASS_NAMES = {
    "A": "按时缴费、配合", "B": "偶尔晚缴，提醒后缴", "C": "经常晚缴，多次催后缴", "D": "拒不缴费", "": "暂不分类",
}  # fmt: skip
SERVERS = {"A": "前台", "B": "催缴专员", "C": "催缴专员", "D": "项目经理、法务", "": "前台"}
BUSINESS_SERVER = "客户关系经理"


@dataclass(frozen=True, slots=True)
class Conduct:
    """What the last two years show. A period is all that fell due on one day. ``late``: paid after the grace or still
    unpaid after it; ``open_periods`` of them are unpaid, the oldest since ``oldest_due_on``; ``asked``: reminders by any
    channel; ``hardship``: difficulty was recorded in the last half year."""

    periods: int
    late: int
    open_periods: int
    oldest_due_on: dt.date | None = None
    last_paid_on: dt.date | None = None
    asked: int = 0
    hardship: bool = False

    @property
    def on_time(self) -> int:
        return self.periods - self.late

    def open_days(self, today: dt.date) -> int:
        return (today - self.oldest_due_on).days if self.oldest_due_on else 0


@dataclass(frozen=True, slots=True)
class Classed:
    """``letter`` is A to D, empty while nobody is classed; ``reasons`` say why, the deciding one first."""

    letter: str
    reasons: tuple[str, ...]


def classify(conduct: Conduct, today: dt.date) -> Classed:
    """The class of a conduct as of a day; the first that fits of: too little known, D, C, A, B."""
    if conduct.periods < FEWEST:
        return Classed("", (Phrase("近两年只到期 {count} 期，满 {least} 期才分类", count=conduct.periods, least=FEWEST),))
    told = (*_told(conduct, today),)
    if _refuses(conduct, today):
        return Classed("D", (Phrase("欠 {count} 期，{days} 天没有缴过", count=conduct.open_periods, days=_silent(conduct, today)), *told))
    often = conduct.late >= OFTEN_SHARE * conduct.periods
    if conduct.open_days(today) > LONG_DAYS:
        return Classed("C", (Phrase("最早一期已逾期 {days} 天，超过 {most} 天", days=conduct.open_days(today), most=LONG_DAYS), *told))
    if often and conduct.late >= FEWEST:
        return Classed("C", (Phrase("{count} 期里有 {late} 期晚缴", count=conduct.periods, late=conduct.late), *told))
    if conduct.asked >= ASKED_OFTEN and conduct.late >= FEWEST:
        return Classed("C", (Phrase("晚缴 {late} 期，催了 {asked} 次", late=conduct.late, asked=conduct.asked), *told))
    if not conduct.open_periods and conduct.on_time >= GOOD_SHARE * conduct.periods:
        return Classed("A", (Phrase("{count} 期里准时 {good} 期，现在没有逾期", count=conduct.periods, good=conduct.on_time), *told))
    return Classed("B", (Phrase("{count} 期里晚缴 {late} 期", count=conduct.periods, late=conduct.late), *told))


def _silent(conduct: Conduct, today: dt.date) -> int:
    """Days without any payment, at most since the oldest open debt fell due."""
    since = max(day for day in (conduct.last_paid_on, conduct.oldest_due_on) if day) if conduct.oldest_due_on else today
    return (today - since).days


def _refuses(conduct: Conduct, today: dt.date) -> bool:
    """Several periods, half a year of silence, and no difficulty on record: who cannot pay does not refuse."""
    return (
        conduct.open_periods >= REFUSING_PERIODS and not conduct.hardship
        and conduct.open_days(today) >= REFUSING_DAYS and _silent(conduct, today) >= REFUSING_DAYS
    )  # fmt: skip


def _told(conduct: Conduct, today: dt.date) -> list[str]:
    """Further facts, whatever the class."""
    found: list[str] = []
    if conduct.open_periods:
        found.append(Phrase("现欠 {count} 期，最早逾期 {days} 天", count=conduct.open_periods, days=conduct.open_days(today)))
    if conduct.last_paid_on:
        found.append(Phrase("最近缴费 {day}", day=conduct.last_paid_on))
    if conduct.asked:
        found.append(Phrase("近两年催缴 {asked} 次", asked=conduct.asked))
    if conduct.hardship:
        found.append("登记过缴费困难，不作拒缴看")
    return found


def server(letter: str, track: Track) -> str:
    """Who deals with the class; businesses have a contact of their own."""
    return BUSINESS_SERVER if track is Track.BUSINESS else SERVERS[letter]
