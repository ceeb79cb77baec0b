"""Confirmed turnovers with what each lease says of its month: the price in force, the minimum, the free days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from django.db.models import Q

from wuyefei.estate.contracts.public import LineFact, contract_terms, lines_for_billing
from wuyefei.estate.tariffs.public import (
    Parts,
    Tariff,
    TariffPrice,
    lease,
    price_on,
    prices_of,
    schedule,
    turnover,
)
from wuyefei.estate.turnover.public import Declaration, confirmed
from wuyefei.foundation.kernel.dates import LATEST, Month, Span
from wuyefei.money.billing.public import Convention, Price, charge_by_month

from .models import Line, Sheet
from .queries import payers_on
from .turnover import Declared, bands_json, free_days, stood


def declared(community_id: int, item_id: int, until: Month) -> list[Declared]:
    """Every confirmed turnover of an item's leases up to a month with its share's facts. For callers that have checked
    the place and hold the declarations' lock."""
    rows = confirmed(community_id, item_id, until)
    if not rows:
        return []
    lines = {line.line_id: line for line in lines_for_billing(community_id, Month.of(rows[0].month).first, until.last, Tariff.Method.RENT)}
    prices = prices_of(line.tariff_id for line in lines.values())
    conventions = {key: Convention(terms.convention) for key, terms in contract_terms(community_id).items()}
    before, found = _charged(community_id), []
    for row in rows:
        line = lines.get(row.line_id)
        if line is not None:
            one = _one(row, line, prices.get(line.tariff_id, []), conventions[line.contract_id], before.get((row.line_id, row.month), 0))
            found += [one] if one else []
    homes: dict[dt.date, list[int]] = {}
    for one in found:
        homes.setdefault(one.span.last, []).append(one.property_id)
    owing = {day: payers_on(ids, day) for day, ids in homes.items()}
    return [replace(one, payer_id=owing[one.span.last].get(one.property_id)) for one in found]


def _one(row: Declaration, line: LineFact, prices: Sequence[TariffPrice], convention: Convention, before_fen: int) -> Declared | None:
    """Without its payer yet. None where the lease does not run in the month any more, or its price then has no share."""
    month = Month.of(row.month)
    term = Span(line.starts_on, max(line.starts_on, line.ends_on or LATEST))
    span = term.overlap(Span(month.first, month.last))
    price = price_on(span.first, prices) if span else None
    if span is None or price is None or not price.terms["turnover"]:
        return None
    monthly = [Price(day.since, day.per_unit, day.fixed) for day in schedule(line.method, prices, Parts(Span(term.first, span.last), line.area, line.inner_area))]
    ((_month, minimum),) = charge_by_month(span, Decimal(1), monthly, convention)
    free = free_days(span, lease(price.terms, line.starts_on, line.area or Decimal(1)).free)
    bands = bands_json(turnover(price.terms))
    return Declared(row.pk, line.line_id, line.property_id, None, span, row.amount_fen, bands, minimum, free, before_fen)


def _charged(community_id: int) -> dict[tuple[int, dt.date], int]:
    """What standing lines charged in all, by lease and month's first day: drafts, and bills not reversed."""
    rows = Line.objects.filter(community_id=community_id, sheet__kind=Sheet.Kind.TURNOVER)
    rows = rows.filter(Q(receivable__isnull=True) | Q(receivable__reversed_at__isnull=True))
    return stood([part for inputs in rows.values_list("inputs", flat=True) for part in inputs["parts"]])
