"""Everything a run of a community and month is computed from, read in a handful of queries."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from django.db import connection
from django.db.models import Max

from wuyefei.estate.contracts.public import LineFact, contract_terms, each_line_for_billing
from wuyefei.estate.contracts.public import Terms as ContractTerms
from wuyefei.estate.occupancy.public import Sharing, SharingFact, bulk_payer_ties, payer_spans, sharing_facts
from wuyefei.estate.tariffs.public import (
    SCHEDULED,
    ChargeItem,
    prices_of,
    quantity_for,
    tariff_terms,
)
from wuyefei.foundation.kernel.dates import DAY, LATEST, Month, Span

from .kinds import UNPRICED, WITHOUT, Priced, Scheduler, plain_prices
from .models import Receivable
from .rules.drafting import Gap, Last, LineFacts, Terms, share_from
from .rules.proration import Convention
from .rules.sharing import Slot, slices

LONGEST_CYCLE = 12
CHUNK = 10_000
"""Lines whose payers and history are read at once: memory does not grow with the community."""

Payers = Sequence[tuple[int, Span]]
Before = tuple[tuple[Span, ...], Last | None]
NEVER: Before = ((), None)


class Found(NamedTuple):
    """A contract line with everything its drafts follow from. ``facts`` is shared by all lines that are charged alike:
    line and property in it are those of the first of them, ``line`` has the line's own."""

    line: LineFact
    facts: LineFacts
    terms: Terms
    payers: Payers
    billed: tuple[Span, ...]
    last: Last | None


def community_facts(
    community_id: int, month: Month, property_ids: Collection[int] = (), item_ids: Collection[int] = ()
) -> Iterator[list[Found | Gap]]:
    """The facts of each contract line that may be billed by the end of ``month``, in chunks; a gap where a quantity is
    missing. Between two chunks no statement is under way, so that the caller may write."""
    finder = _Finder(community_id, month.plus(LONGEST_CYCLE).last)
    lines = (
        line
        for line in each_line_for_billing(community_id, dt.date.min, month.last, property_ids)
        if not item_ids or line.item_id in item_ids
    )
    while chunk := list(islice(lines, CHUNK)):
        yield finder.find(chunk)


class _Finder:
    """What the lines of a community share, read once."""

    def __init__(self, community_id: int, horizon: dt.date) -> None:
        self.community_id, self.horizon = community_id, horizon
        self.tariffs = tariff_terms(community_id)
        self.listed = prices_of(self.tariffs)
        self.prices = {
            tariff_id: plain_prices(self.tariffs[tariff_id].method, rows, horizon) for tariff_id, rows in self.listed.items()
        }
        self.terms = {key: _terms(row) for key, row in contract_terms(community_id).items()}
        self.shared_homes = set(Sharing.objects.filter(community_id=community_id).values_list("property_id", flat=True))
        self._alike: dict[tuple[object, ...], LineFacts] = {}

    def find(self, lines: list[LineFact]) -> list[Found | Gap]:
        ties = bulk_payer_ties(self.community_id, {line.property_id for line in lines})
        before = _billed_before([line.line_id for line in lines])
        shared = sharing_facts({line.property_id for line in lines} & self.shared_homes)
        slots = slots_before([line.line_id for line in lines if line.property_id in shared])
        scheduler = Scheduler(lines, self.horizon)
        payers: dict[tuple[int, dt.date], Payers] = {}
        found: list[Found | Gap] = []
        for line in lines:
            try:
                facts = self._scheduled(line, scheduler) if line.method in SCHEDULED else self._facts(line)
            except UNPRICED as error:
                found.append(Gap(line.property_id, line.property_code, self._whole(line.starts_on), WITHOUT[type(error)]))
                continue
            place = line.property_id, line.starts_on
            if place not in payers:
                payers[place] = payer_spans(ties.get(line.property_id, ()), self._whole(line.starts_on))
            one = Found(line, facts, self.terms[line.contract_id], payers[place], *before.get(line.line_id, NEVER))
            known = shared.get(line.property_id)
            found += [one] if known is None else split(one, known, slots.get(line.line_id, ()))
        return found

    def _whole(self, first: dt.date) -> Span:
        return Span(first, max(self.horizon, first))

    def _facts(self, line: LineFact) -> LineFacts:
        """Raises ``AreaMissing`` and ``QuantityMissing``."""
        key = line.tariff_id, line.area, line.inner_area, line.quantity, line.starts_on, line.ends_on
        known = self._alike.get(key)
        if known is None:
            quantity = quantity_for(line.method, line.basis, line.area, line.inner_area, line.quantity)
            known = self._alike[key] = self._of(line, Priced(quantity, *self.prices.get(line.tariff_id, ([], {}))))
        return known

    def _scheduled(self, line: LineFact, scheduler: Scheduler) -> LineFacts:
        """A line priced by what its property brings: shared by all that bring the same. Raises one of ``UNPRICED``."""
        parts = scheduler.parts(line)
        key = line.tariff_id, parts, line.starts_on, line.ends_on
        known = self._alike.get(key)
        if known is None:
            known = self._alike[key] = self._of(line, scheduler.priced(line, parts, self.listed.get(line.tariff_id, [])))
        return known

    def _of(self, line: LineFact, priced: Priced) -> LineFacts:
        own_income = self.tariffs[line.tariff_id].nature == ChargeItem.Nature.INCOME
        return LineFacts(
            line.line_id, line.property_id, line.property_code, line.item_id, line.tariff_id, line.starts_on, line.ends_on,
            priced.quantity, priced.prices, priced.versions, line.tax_rate, own_income,
        )  # fmt: skip


def _terms(row: ContractTerms) -> Terms:
    return Terms(
        row.contract_id, row.starts_on, row.ends_on, row.cycle_months, Month.of(row.cycle_anchor), row.due_month,
        row.due_day, Convention(row.convention), row.late_fee_rate, row.late_fee_cap, row.allocation_order,
    )  # fmt: skip


def split(one: Found, agreed: Sequence[SharingFact], billed: Sequence[Slot]) -> list[Found]:
    """The line as each of its payers owes it: one fact for each share of an agreement, and one for days without any."""
    known = [(fact.span, [(portion.person_id, portion.share) for portion in fact.portions]) for fact in agreed]
    found = []
    for piece in slices(Span(one.line.starts_on, LATEST), one.payers, known, billed, one.last):
        prices = [replace(price, share=piece.share) for price in one.facts.prices] if piece.share else one.facts.prices
        facts = replace(one.facts, prices=prices) if piece.share else one.facts
        found.append(Found(one.line, facts, one.terms, piece.payers, piece.billed, piece.last))
    return found


_SLOTS = """
SELECT contract_line_id, prices->0->'share', service_from, service_to, amount_fen, quantity, payer_id, prices->-1->>'per_unit',
  prices->-1->>'fixed' FROM billing_receivable WHERE contract_line_id = ANY(%s) AND reversed_at IS NULL ORDER BY service_from, id
"""


def slots_before(line_ids: list[int]) -> dict[int, list[Slot]]:
    """What was billed of lines that several pay, share by share."""
    found: dict[int, list[Slot]] = {}
    if not line_ids:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_SLOTS, [line_ids])
        for line_id, share, first, to, amount, quantity, payer_id, per_unit, fixed in cursor.fetchall():
            last = Last(amount, quantity, payer_id, Span(first, to), (Decimal(per_unit or 0), Decimal(fixed or 0)))
            found.setdefault(line_id, []).append(Slot(share_from(json.loads(share) if isinstance(share, str) else share), last))
    return found


_BEFORE = """
SELECT l.id, b.days, r.amount_fen, r.quantity, r.payer_id, r.service_from, r.service_to, r.prices->-1->>'per_unit',
  r.prices->-1->>'fixed'
FROM unnest(%s::bigint[]) AS l(id)
CROSS JOIN LATERAL (SELECT range_agg(daterange(service_from, service_to, '[]'))::text AS days FROM billing_receivable
  WHERE contract_line_id = l.id AND reversed_at IS NULL) b
CROSS JOIN LATERAL (SELECT amount_fen, quantity, payer_id, service_from, service_to, prices FROM billing_receivable
  WHERE contract_line_id = l.id AND reversed_at IS NULL ORDER BY service_from DESC LIMIT 1) r
"""


def _billed_before(line_ids: list[int]) -> dict[int, Before]:
    """The days of each contract line that receivables already charge, neighbouring days joined, and the latest of them."""
    days: dict[str, tuple[Span, ...]] = {}
    numbers: dict[str, Decimal] = {}

    def spans(text: str) -> tuple[Span, ...]:
        if text not in days:
            days[text] = tuple(_range(part) for part in text.strip("{}[)").split("),["))
        return days[text]

    def number(text: str | None) -> Decimal:
        if text is None:
            return Decimal(0)
        return numbers[text] if text in numbers else numbers.setdefault(text, Decimal(text))

    with connection.cursor() as cursor:
        cursor.execute(_BEFORE, [line_ids])
        return {
            line_id: (spans(text), Last(amount, quantity, payer_id, Span(first, to), (number(per_unit), number(fixed))))
            for line_id, text, amount, quantity, payer_id, first, to, per_unit, fixed in cursor.fetchall()
        }


def _range(text: str) -> Span:
    """``2026-01-01,2026-02-01``, the end outside, as PostgreSQL writes every range of days."""
    first, end = text.split(",")
    return Span(dt.date.fromisoformat(first), dt.date.fromisoformat(end) - DAY)


def last_billed_day(tariff_id: int) -> dt.date | None:
    """The last day that a published bill charges at this tariff: its price may change only after it."""
    found = Receivable.objects.filter(tariff_id=tariff_id, reversed_at__isnull=True).aggregate(last=Max("service_to"))
    day: dt.date | None = found["last"]
    return day


def billed_between(property_id: int, first: dt.date, last: dt.date) -> dt.date | None:
    """The last day that a standing bill of a run charges at a property, of those that reach into the days named."""
    rows = Receivable.objects.filter(property_id=property_id, kind=Receivable.Kind.RUN, reversed_at__isnull=True)
    day: dt.date | None = rows.filter(service_to__gte=first, service_from__lte=last).aggregate(last=Max("service_to"))["last"]
    return day
