"""The definitions of the measures. A change of meaning is a new version, never an edit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from wuyefei.foundation.kernel.dates import CHINA, DAY

PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Measure:
    key: str
    label: str
    version: int
    definition: str


MEASURES = (
    Measure("current", "当期收缴率", 1, "截止日前核销到当期应收的本金 ÷ 当期应收（减调整后）；到期日在当期的应收属于当期，预存抵扣计入，违约金不计"),
    Measure("household", "户数收缴率", 1, "当期应收全部缴清的户数 ÷ 当期有应收的户数；一处房产为一户"),
    Measure("clearance", "清欠率", 1, "当期内核销到期初欠费的本金 ÷ 期初欠费；期初欠费为期初时已到期未缴的应收"),
    Measure("overall", "综合收缴率", 1, "（当期已收 + 已清欠费）÷（当期应收 + 期初欠费）"),
    Measure("ageing", "账龄", 1, "截止日减到期日的天数：未到期、0–30、31–90、91–180、181–365 天、1–2 年、2 年以上"),
)  # fmt: skip


class Bucket(StrEnum):
    NOT_DUE = "not_due"
    DAYS_0_30 = "0-30"
    DAYS_31_90 = "31-90"
    DAYS_91_180 = "91-180"
    DAYS_181_365 = "181-365"
    YEARS_1_2 = "366-730"
    OVER_2_YEARS = "731+"


BUCKET_NAMES: dict[Bucket, str] = {
    Bucket.NOT_DUE: "未到期",
    Bucket.DAYS_0_30: "0–30 天",
    Bucket.DAYS_31_90: "31–90 天",
    Bucket.DAYS_91_180: "91–180 天",
    Bucket.DAYS_181_365: "181–365 天",
    Bucket.YEARS_1_2: "1–2 年",
    Bucket.OVER_2_YEARS: "2 年以上",
}

_FROM: tuple[tuple[int, Bucket], ...] = (
    (731, Bucket.OVER_2_YEARS),
    (366, Bucket.YEARS_1_2),
    (181, Bucket.DAYS_181_365),
    (91, Bucket.DAYS_91_180),
    (31, Bucket.DAYS_31_90),
    (0, Bucket.DAYS_0_30),
)


BUCKET_FROM: dict[Bucket, int] = {bucket: first for first, bucket in _FROM}
"""The first day since the due date of each bucket of arrears, the oldest bucket first."""


def days_due(due_on: dt.date, as_of: dt.date) -> int:
    """Days since the due date: 0 on it, negative before it."""
    return (as_of - due_on).days


def bucket_of(days: int) -> Bucket:
    """The ageing bucket for days since the due date; before it nothing is in arrears."""
    return next((bucket for first, bucket in _FROM if days >= first), Bucket.NOT_DUE)


def rate(part_fen: int, whole_fen: int) -> Decimal | None:
    """``part ÷ whole`` to four places, half up; None where there is nothing to divide by."""
    if whole_fen <= 0:
        return None
    return (Decimal(part_fen) / whole_fen).quantize(PLACES, rounding=ROUND_HALF_UP)


def end_of(day: dt.date) -> dt.datetime:
    """The first moment after ``day`` in China: what was booked before it is seen by a report as of ``day``."""
    return dt.datetime.combine(day + DAY, dt.time(), tzinfo=CHINA)
