"""The definitions of the measures. A change of meaning is a new version, never an edit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import StrEnum

from wuyefei.foundation.kernel.dates import CHINA, DAY

PLACES = Decimal("0.0001")
RATIO_PLACES = Decimal("0.000000000001")


@dataclass(frozen=True, slots=True)
class Measure:
    key: str
    label: str
    version: int
    definition: str


MEASURES = (
    Measure("due", "应收", 1, "到期日在账期内的应收本金，加减截止日前入账的调整与红冲"),
    Measure("paid", "已收", 1, "截止日前核销到当期应收的本金；预存抵扣计入，违约金不计，早于账期收到的也计"),
    Measure("current", "当期收缴率", 1, "截止日前核销到当期应收的本金 ÷ 当期应收（减调整后）；到期日在当期的应收属于当期，预存抵扣计入，违约金不计"),
    Measure("household", "户数收缴率", 1, "当期应收全部缴清的户数 ÷ 当期有应收的户数；一处房产为一户"),
    Measure("clearance", "清欠率", 1, "当期内核销到期初欠费的本金 ÷ 期初欠费；期初欠费为期初时已到期未缴的应收"),
    Measure("overall", "综合收缴率", 1, "（当期已收 + 已清欠费）÷（当期应收 + 期初欠费）"),
    Measure("received", "收款", 1, "收款日在账期内的实收金额，按收款方式；截止日前作废的不计，预存抵扣与期初预存不计"),
    Measure("online", "线上缴费率", 1, "线上方式（微信、支付宝、扫码）的收款 ÷ 全部收款，按金额"),
    Measure("ageing", "账龄", 1, "截止日减到期日的天数：未到期、0–30、31–90、91–180、181–365 天、1–2 年、2 年以上"),
    Measure("dso", "应收周转天数", 1, "（期初欠费 + 期末欠费）÷ 2 ÷ 账期内到期的应收 × 天数；账期未结束时算到截止日"),
)  # fmt: skip
DEFINED: dict[str, Measure] = {measure.key: measure for measure in MEASURES}
VERSION = max(measure.version for measure in MEASURES)
"""The version printed beside figures: the latest of any definition."""

MEAN_ALL, MEAN_RESIDENTIAL, MEAN_COMMERCIAL = Decimal("0.842"), Decimal("0.92"), Decimal("0.70")
"""The industry means of the current-period rate: all properties, residential, commercial (product row J1)."""
TARGET_OVER_MEAN = Decimal("0.03")
"""Where nobody has set a target it is the mean and three points (product row J1: three to five)."""
COMMERCIAL_KINDS = frozenset({"shop", "office"})
DSO_BAND = (30, 45)
"""Healthy days for commercial property (product row J4)."""
DSO_PLACES = Decimal("0.1")


def mean_of(kind: str = "") -> Decimal:
    """The industry mean for a property kind; of all properties where no kind, or one that has none of its own, is named."""
    if kind == "residential":
        return MEAN_RESIDENTIAL
    return MEAN_COMMERCIAL if kind in COMMERCIAL_KINDS else MEAN_ALL


def default_target(kind: str = "") -> Decimal:
    return mean_of(kind) + TARGET_OVER_MEAN


def dso(opening_fen: int, closing_fen: int, billed_fen: int, days: int) -> Decimal | None:
    """Days sales outstanding to one place, half up; None where nothing was billed."""
    if billed_fen <= 0:
        return None
    exact = Decimal(opening_fen + closing_fen) * days / (2 * billed_fen)
    return exact.quantize(DSO_PLACES, rounding=ROUND_HALF_UP)


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


def ratio(part_fen: int, whole_fen: int) -> Decimal | None:
    """``part ÷ whole`` unrounded (twelve places kept), to be rounded once where it is shown; None as for ``rate``."""
    if whole_fen <= 0:
        return None
    return (Decimal(part_fen) / whole_fen).quantize(RATIO_PLACES, rounding=ROUND_DOWN)


def rate(part_fen: int, whole_fen: int) -> Decimal | None:
    """``part ÷ whole`` to four places, half up; None where there is nothing to divide by."""
    if whole_fen <= 0:
        return None
    return (Decimal(part_fen) / whole_fen).quantize(PLACES, rounding=ROUND_HALF_UP)


def end_of(day: dt.date) -> dt.datetime:
    """The first moment after ``day`` in China: what was booked before it is seen by a report as of ``day``."""
    return dt.datetime.combine(day + DAY, dt.time(), tzinfo=CHINA)
