"""Which debts may go to which step, and why (product rows H1–H4; Civil Code 944: demand, a reasonable period, then suit)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.workdays import WorkCalendar

LETTER_DAYS = 180
LETTER_FEN = 500_000
SUIT_DAYS = 365
DEMAND_WORKDAYS = 10
FOLLOW_UP_DAYS = 7
CONFIRM_DAYS = 30
ASSET_DAYS = 90
"""Before suing, what the debtor owns must have been looked up within so many days (product row H3)."""


class Road(StrEnum):
    LETTER = "letter"
    MEDIATION = "mediation"
    SUIT = "suit"
    ENFORCEMENT = "enforcement"


ROAD_NAMES: dict[Road, str] = {Road.LETTER: "催款函", Road.MEDIATION: "调解", Road.SUIT: "起诉或者支付令", Road.ENFORCEMENT: "申请执行"}


@dataclass(frozen=True, slots=True)
class Debt:
    """One overdue bill: ``payer_fen`` is all that its payer owes overdue; ``demand_over`` the last day of the period that a
    delivered demand gave; ``mediated``: mediation was tried; ``early``: an earlier suit was decided and recorded;
    ``last_on``: the last day of limitation, None while it stands; ``judged_by``: the last day to ask for enforcement."""

    due_on: dt.date
    owed_fen: int
    payer_fen: int
    demand_over: dt.date | None = None
    mediated: bool = False
    early: bool = False
    disputed: bool = False
    last_on: dt.date | None = None
    judged_by: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether the debt may take the road today, why, and the day from which it may where only time is missing."""

    road: Road
    allowed: bool
    why: str
    from_on: dt.date | None = None


def roads(debt: Debt, today: dt.date) -> tuple[Answer, ...]:
    """One answer for each road, in their order."""
    return tuple(rule(debt, today) for rule in (_letter, _mediation, _suit, _enforcement))


def answer(debt: Debt, road: Road, today: dt.date) -> Answer:
    return roads(debt, today)[list(Road).index(road)]


def demand_over(delivered_on: dt.date, calendar: WorkCalendar) -> dt.date:
    """The last of ten working days after delivery; the day of delivery is not counted."""
    return calendar.add(delivered_on, DEMAND_WORKDAYS)


def assets_missing(looked_on: dt.date | None, on: dt.date) -> str:
    """Why a suit may not begin on a day for want of an asset check; empty where it may."""
    if looked_on is None:
        return "起诉前先登记财产查询：抵押、查封和预计可收回"
    if (on - looked_on).days > ASSET_DAYS:
        return Phrase("财产查询是 {day} 的，超过 {most} 天，请重新查询", day=looked_on, most=ASSET_DAYS)
    return ""


def _days(debt: Debt, today: dt.date) -> int:
    return (today - debt.due_on).days


def _barred(debt: Debt, road: Road) -> Answer | None:
    if debt.owed_fen <= 0:
        return Answer(road, False, "已缴清")
    if debt.disputed:
        return Answer(road, False, "有争议，处理完再说")
    return None


def _letter(debt: Debt, today: dt.date) -> Answer:
    found = _barred(debt, Road.LETTER)
    if found:
        return found
    days = _days(debt, today)
    if days > LETTER_DAYS:
        return Answer(Road.LETTER, True, Phrase("逾期 {days} 天，超过 {most} 天", days=days, most=LETTER_DAYS))
    if debt.payer_fen > LETTER_FEN and days <= 0:
        return Answer(Road.LETTER, False, "还没有逾期", debt.due_on + DAY)
    if debt.payer_fen > LETTER_FEN:
        return Answer(Road.LETTER, True, Phrase("合计欠费超过 {most} 元", most=LETTER_FEN // 100))
    why = Phrase("逾期 {days} 天，不满 {most} 天，合计不超过 {fen} 元", days=max(days, 0), most=LETTER_DAYS, fen=LETTER_FEN // 100)
    return Answer(Road.LETTER, False, why, debt.due_on + DAY * (LETTER_DAYS + 1))


def _mediation(debt: Debt, today: dt.date) -> Answer:
    """A mediator is asked where a letter might have gone; that the parties talk needs no earlier demand."""
    found = _letter(debt, today)
    return Answer(Road.MEDIATION, found.allowed, found.why, found.from_on)


def _suit(debt: Debt, today: dt.date) -> Answer:
    found = _barred(debt, Road.SUIT)
    if found:
        return found
    if debt.demand_over is None:
        return Answer(Road.SUIT, False, "没有送达的催告，先发催款函")
    if today <= debt.demand_over:
        return Answer(Road.SUIT, False, Phrase("催告的合理期限到 {day} 才满", day=debt.demand_over), debt.demand_over + DAY)
    if debt.early:
        return Answer(Road.SUIT, True, "催告期满，已决定提前起诉")
    days = _days(debt, today)
    if days <= SUIT_DAYS:
        why = Phrase("逾期 {days} 天，不满一年，提前起诉须先记录决定", days=days)
        return Answer(Road.SUIT, False, why, debt.due_on + DAY * (SUIT_DAYS + 1))
    if not debt.mediated:
        return Answer(Road.SUIT, False, "还没有调解过，提前起诉须先记录决定")
    return Answer(Road.SUIT, True, Phrase("逾期 {days} 天，催告和调解都没有结果", days=days))


def _enforcement(debt: Debt, today: dt.date) -> Answer:
    if debt.owed_fen <= 0:
        return Answer(Road.ENFORCEMENT, False, "已缴清")
    if debt.judged_by is None:
        return Answer(Road.ENFORCEMENT, False, "没有生效的判决、裁定")
    if today > debt.judged_by:
        return Answer(Road.ENFORCEMENT, False, Phrase("申请执行的期限 {day} 已过", day=debt.judged_by))
    return Answer(Road.ENFORCEMENT, True, Phrase("生效判决未履行，{day} 前可以申请", day=debt.judged_by))
