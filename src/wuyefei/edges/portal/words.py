"""How periods, states and greetings are said to an owner."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from wuyefei.foundation.kernel.dates import CHINA, Month
from wuyefei.foundation.platform import clock

QUARTERS = ("一季度", "二季度", "三季度", "四季度")


def period(first: dt.date, last: dt.date) -> str:
    """2026 年 11 月, 2026 年四季度, 2026 年, or the two days where the span is none of these."""
    begin, end = Month.of(first), Month.of(last)
    if first != begin.first or last != end.last:
        return _("%(first)s 至 %(last)s") % {"first": first, "last": last}
    months = end.index - begin.index + 1
    if months == 1:
        return _("%(year)d 年 %(month)d 月") % {"year": begin.year, "month": begin.number}
    if months == 3 and begin.number % 3 == 1:
        quarter = _(QUARTERS[begin.number // 3])
        return _("%(year)d 年%(quarter)s") % {"year": begin.year, "quarter": quarter}
    if months == 12 and begin.number == 1:
        return _("%(year)d 年全年") % {"year": begin.year}
    return _("%(first)s 至 %(last)s") % {"first": begin, "last": end}


def short_period(first: dt.date, last: dt.date) -> str:
    """Under a bar of a chart: 26-11, 26 Q4, 2026."""
    begin, end = Month.of(first), Month.of(last)
    months = end.index - begin.index + 1
    if months == 3 and begin.number % 3 == 1:
        return f"{begin.year % 100:02d} Q{begin.number // 3 + 1}"
    return str(begin.year) if months == 12 else f"{begin.year % 100:02d}-{begin.number:02d}"


def greeting() -> str:
    hour = clock.now().astimezone(CHINA).hour
    if hour < 5 or hour >= 22:
        return _("夜深了")
    return _("早上好") if hour < 9 else _("上午好") if hour < 12 else _("中午好") if hour < 14 else _("下午好") if hour < 18 else _("晚上好")


@dataclass(frozen=True, slots=True)
class State:
    """Glyph kind and words; ``tone`` colours the sum: owed, paid or quiet."""

    kind: str
    words: str
    tone: str


def late_words(due_on: dt.date, today: dt.date) -> str:
    return _("逾期 %(days)s 天") % {"days": (today - due_on).days}


def state(
    *, due_on: dt.date, today: dt.date, open_fen: int, part_paid: bool = False, disputed: bool = False, held: bool = False,
    void: bool = False, waived: bool = False, lost: bool = False,
) -> State:  # fmt: skip
    """How a bill stands, in the order in which an owner wants to know it."""
    if void:
        return State("void", _("已撤销"), "quiet")
    if not open_fen and lost:
        return State("void", _("销案存账"), "quiet")
    if not open_fen:
        return State("void", _("已减免"), "quiet") if waived else State("paid", _("已缴"), "paid")
    if disputed:
        return State("hold", _("异议处理中，先不用缴"), "quiet")
    late = late_words(due_on, today) if due_on < today else ""
    if held:
        return State("hold", _("违约金停计"), "owed")
    if part_paid:
        return State("part", _("部分已缴") + (f" · {late}" if late else ""), "owed")
    return State("late", late, "owed") if late else State("due", _("%(day)s 前缴") % {"day": f"{due_on:%m-%d}"}, "owed")
