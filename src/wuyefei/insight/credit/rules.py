"""From what the books show of an owner to a rating, point by point, with the reasons in words (product row F3)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from wuyefei.foundation.kernel.errors import Phrase

FEWEST = 2
"""With fewer periods fallen due nobody is rated."""
WINDOW_DAYS = 730
"""Plans ended within two years count, as the periods do."""
PAYMENT, CONTRACT, CONDUCT = 70, 20, 10
"""The most points of each part; together 100."""
OPEN_COSTS = 10
"""Points for each period that is overdue now; none where difficulty is on record."""
PLAIN, KEPT, BROKEN = 12, 4, 12
"""Contract: points without any agreement; added for each one kept or being kept; taken for each one broken."""
ASKED_COSTS = 1
"""Points for each reminder that was needed."""
BOUNDS = (("A", 80), ("B", 65), ("C", 45), ("D", 0))
HEAD_START_HOURS = {"A": 12, "B": 6}
"""How much sooner a private repair that is not urgent comes up; the time to answer is the same for everybody."""
FREE_SERVICES = {"A": 2, "B": 1}
"""Free small services in a calendar year."""
ANSWER_DAYS = 15
"""A person answers an objection within this many days: our own promise; the law asks for a convenient way and a reason
(Personal Information Protection Law, articles 24 and 50)."""
HOLDS_DAYS = 365
"""How long a correction by a person stands."""

LETTER_NAMES = {"A": "优", "B": "良", "C": "一般", "D": "待改善", "": "暂不评级"}


class Cause(StrEnum):
    """Why a rating changed."""

    FACTS = "facts"
    REVIEW = "review"
    CHOICE = "choice"


class Ground(StrEnum):
    """Why a rating may be shown to somebody outside (Personal Information Protection Law, articles 13 and 23)."""

    CONSENT = "consent"
    LAW = "law"


CAUSE_NAMES: dict[Cause, str] = {Cause.FACTS: "按依据重算", Cause.REVIEW: "人工复核", Cause.CHOICE: "业主选择"}
GROUND_NAMES: dict[Ground, str] = {Ground.CONSENT: "本人单独同意", Ground.LAW: "法定义务"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What two years show. Periods as payment classes count them: paid five days after the due date is still on time, and
    what is in dispute counts for nothing. ``asked``: reminders by any channel; plans: agreements to pay by instalments."""

    periods: int = 0
    late: int = 0
    open_periods: int = 0
    oldest_due_on: dt.date | None = None
    asked: int = 0
    hardship: bool = False
    plans_kept: int = 0
    plans_running: int = 0
    plans_broken: int = 0

    @property
    def on_time(self) -> int:
        return self.periods - self.late


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the points and why."""

    name: str
    points: int
    most: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rated:
    """``letter`` A to D and ``points`` of 100; an empty letter and no points while nobody is rated."""

    letter: str
    points: int
    parts: tuple[Part, ...]


def rate(facts: Facts, today: dt.date) -> Rated:
    """The rating of the facts as of a day."""
    if facts.periods < FEWEST:
        reason = Phrase("近两年只到期 {count} 期，满 {least} 期才评级", count=facts.periods, least=FEWEST)
        return Rated("", 0, (Part("缴费", 0, PAYMENT, (reason,)),))
    parts = (_payment(facts, today), _contract(facts), _conduct(facts))
    points = sum(part.points for part in parts)
    return Rated(next(letter for letter, least in BOUNDS if points >= least), points, parts)


def _payment(facts: Facts, today: dt.date) -> Part:
    whole = (2 * PAYMENT * facts.on_time + facts.periods) // (2 * facts.periods)
    reasons: list[str] = [Phrase("{count} 期里准时 {good} 期", count=facts.periods, good=facts.on_time)]
    costs = 0
    if facts.open_periods:
        days = (today - facts.oldest_due_on).days if facts.oldest_due_on else 0
        reasons.append(Phrase("现欠 {count} 期，最早逾期 {days} 天", count=facts.open_periods, days=days))
        if facts.hardship:
            reasons.append("登记过缴费困难，欠缴不扣分")
        else:
            costs = OPEN_COSTS * facts.open_periods
    return Part("缴费", max(whole - costs, 0), PAYMENT, tuple(reasons))


def _contract(facts: Facts) -> Part:
    good = facts.plans_kept + facts.plans_running
    points = min(max(PLAIN + KEPT * good - BROKEN * facts.plans_broken, 0), CONTRACT)
    reasons: list[str] = []
    if facts.plans_kept:
        reasons.append(Phrase("按约缴完分期 {count} 次", count=facts.plans_kept))
    if facts.plans_running:
        reasons.append(Phrase("正在按约履行分期 {count} 次", count=facts.plans_running))
    if facts.plans_broken:
        reasons.append(Phrase("分期违约 {count} 次", count=facts.plans_broken))
    return Part("履约", points, CONTRACT, tuple(reasons) or ("没有分期约定，也没有违约",))


def _conduct(facts: Facts) -> Part:
    reason = Phrase("近两年提醒过 {asked} 次", asked=facts.asked) if facts.asked else "没有需要提醒"
    return Part("配合", max(CONDUCT - ASKED_COSTS * facts.asked, 0), CONDUCT, (reason,))


def better(worked: str, corrected: str) -> str:
    """The rating that holds: a person's correction counts only where it is the better one."""
    return corrected if corrected and worked and corrected < worked else worked


def head_start(letter: str) -> int:
    """Hours by which a private repair that is not urgent comes up sooner."""
    return HEAD_START_HOURS.get(letter, 0)


def free_left(letter: str, used: int) -> int:
    """Free services still to be had this year."""
    return max(FREE_SERVICES.get(letter, 0) - used, 0)


def answer_due(made_on: dt.date) -> dt.date:
    return made_on + dt.timedelta(days=ANSWER_DAYS)
