"""Everything a run of a community and month is computed from, read in a handful of queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator
from decimal import Decimal

from django.db.models import Max

from wuyefei.estate.contracts.public import LineFact, contract_terms, lines_for_billing
from wuyefei.estate.contracts.public import Terms as ContractTerms
from wuyefei.estate.occupancy.public import bulk_payer_ties, payer_spans
from wuyefei.estate.tariffs.public import (
    AreaMissing,
    ChargeItem,
    TariffTerms,
    prices_of,
    quantity_for,
    tariff_terms,
)
from wuyefei.foundation.kernel.dates import Month, Span

from .models import Receivable
from .rules.drafting import Gap, Last, LineFacts, Terms
from .rules.proration import Convention, Price

LONGEST_CYCLE = 12
Found = tuple[LineFacts, Terms, list[tuple[int, Span]], list[Span], Last | None]


def community_facts(
    community_id: int, month: Month, property_ids: Collection[int] = (), item_ids: Collection[int] = ()
) -> Iterator[Found | Gap]:
    """The facts of each contract line that may be billed by the end of ``month``; a gap where a quantity is missing."""
    horizon = month.plus(LONGEST_CYCLE).last
    lines = [
        line
        for line in lines_for_billing(community_id, dt.date.min, month.last)
        if (not property_ids or line.property_id in property_ids) and (not item_ids or line.item_id in item_ids)
    ]
    tariffs = tariff_terms(community_id)
    prices = _prices({line.tariff_id for line in lines})
    terms = {key: _terms(row) for key, row in contract_terms(community_id).items()}
    ties = bulk_payer_ties(community_id)
    billed, last = billed_spans(community_id), last_billed(community_id)
    for line in lines:
        whole = Span(line.starts_on, max(horizon, line.starts_on))
        try:
            quantity = quantity_for(line.method, line.basis, line.area, line.inner_area, line.quantity)
        except AreaMissing:
            yield Gap(line.property_id, line.property_code, whole, "no_area")
            continue
        facts = _facts(line, tariffs[line.tariff_id], quantity, prices.get(line.tariff_id, ([], {})))
        payers = payer_spans(ties.get(line.property_id, []), whole)
        yield facts, terms[line.contract_id], payers, billed.get(line.line_id, []), last.get(line.line_id)


def _prices(tariff_ids: set[int]) -> dict[int, tuple[list[Price], dict[dt.date, int]]]:
    return {
        tariff_id: (
            [Price(row.since, row.per_unit, row.fixed) for row in rows],
            {row.since: row.version_number for row in rows},
        )
        for tariff_id, rows in prices_of(tariff_ids).items()
    }


def _terms(row: ContractTerms) -> Terms:
    return Terms(
        row.contract_id, row.starts_on, row.ends_on, row.cycle_months, Month.of(row.cycle_anchor), row.due_month,
        row.due_day, Convention(row.convention), row.late_fee_rate, row.late_fee_cap, row.allocation_order,
    )  # fmt: skip


def _facts(
    line: LineFact, tariff: TariffTerms, quantity: Decimal, prices: tuple[list[Price], dict[dt.date, int]]
) -> LineFacts:
    return LineFacts(
        line.line_id, line.property_id, line.property_code, line.item_id, line.tariff_id, line.starts_on, line.ends_on,
        quantity, prices[0], prices[1], line.tax_rate, tariff.nature == ChargeItem.Nature.INCOME,
    )  # fmt: skip


def billed_spans(community_id: int) -> dict[int, list[Span]]:
    """The days of each contract line that a receivable already charges."""
    found: dict[int, list[Span]] = defaultdict(list)
    rows = Receivable.objects.filter(
        community_id=community_id, contract_line__isnull=False, reversed_at__isnull=True
    ).values_list("contract_line_id", "service_from", "service_to")
    for line_id, first, last in rows.iterator(chunk_size=20_000):
        found[line_id].append(Span(first, last))
    return found


def last_billed(community_id: int) -> dict[int, Last]:
    """The latest receivable of each contract line."""
    rows = (
        Receivable.objects.filter(community_id=community_id, contract_line__isnull=False, reversed_at__isnull=True)
        .order_by("contract_line_id", "-service_from")
        .distinct("contract_line_id")
        .values_list("contract_line_id", "amount_fen", "quantity", "payer_id", "service_from", "service_to", "prices")
    )
    return {
        line_id: Last(amount, quantity, payer_id, Span(first, last), _last_price(prices))
        for line_id, amount, quantity, payer_id, first, last, prices in rows.iterator(chunk_size=20_000)
    }


def _last_price(prices: list[dict[str, str]]) -> tuple[Decimal, Decimal]:
    if not prices:
        return Decimal(0), Decimal(0)
    return Decimal(prices[-1]["per_unit"]), Decimal(prices[-1]["fixed"])


def last_billed_day(tariff_id: int) -> dt.date | None:
    """The last day that a published bill charges at this tariff: its price may change only after it."""
    found = Receivable.objects.filter(tariff_id=tariff_id, reversed_at__isnull=True).aggregate(last=Max("service_to"))
    day: dt.date | None = found["last"]
    return day
