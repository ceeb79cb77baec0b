"""Instalment plans 分期 (product rows C3, C5; Civil Code articles 189, 195 and 561). Pure; money in fen.

A part counts as settled on the first day from which the principal left, by value date, is no more than the parts behind
it; so an early, a late and a partial payment, an adjustment and a void need no cases of their own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.kernel.money import allocate, round_half_up, yuan_text

from .limits import Limits


class Basis(StrEnum):
    POLICY = "policy"
    HARDSHIP = "hardship"
    MEDIATION = "mediation"


class Seat(StrEnum):
    PROJECT = "project"
    SERVICE = "service"
    FINANCE = "finance"


class State(StrEnum):
    ASKED = "asked"
    ACTIVE = "active"
    COMPLETED = "completed"
    BREACHED = "breached"
    REPLACED = "replaced"
    REFUSED = "refused"


class Going(StrEnum):
    """How a part or a plan stands by the facts of a day."""

    DUE = "due"
    KEPT = "kept"
    LATE = "late"
    BREACHED = "breached"
    COMPLETED = "completed"


BASIS_NAMES: dict[Basis, str] = {Basis.POLICY: "大额分期", Basis.HARDSHIP: "困难分期", Basis.MEDIATION: "调解分期"}
MEDIATED_MONTHS = (2, 36)
"""A plan that a mediation agreement says has as many parts as was agreed, within these bounds, and no least sum (product row C7)."""
SEAT_NAMES: dict[Seat, str] = {Seat.PROJECT: "项目经理", Seat.SERVICE: "客户关系经理或管家", Seat.FINANCE: "财务"}
STATE_NAMES: dict[State, str] = {
    State.ASKED: "待审批", State.ACTIVE: "履行中", State.COMPLETED: "已完成", State.BREACHED: "已违约", State.REPLACED: "已重新协商",
    State.REFUSED: "未通过",
}  # fmt: skip
PART_NAMES: dict[Going, str] = {Going.DUE: "未到期", Going.KEPT: "已付", Going.LATE: "宽限期内", Going.BREACHED: "违约", Going.COMPLETED: "已付清"}


class TooSmall(DomainError):
    code = "plan_too_small"
    message = "大额分期的本金应在 {least} 元以上，所选账单合计 {sum} 元。有困难的，可走困难分期。"


class NotMediated(DomainError):
    code = "not_mediated"
    message = "调解分期要从法务案件里的调解协议提出。"


class AlreadyPlanned(DomainError):
    code = "already_planned"
    message = "所选账单中有的已经在分期申请或分期协议里。"


class BillsChanged(DomainError):
    code = "plan_bills_changed"
    message = "提出以后账单有收款或调整，分期的金额对不上了，请退回后重新提出。"


class PlanLate(DomainError):
    code = "plan_late"
    message = "首期的到期日 {day} 已过，请退回后重新提出。"


class PlanState(DomainError):
    code = "plan_state"
    message = "这份分期是「{state}」，不能{verb}。"


class NotAgreed(DomainError):
    code = "plan_not_agreed"
    message = "困难评估要三人都同意：还差{seats}。"


class SeatTaken(DomainError):
    code = "seat_taken"
    message = "一个人只评一次，经办人不参加评估，每个席位只有一份意见。"


@dataclass(frozen=True, slots=True)
class Part:
    """An instalment: ``number`` counts from 1."""

    number: int
    due_on: dt.date
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """The principal changes by ``amount_fen`` (a payment is negative) with value date ``on``."""

    on: dt.date
    amount_fen: int


@dataclass(frozen=True, slots=True)
class PartStanding:
    """``settled_on``: from which day on the part is paid. ``open_fen``: what of it is still missing."""

    part: Part
    settled_on: dt.date | None
    open_fen: int
    going: Going


@dataclass(frozen=True, slots=True)
class Verdict:
    """``breached_on``: the first day on which the plan is broken. ``next``: the first part not yet paid."""

    going: Going
    parts: tuple[PartStanding, ...]
    open_fen: int
    breached_on: dt.date | None
    next: PartStanding | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for, apart from the bills."""

    basis: Basis
    months: int
    relief_percent: int
    first_due_on: dt.date


def months_of(basis: Basis, limits: Limits) -> tuple[int, int]:
    """The least and the most parts."""
    return MEDIATED_MONTHS if basis is Basis.MEDIATION else limits.months(basis is Basis.HARDSHIP)


def check_terms(wanted: Wanted, total_fen: int, today: dt.date, limits: Limits) -> None:
    """Raises ``Invalid`` naming the field, or ``TooSmall``."""
    basis, months, relief_percent, first_due_on = wanted.basis, wanted.months, wanted.relief_percent, wanted.first_due_on
    least, most = months_of(basis, limits)
    if not least <= months <= most:
        raise Invalid(field="期数", reason=Phrase("应在 {least} 到 {most} 期之间", least=least, most=most))
    if basis is not Basis.HARDSHIP and relief_percent:
        raise Invalid(field="违约金减免", reason="只有困难分期可以减免违约金；调解减的，按调解减让")
    if basis is Basis.HARDSHIP and not limits.relief_least <= relief_percent <= limits.relief_most:
        raise Invalid(field="违约金减免", reason=Phrase("应在 {least}% 到 {most}% 之间", least=limits.relief_least, most=limits.relief_most))
    if not today <= first_due_on <= today + limits.first_within * DAY:
        raise Invalid(field="首期到期日", reason=Phrase("应在今天到 {days} 天之内", days=limits.first_within))
    if total_fen < months:
        raise Invalid(field="账单", reason="没有可以分期的本金")
    if basis is Basis.POLICY and total_fen < limits.large_fen:
        raise TooSmall(least=yuan_text(limits.large_fen), sum=yuan_text(total_fen))


def schedule(total_fen: int, months: int, first_due_on: dt.date) -> tuple[Part, ...]:
    """``months`` equal parts, conserved to the fen: odd fen go to the first ones. Due on the day of the first, or on a
    shorter month's last day."""
    month = Month.of(first_due_on)
    amounts = allocate(total_fen, [1] * months)
    return tuple(Part(n + 1, month.plus(n).day(first_due_on.day), fen) for n, fen in enumerate(amounts))


def last_day(part: Part, grace_days: int) -> dt.date:
    """The last day on which a part may be paid without breaking the plan."""
    return part.due_on + grace_days * DAY


def _settled_since(total_fen: int, settlements: Sequence[Settlement], leaves_fen: int, today: dt.date) -> dt.date | None:
    """Since when, up to ``today``, no more than ``leaves_fen`` was open; None where more is."""
    left, since = total_fen, dt.date.min if total_fen <= leaves_fen else None
    by_day: dict[dt.date, int] = {}
    for one in settlements:
        if one.on <= today:
            by_day[one.on] = by_day.get(one.on, 0) + one.amount_fen
    for on in sorted(by_day):
        left += by_day[on]
        since = None if left > leaves_fen else since or on
    return since


def judge(parts: Sequence[Part], total_fen: int, settlements: Sequence[Settlement], today: dt.date, grace_days: int) -> Verdict:
    """How a plan stands at the end of ``today``.

    ``total_fen`` is what the covered receivables were billed, ``settlements`` everything that changed their principal.
    """
    left = total_fen + sum(one.amount_fen for one in settlements if one.on <= today)
    rows, behind, breaches = [], sum(part.amount_fen for part in parts), []
    for part in parts:
        behind -= part.amount_fen
        since = _settled_since(total_fen, settlements, behind, today)
        missing = min(part.amount_fen, max(0, left - behind))
        limit = last_day(part, grace_days)
        if since is not None:
            going = Going.KEPT if since <= limit else Going.BREACHED
        else:
            going = Going.DUE if today <= part.due_on else Going.LATE if today <= limit else Going.BREACHED
        if going is Going.BREACHED:
            breaches.append(limit + DAY)
        rows.append(PartStanding(part, since, missing, going))
    first_open = next((row for row in rows if row.settled_on is None), None)
    whole = Going.BREACHED if breaches else Going.COMPLETED if first_open is None else first_open.going
    return Verdict(Going.KEPT if whole is Going.DUE else whole, tuple(rows), max(0, left), min(breaches, default=None), first_open)


def hold_ends(starts_on: dt.date, planned: dt.date, found_on: dt.date) -> dt.date:
    """The last day of a plan's hold once its breach is found on ``found_on``: the day before, never earlier, and never
    later than was planned."""
    return max(starts_on, min(planned, found_on - DAY))


def relief_fen(payable_fen: int, percent: int) -> int:
    """What is let off of a late fee still payable, rounded half up."""
    return round_half_up(Decimal(payable_fen) * percent / 100)


@dataclass(frozen=True, slots=True)
class Limitation:
    """What a plan does to the limitation of action 诉讼时效: agreeing interrupts it (article 195), and it runs from the last
    part's due day (article 189). Only a signed plan proves that the debtor agreed."""

    agreed_on: dt.date
    runs_from: dt.date
    signed_on: dt.date | None


def limitation(agreed_on: dt.date, parts: Sequence[Part], signed_on: dt.date | None) -> Limitation:
    return Limitation(agreed_on, max(part.due_on for part in parts), signed_on)
