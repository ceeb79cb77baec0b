"""Signs in cashiers' behaviour, and how far a week is out of line. Pure. Product row D9."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from wuyefei.foundation.kernel.errors import DomainError

WEEK = dt.timedelta(days=7)
Who = tuple[int, int]
"""A community and a person who works there."""


class NotOver(DomainError):
    code = "watch_not_over"
    message = "{monday} 起的一周还没有过完。"


class Closed(DomainError):
    code = "watch_closed"
    message = "这个警报已经关闭，不能再改。"


class Sign(StrEnum):
    """What may be told of a deed by itself."""

    VOID = "void"
    REFUND = "refund"
    REPRINT = "reprint"
    SHORT = "short"
    LATE = "late"
    WAIVER = "waiver"
    HOURS = "hours"
    SPLIT = "split"


SIGN_NAMES: dict[Sign, str] = {
    Sign.VOID: "收现金后作废", Sign.REFUND: "退到别的账户", Sign.REPRINT: "重打收据", Sign.SHORT: "现金短款", Sign.LATE: "补录以前的收款",
    Sign.WAIVER: "整数减免违约金", Sign.HOURS: "非工作时间收款", Sign.SPLIT: "拆成小额申请",
}  # fmt: skip
CORRECTED_WITHIN = dt.timedelta(minutes=30)
"""Whoever voids a cash payment within this time of taking it puts a slip of the hand right."""
OPENS, CLOSES = dt.time(7, 30), dt.time(20, 30)
"""Desk payments outside these hours are out of hours."""
SHORT_FEN = 1_000
"""Less than this missing at a handover is small change."""
LATE_DAYS = 2
"""A cash payment entered this many days or more after its day was kept somewhere meanwhile."""
ROUND_FEN = 1_000
"""A late fee runs to odd sums: a waiver of a multiple of this was not reckoned."""
SPLIT_WITHIN = dt.timedelta(days=3)
"""Requests of one person for one payer within this time, each within an approval limit and together over it, are one that was split."""
UNSET_CAP_FEN = 100_000
"""The limit that splitting is measured by in a firm that has set none: 1,000.00, a sum that seldom comes twice in three days for one
payer. With any limit of its own set, those alone count."""
USUAL: dict[Sign, float] = {
    Sign.VOID: 0.004, Sign.REFUND: 0.003, Sign.REPRINT: 0.012, Sign.SHORT: 0.002, Sign.LATE: 0.008, Sign.WAIVER: 0.004, Sign.HOURS: 0.010,
    Sign.SPLIT: 0.001,
}  # fmt: skip
"""How often a sign is seen per payment taken, where nothing is known yet."""
KNOWN_AFTER = 400
"""What is usual for a person weighs as much as what is usual among all once so many payments are known."""
LOOK_BACK = 26
"""Weeks that say what is usual."""
WINDOWS = (1, 2, 4)
"""A week is looked at alone, with the one before it, and with the three before it: what is done slowly adds up."""
UNLIKELY = 0.02
"""From this likelihood on one sign alone is an alert."""
TOGETHER = 3.0
"""From this score on several signs together are an alert; a score is the number of tenfold unlikelinesses."""
CLOSE_WITHIN = dt.timedelta(days=7)
"""An alert is looked into and closed within this time."""
LEAST = {Sign.SPLIT: 1}
"""How many deeds of a sign make an alert at the least; two where nothing stands here."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something a person did at the desk. ``sign`` is None for a payment with nothing to be told of it."""

    who: Who
    at: dt.datetime
    sign: Sign | None
    fen: int = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """A request that a person made for a payer, of one kind. ``caps``: the limits it may have been kept within: that of whoever
    approved it, or while it waits every limit for its kind; empty where nobody's approval depends on the sum."""

    who: Who
    at: dt.datetime
    party: int
    kind: str
    fen: int
    number: int = 0
    caps: tuple[int, ...] = ()


def was_voided_late(taken_at: dt.datetime, voided_at: dt.datetime) -> bool:
    return voided_at - taken_at > CORRECTED_WITHIN


def out_of_hours(at: dt.datetime) -> bool:
    """``at`` in local time."""
    return not OPENS <= at.time() < CLOSES


def entered_late(value_day: dt.date, booked_day: dt.date) -> bool:
    return (booked_day - value_day).days >= LATE_DAYS


def is_round(fen: int) -> bool:
    return fen >= ROUND_FEN and fen % ROUND_FEN == 0


def split_asks(asks: Iterable[Ask]) -> list[Ask]:
    """The last of each group whose requests lie within an approval limit one by one, and together above it."""
    found: dict[Ask, None] = {}
    groups: dict[tuple[Who, int, str, int], list[Ask]] = defaultdict(list)
    for ask in sorted(asks, key=lambda one: one.at):
        for cap in ask.caps:
            if ask.fen > cap:
                continue
            group = groups[ask.who, ask.party, ask.kind, cap]
            group[:] = [one for one in group if ask.at - one.at <= SPLIT_WITHIN] + [ask]
            if len(group) > 1 and sum(one.fen for one in group) > cap:
                found[ask] = None
                group.clear()
    return list(found)


def monday_of(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def tail(count: int, expected: float) -> float:
    """The likelihood of ``count`` or more where ``expected`` is usual (Poisson)."""
    if count <= 0:
        return 1.0
    term = math.exp(-expected)
    below = term
    for number in range(1, count):
        term *= expected / number
        below += term
    return max(1.0 - below, 1e-12)


@dataclass(frozen=True, slots=True)
class Found:
    """A sign of a person's week: over how many weeks, how often, how often is usual, and how likely that is."""

    sign: Sign
    weeks: int
    count: int
    expected: float
    likelihood: float


@dataclass(frozen=True, slots=True)
class Alert:
    """A week of a person that is out of line; the unlikeliest sign first."""

    who: Who
    week: dt.date
    score: float
    signs: tuple[Found, ...]


Tally = dict[tuple[Who, dt.date], dict[Sign | None, int]]


def tally(deeds: Iterable[Deed]) -> Tally:
    """By person and week, how many payments (under None) and how many deeds of each sign."""
    found: Tally = defaultdict(lambda: defaultdict(int))
    for deed in deeds:
        found[deed.who, monday_of(deed.at.date())][deed.sign] += 1
    return found


def alerts(counts: Tally, week: dt.date) -> list[Alert]:
    """The alerts of a week, each person held against the weeks before: their own and everybody's."""
    first = week - LOOK_BACK * WEEK
    past = {key: signs for key, signs in counts.items() if first <= key[1] < week}
    people = sorted({who for who, monday in counts if monday == week})
    return [alert for who in people if (alert := _alert(who, week, counts, past)) is not None]


def _alert(who: Who, week: dt.date, counts: Tally, past: Mapping[tuple[Who, dt.date], Mapping[Sign | None, int]]) -> Alert | None:
    now = counts[who, week]
    signs, score = [], 0.0
    for sign in Sign:
        if not now.get(sign):
            continue
        best = min((_found(who, sign, week, span, counts, past) for span in WINDOWS), key=lambda one: one.likelihood)
        if best.count >= LEAST.get(sign, 2) and best.likelihood <= UNLIKELY:
            signs.append(best)
        score += max(0.0, -math.log10(best.likelihood) - 1)
    return Alert(who, week, round(score, 1), tuple(sorted(signs, key=lambda one: one.likelihood))) if signs or score >= TOGETHER else None


def _found(who: Who, sign: Sign, week: dt.date, span: int, counts: Tally, past: Mapping[tuple[Who, dt.date], Mapping[Sign | None, int]]) -> Found:
    mondays = [week - back * WEEK for back in range(span)]
    mine = [counts[who, monday] for monday in mondays if (who, monday) in counts]
    count, payments = sum(row.get(sign, 0) for row in mine), sum(row.get(None, 0) for row in mine)
    own = [row for (person, monday), row in past.items() if person == who and monday not in mondays]
    others = [row for (person, monday), row in past.items() if person != who]
    rate = _rate(own, others, sign)
    expected = rate * max(payments, 20 * span)
    return Found(sign, span, count, expected, tail(count, expected))


def _rate(own: Sequence[Mapping[Sign | None, int]], others: Sequence[Mapping[Sign | None, int]], sign: Sign) -> float:
    """Everybody's rate, from the usual one on; a person's own weighs the more, the more of them is known."""
    among = sum(row.get(None, 0) for row in others)
    general = (sum(row.get(sign, 0) for row in others) + USUAL[sign] * KNOWN_AFTER) / (among + KNOWN_AFTER)
    known = sum(row.get(None, 0) for row in own)
    seen = sum(row.get(sign, 0) for row in own)
    return (seen + general * KNOWN_AFTER) / (known + KNOWN_AFTER)
