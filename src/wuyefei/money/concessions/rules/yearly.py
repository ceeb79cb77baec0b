"""A year paid ahead 年付优惠 (product row C3): what it earns, until when it has to be paid. Pure.

The discount belongs to a bill of a year that was asked for and is paid in full by its deadline. Money that merely lies as
prepayment earns nothing. A year that is not paid by then is taken back whole and billed by the usual cycles.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum

from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase


@dataclass(frozen=True, slots=True)
class YearTerms:
    """``early_*`` and ``near_*``: so many percent where the year is paid so many months before it begins. ``delivery_*``: the
    offer of a new delivery, so many percent, within so many days of it, to be paid within ``delivery_pay`` days of asking."""

    early_months: int = 3
    early_percent: int = 5
    near_months: int = 1
    near_percent: int = 3
    delivery_percent: int = 10
    delivery_days: int = 90
    delivery_pay: int = 15


DEFAULT_TERMS = YearTerms()

TERM_NAMES: dict[str, str] = {
    "early_months": "早付提前几个月", "early_percent": "早付优惠百分比", "near_months": "近付提前几个月", "near_percent": "近付优惠百分比",
    "delivery_percent": "新交付优惠百分比", "delivery_days": "新交付优惠在交付后多少天内", "delivery_pay": "新交付优惠的付款天数",
}  # fmt: skip
TERM_BOUNDS: dict[str, tuple[int, int]] = {
    "early_months": (1, 11), "early_percent": (0, 30), "near_months": (0, 11), "near_percent": (0, 30), "delivery_percent": (0, 50),
    "delivery_days": (0, 730), "delivery_pay": (1, 60),
}  # fmt: skip
"""What a firm may set at all."""


class Offer(StrEnum):
    EARLY = "early"
    NEAR = "near"
    DELIVERY = "delivery"


OFFER_NAMES: dict[Offer, str] = {Offer.EARLY: "早付一年", Offer.NEAR: "近付一年", Offer.DELIVERY: "新交付付一年"}


class YearState(StrEnum):
    ASKED = "asked"
    BILLED = "billed"
    EARNED = "earned"
    LAPSED = "lapsed"
    REFUSED = "refused"


YEAR_STATE_NAMES: dict[YearState, str] = {
    YearState.ASKED: "待审批", YearState.BILLED: "待付款", YearState.EARNED: "已付清", YearState.LAPSED: "逾期作废", YearState.REFUSED: "未通过",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer open today: ``percent`` off where all is paid by ``deadline`` (included)."""

    offer: Offer
    percent: int
    deadline: dt.date


class OfferOver(DomainError):
    code = "offer_over"
    message = "这项优惠今天已经不能用了：要在 {day} 以前付清一年。"


class YearChanged(DomainError):
    code = "year_changed"
    message = "提出以后价格、缴费人或已出账的月份有变动，请退回后重新提出。"


class YearHindered(DomainError):
    code = "year_hindered"
    message = "这一年不能提前出账：{reason}。"


class YearOpen(DomainError):
    code = "year_open"
    message = "这条计费已有一笔年付在办理（{start} 起）。"


def check_year_terms(terms: YearTerms) -> None:
    """Raises ``Invalid`` naming the field."""
    for name, (least, most) in TERM_BOUNDS.items():
        if not least <= getattr(terms, name) <= most:
            raise Invalid(field=TERM_NAMES[name], reason=Phrase("应在 {least} 到 {most} 之间", least=least, most=most))
    if terms.near_months >= terms.early_months:
        raise Invalid(field=TERM_NAMES["early_months"], reason=Phrase("应大于「{what}」", what=TERM_NAMES["near_months"]))


def offers(start: Month, today: dt.date, delivered_on: dt.date | None, terms: YearTerms) -> list[Offered]:
    """What a year from ``start`` on may earn if asked for today, the highest first; empty where nothing is open."""
    found = [
        Offered(Offer.EARLY, terms.early_percent, start.plus(-terms.early_months).first),
        Offered(Offer.NEAR, terms.near_percent, start.plus(-terms.near_months).first),
    ]
    if delivered_on is not None and delivered_on <= today:
        last = delivered_on + terms.delivery_days * DAY
        if today <= last:
            found.append(Offered(Offer.DELIVERY, terms.delivery_percent, min(last, today + terms.delivery_pay * DAY)))
    return sorted((one for one in found if one.percent and today <= one.deadline), key=lambda one: -one.percent)


def year_state(open_fen: int, deadline: dt.date, today: dt.date) -> YearState:
    """How a billed year stands by what is still open of it at the end of ``today``."""
    if not open_fen:
        return YearState.EARNED
    return YearState.BILLED if today <= deadline else YearState.LAPSED


def terms_to_plain(terms: YearTerms) -> dict[str, int]:
    return asdict(terms)


def terms_of_plain(values: Mapping[str, int]) -> YearTerms:
    """The inverse of ``terms_to_plain``; what an older row did not know has its default."""
    return YearTerms(**{one.name: int(values[one.name]) for one in fields(YearTerms) if one.name in values})
