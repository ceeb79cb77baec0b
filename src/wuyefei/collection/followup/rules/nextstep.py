"""What comes next in a case, on which day, and why: worked out from facts alone (product rows G2, G3, G5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.errors import Phrase

from .cadence import LETTER, PHONE, ROUTINE, SMS, VISIT, WECHAT, Rung, Start, closing_days, rung_of
from .grades import MINIMUMS, Grade, grade
from .policy import DEFAULT, Policy
from .promises import ASK_BEFORE, Promised

ROUTINE_DAYS = 30
"""A debt of grade B or C that has been through the cadence is asked about once in so many days."""
APART = 3
"""Days at least between a contact and the question before a promised day."""
TRIES = 3
"""So often a call that nobody took is repeated on the next day; then the cadence goes on."""
TURN = (PHONE, WECHAT, SMS, LETTER)
"""Which way is taken where the fitting one is refused or useless."""


class Kind(StrEnum):
    CONTACT = "contact"
    PLANNED = "planned"
    PROMISE_BROKEN = "promise_broken"
    PROMISE_ASK = "promise_ask"
    PROMISE_WAIT = "promise_wait"
    DISPUTE = "dispute"
    ARRANGED = "arranged"
    HEIRS = "heirs"
    CLAIM = "claim"
    ERASED = "erased"


KIND_NAMES: dict[Kind, str] = {
    Kind.CONTACT: "联系", Kind.PLANNED: "按计划联系", Kind.PROMISE_BROKEN: "承诺到期未缴，回访", Kind.PROMISE_ASK: "承诺前问一句",
    Kind.PROMISE_WAIT: "等承诺到期", Kind.DISPUTE: "先答复争议", Kind.ARRANGED: "按分期或缓缴等待", Kind.HEIRS: "查明继承人",
    Kind.CLAIM: "向管理人申报债权", Kind.ERASED: "不再联系",
}  # fmt: skip
SILENT = frozenset({Kind.PROMISE_WAIT, Kind.DISPUTE, Kind.ARRANGED, Kind.HEIRS, Kind.CLAIM, Kind.ERASED})
"""Nobody is contacted about the debt."""


@dataclass(frozen=True)
class Situation:
    """The facts of a case and the policy that holds for it. ``channels``: the way of every contact since the oldest bill
    fell due; ``released``: the planned contact is a step of the cadence that was let go;
    ``last_on`` the last contact about the debt and ``answered`` whether somebody was reached, ``tries`` how often
    nobody was in the last seven days; ``arranged_to`` the last day
    of an instalment or deferral; ``good``: of class A until now."""

    owed_fen: int
    periods: int
    running: int
    oldest_due_on: dt.date
    granted: bool = False
    good: bool = False
    channels: Collection[str] = ()
    last_on: dt.date | None = None
    answered: bool = True
    tries: int = 0
    promise: Promised | None = None
    broken: bool = False
    planned_on: dt.date | None = None
    planned_channel: str = ""
    released: bool = False
    disputed: bool = False
    arranged_to: dt.date | None = None
    deceased: bool = False
    bankrupt: bool = False
    erased: bool = False
    wrong_number: bool = False
    refused: frozenset[str] = field(default_factory=frozenset)
    policy: Policy = DEFAULT

    @property
    def grade(self) -> Grade:
        return grade(self.owed_fen, self.periods, self.running, granted=self.granted)

    @property
    def serious(self) -> bool:
        return self.policy.is_serious(self.owed_fen, self.periods)

    def days(self, today: dt.date) -> int:
        return (today - self.oldest_due_on).days


@dataclass(frozen=True, slots=True)
class Next:
    """``on`` is never before today; ``channel`` empty where nobody is contacted; ``rank`` orders a day's work, smallest
    first; ``why`` in words, the deciding reason first."""

    kind: Kind
    on: dt.date
    channel: str
    rank: int
    rung: str
    why: tuple[str, ...]


def next_step(case: Situation, today: dt.date) -> Next:
    """The next step of a case as of a day. What forbids a contact comes first, then what was agreed, then the cadence, then
    the least number of contacts of the grade."""
    rung = _rung(case, today)
    kind, on, channel, rank, why = _silenced(case, today) or _planned(case, today) or _agreed(case, today) or _cadence(case, today)
    if channel and kind is not Kind.PLANNED:
        if case.last_on is not None and on <= case.last_on:
            on = case.last_on + DAY  # nobody is contacted twice on a day by our own doing
        channel = usable(channel, case)
    return Next(kind, max(on, today), channel, rank, rung.code, (why,))


def _rung(case: Situation, today: dt.date) -> Rung:
    rung = rung_of(case.days(today), case.channels, serious=case.serious, ladder=case.policy.rungs)
    drive = closing_days(today, case.policy.rungs) if rung is ROUTINE else None
    if drive is None or (case.last_on is not None and case.last_on >= drive):
        return rung
    return case.policy.drive or rung


Found = tuple[Kind, dt.date, str, int, str]


def _silenced(case: Situation, today: dt.date) -> Found | None:
    if case.erased:
        return Kind.ERASED, today, "", 9, "个人信息已按本人要求删除"
    if case.deceased:
        return Kind.HEIRS, today, "", 4, "缴费人已去世，查明继承人后书面告知"
    if case.bankrupt:
        return Kind.CLAIM, today, "", 4, "缴费单位进入破产程序，向管理人申报债权"
    if case.disputed:
        return Kind.DISPUTE, today, "", 8, "账单有争议，处理完以前只答复、不催缴"
    if case.arranged_to is not None and case.arranged_to >= today:
        return Kind.ARRANGED, case.arranged_to + DAY, "", 8, Phrase("分期或缓缴到 {day}", day=case.arranged_to)
    return None


def _planned(case: Situation, today: dt.date) -> Found | None:
    """What somebody has planned by hand; a step of the cadence that was let go keeps the place in the day's work and the
    reason it was drafted for."""
    if case.planned_on is None or case.planned_on < today:
        return None
    if case.released:
        _kind, _on, _channel, rank, why = _agreed(case, today) or _cadence(case, today)
        return Kind.PLANNED, case.planned_on, case.planned_channel, rank, why
    return Kind.PLANNED, case.planned_on, case.planned_channel, 1, Phrase("约好 {day} 联系", day=case.planned_on)


def _agreed(case: Situation, today: dt.date) -> Found | None:
    """A promise and its breach."""
    promise = case.promise
    if promise is None:
        return None
    if case.broken or promise.due_on < today:
        if case.last_on is not None and case.last_on > promise.due_on:
            return None  # asked about already: the cadence goes on
        return Kind.PROMISE_BROKEN, promise.due_on + DAY, PHONE, 0, Phrase("承诺 {day} 前缴，到期没有缴够", day=promise.due_on)
    ask_on = promise.due_on - DAY * ASK_BEFORE
    asked = case.last_on is not None and case.last_on >= ask_on
    if ask_on >= promise.made_on + DAY * APART and not asked:
        return Kind.PROMISE_ASK, ask_on, PHONE, 2, Phrase("承诺 {day} 前缴，提前问一句", day=promise.due_on)
    return Kind.PROMISE_WAIT, promise.due_on + DAY, "", 8, Phrase("承诺 {day} 前缴，到期再看", day=promise.due_on)


def _cadence(case: Situation, today: dt.date) -> Found:
    level, rung = case.grade, _rung(case, today)
    rank = {Grade.S: 4, Grade.A: 5, Grade.B: 6, Grade.C: 7}[level]
    if not case.answered and case.last_on is not None and case.tries < TRIES:
        return Kind.CONTACT, case.last_on + DAY, PHONE, rank, "上次没有接通，换个时间再打"
    if rung is ROUTINE:
        return Kind.CONTACT, _paced(case, level, today), PHONE, rank, _pace_in_words(level)
    if rung.start is Start.QUARTER:
        return Kind.CONTACT, today, rung.channels[0], rank, "季末仍未缴，集中联系"
    on, first = case.oldest_due_on + DAY * rung.day, rung.channels[0]
    if rung.serious:
        pattern = "到期满 {day} 天后上门" if first == VISIT else "到期满 {day} 天，金额大或多期未缴"
        return Kind.CONTACT, _paced(case, level, on), first, rank, Phrase(pattern, day=rung.day)
    if case.good:
        return Kind.CONTACT, on, first, 3, "平时按时缴，这次没有缴，先问原因"
    return Kind.CONTACT, on, first, rank, Phrase("到期 {day} 天后询问原因", day=rung.day)


def _pace_in_words(level: Grade) -> str:
    least = MINIMUMS.get(level)
    if least is None:
        return Phrase("每 {days} 天联系一次", days=ROUTINE_DAYS)
    return Phrase("{grade} 级每 {days} 天至少 {times} 次", grade=level.value, days=least.days, times=least.times)


def _paced(case: Situation, level: Grade, on: dt.date) -> dt.date:
    """Not before the pace of the grade allows another contact."""
    least = MINIMUMS.get(level)
    every = least.every if least else ROUTINE_DAYS
    return on if case.last_on is None else max(on, case.last_on + DAY * every)


def usable(channel: str, case: Situation) -> str:
    """The way itself, or the next one that the payer has not refused and that reaches them; a letter always may."""
    barred: Collection[str] = case.refused | ({PHONE, SMS} if case.wrong_number else set())
    if channel not in barred:
        return channel
    return next(one for one in TURN if one not in barred or one == LETTER)
