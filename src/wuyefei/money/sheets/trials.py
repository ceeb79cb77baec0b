"""Every kind of charge that can be tried out, and those whose price follows the season or the hour."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from django.utils.translation import gettext as _

from wuyefei.estate.tariffs.rules.public import (
    BAND_CODES,
    Dial,
    Figure,
    TariffPrice,
    by_season,
    check_terms,
    stretch,
    typed_seasons,
)
from wuyefei.foundation.kernel.dates import DAY, Span
from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.kernel.money import parse_decimal
from wuyefei.money.billing.public import Convention, Price, charge_by_month, explain

from . import trying
from .explaining import StepLine, plain, price_lines
from .prices import REST, seasonal
from .stages import Stage, Stretched, charged, no_price, unpriced
from .trying import MOST_ROWS, Data, Tried, rows

AREA = "area"


def seasons(data: Data) -> Tried:
    """A monthly price by area, another in some seasons of the year, stretch by stretch."""
    span = Span(data["first"], data["last"])
    terms = check_terms(AREA, {"seasons": typed_seasons(AREA, data["seasons"])})
    days = by_season(AREA, [TariffPrice(span.first.replace(day=1), data["price"], Decimal(0), 1, terms)], span.last)
    found = [Price(row.since, row.per_unit, row.fixed, how=str(row.how.get("name", ""))) for row in days]
    steps = []
    for piece in explain(span, data["quantity"], found, Convention.CALENDAR, {}):
        how = _("整月 %(price)s 元 × %(quantity)s") % {"price": plain(piece.per_unit), "quantity": plain(data["quantity"])}
        if not piece.whole:
            how += _("，%(days)s ÷ %(whole)s 天") % {"days": piece.parts, "whole": piece.of}
        steps.append(StepLine(f"{piece.span.first} – {piece.span.last} {piece.how or _('其余日子')}", how, piece.amount_fen))
    return Tried(steps[:MOST_ROWS], sum(fen for _month, fen in charge_by_month(span, data["quantity"], found)))


def bands(data: Data) -> Tried:
    """Registers that count parts of the day: the use of each, and its charge."""
    since, on = data["since"], data["on"]
    steps, uses = [], []
    for words in rows(data["figures"], "各时段的起止", 3, 3):
        if words[0] not in BAND_CODES:
            raise Invalid(field="各时段的起止", reason=Phrase("「{name}」不是时段，应为尖、峰、平或谷", name=words[0]))
        start, end = (parse_decimal(word, "各时段的起止") for word in words[1:])
        piece = stretch(Dial(words[0], data["multiplier"], 9), Figure(since, start), Figure(on, end))
        times = "" if data["multiplier"] == 1 else f" × {plain(data['multiplier'])}"
        facts = {"start": plain(start), "end": plain(end), "times": times, "used": plain(piece.quantity)}
        steps.append(StepLine(words[0], _("（%(end)s − %(start)s）%(times)s → 用量 %(used)s") % facts))
        uses.append(Stretched(since, on, piece.quantity, BAND_CODES[words[0]]))
    price = data["steps"]
    stages = seasonal(price, data["seasons"], Span(since + DAY, on)) if data["seasons"] else [Stage(None, price.steps, bands=price.bands)]
    missing = unpriced({use.band for use in uses}, stages)
    if missing is not None:
        raise no_price(missing)
    parts = charged(uses, stages, Decimal(0))
    return Tried(steps + price_lines(parts, len(stages) > 1 or stages[0].name not in ("", REST)), sum(part.amount_fen for part in parts))


TRIALS: dict[str, Callable[[Data], Tried]] = {
    "area": trying.area, "seasons": seasons, "quantity": trying.quantity, "per_head": trying.per_head, "parking_day": trying.daily,
    "parking_own": trying.parking_own, "metered": trying.metered, "bands": bands, "shared": trying.shared, "rent": trying.rent,
    "turnover": trying.turnover, "deposit": trying.deposit, "formula": trying.formula,
}  # fmt: skip
