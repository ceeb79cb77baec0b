"""The days that a matter must not miss, each from facts; the earliest is its next step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.workdays import WorkCalendar

from .eligibility import CONFIRM_DAYS, FOLLOW_UP_DAYS, demand_over
from .limitation import enforce_by, years_after
from .road import Step

POST_WORKDAYS = 3
TRACK_DAYS = 7
PREPARE_WORKDAYS = 5
REVIEW_DAYS = 30
SUE_DAYS = 30
"""After property was preserved before a suit (Civil Procedure Law (2023) 104)."""
OBJECT_DAYS = 15
"""The debtor may object to a payment order so long after it was served (Civil Procedure Law (2023) 227)."""
SHARE_DAYS = 15
"""A creditor may object to a plan of distribution so long after receiving it (the Supreme People's Court's interpretation of the Civil
Procedure Law 509)."""
HELD_YEARS = {"account": 1, "goods": 2, "land": 3}
"""How long a preservation lasts at most without renewal: deposits, movables, land and other rights (the Supreme People's Court's
interpretation of the Civil Procedure Law)."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A demand letter: made, posted, delivered or returned."""

    made_on: dt.date
    posted_on: dt.date | None = None
    delivered_on: dt.date | None = None
    returned_on: dt.date | None = None
    followed: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What the events of a matter say of days."""

    step: Step
    since: dt.date
    mails: tuple[Mail, ...] = ()
    agreed_on: dt.date | None = None
    last_on: dt.date | None = None
    confirmed: bool = False
    hearing_on: dt.date | None = None
    effective_on: dt.date | None = None
    perform_by: dt.date | None = None
    limitation_on: dt.date | None = None
    held: tuple[tuple[dt.date, str], ...] = ()
    served_on: dt.date | None = None
    declare_by: dt.date | None = None
    shared_on: dt.date | None = None


BEFORE_COURT = (Step.PREPARE, Step.DEMAND, Step.MEDIATION, Step.PERFORMING)
"""While a letter is still to be looked after; in court it is evidence and no more."""


@dataclass(frozen=True, order=True, slots=True)
class Deadline:
    on: dt.date
    what: str


def deadlines(known: Known, calendar: WorkCalendar, today: dt.date) -> list[Deadline]:
    """Every day that counts now, the earliest first; a review where nothing else does."""
    letters = _mail(known.mails, calendar) if known.step in BEFORE_COURT else ()
    found = [*letters, *_step(known, calendar, today), *_held(known, today), *_among_creditors(known, today)]
    if known.limitation_on is not None and known.step in BEFORE_COURT:
        found.append(Deadline(known.limitation_on, "诉讼时效届满"))
    return sorted(found or [Deadline(known.since + DAY * REVIEW_DAYS, "复查案件")])


def _mail(mails: Iterable[Mail], calendar: WorkCalendar) -> Iterable[Deadline]:
    for mail in mails:
        if mail.returned_on is not None:
            continue
        if mail.posted_on is None:
            yield Deadline(calendar.add(mail.made_on, POST_WORKDAYS), "交寄催款函")
        elif mail.delivered_on is None:
            yield Deadline(mail.posted_on + DAY * TRACK_DAYS, "查询邮件是否送达")
        elif not mail.followed:
            yield Deadline(mail.delivered_on + DAY * FOLLOW_UP_DAYS, "送达后回访")


def _step(known: Known, calendar: WorkCalendar, today: dt.date) -> Iterable[Deadline]:
    if known.step is Step.PREPARE and not known.mails:
        yield Deadline(calendar.add(known.since, PREPARE_WORKDAYS), "出具催款函")
    if known.step is Step.DEMAND:
        ends = [demand_over(mail.delivered_on, calendar) for mail in known.mails if mail.delivered_on]
        if ends:
            yield Deadline(max(ends), "催告期满，决定下一步")
    if known.step is Step.PERFORMING and known.agreed_on is not None:
        if not known.confirmed and known.agreed_on + DAY * CONFIRM_DAYS >= today:
            yield Deadline(known.agreed_on + DAY * CONFIRM_DAYS, "申请司法确认的最后一日")
        if known.last_on is not None:
            yield Deadline(known.last_on, "协议最后一期")
    if known.step is Step.COURT and known.hearing_on is not None and known.hearing_on >= today:
        yield Deadline(known.hearing_on, "开庭")
    if known.step is Step.COURT and known.served_on is not None:
        yield Deadline(known.served_on + DAY * OBJECT_DAYS, "支付令异议期满")
    if known.step is Step.JUDGED and known.effective_on is not None:
        if known.perform_by is not None and known.perform_by >= today:
            yield Deadline(known.perform_by, "判决履行期满")
        yield Deadline(enforce_by(known.effective_on, known.perform_by), "申请执行的最后一日")


def _held(known: Known, today: dt.date) -> Iterable[Deadline]:
    """Of what was preserved: by when to sue, and by when to ask for renewal."""
    for on, target in known.held:
        if known.step in BEFORE_COURT:
            yield Deadline(on + DAY * SUE_DAYS, "诉前保全后起诉的最后一日")
        ends = years_after(on, HELD_YEARS[target])
        if ends >= today:
            yield Deadline(ends, "财产保全到期，申请续行")


def _among_creditors(known: Known, today: dt.date) -> Iterable[Deadline]:
    """Of a claim declared beside other creditors: its last day, and until when the plan may be objected to."""
    if known.declare_by is not None and known.declare_by >= today:
        yield Deadline(known.declare_by, "债权申报期限最后一日")
    if known.shared_on is not None and known.shared_on + DAY * SHARE_DAYS >= today:
        yield Deadline(known.shared_on + DAY * SHARE_DAYS, "分配方案异议期满")
