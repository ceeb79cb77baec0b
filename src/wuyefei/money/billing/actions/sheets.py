"""Receivables booked from a sheet that a room above has worked out and a second person has approved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from wuyefei.estate.contracts.public import Terms, contract_terms
from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.kernel.money import tax_included
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.arrays import array
from wuyefei.foundation.platform.copying import take_ids
from wuyefei.foundation.platform.statistics import written
from wuyefei.money.ledger.public import post

from ..models import Receivable
from ..postings import gross_postings
from ..rules.proration import Convention
from .published import keep_deposits


@dataclass(frozen=True, slots=True)
class SheetRows:
    """The lines by column, all equally long, in the order in which they are booked: who owes what for which days, and the
    contract whose late-fee clause covers the property, if any."""

    properties: Sequence[int]
    payers: Sequence[int]
    firsts: Sequence[date]
    lasts: Sequence[date]
    quantities: Sequence[Decimal]
    amounts: Sequence[int]
    contracts: Sequence[int | None]


def book_sheet(
    sheet_id: int, rows: SheetRows, *, actor: Actor, community: Community, item: ChargeItem, due_on: date, memo: str,
    expected_on: date | None = None,
) -> list[int]:
    """Book the rows in the running transaction, with one entry for all; the ids of the receivables, in their order.

    Late fee runs by the contract's clause, and only on the firm's own income: on what is collected for others, or held
    as a deposit, none is charged. ``expected_on``: when deposits among them should go back.
    """
    now, made = clock.now(), take_ids(Receivable, len(rows.amounts))
    tax_of = {fen: tax_included(fen, item.tax_rate) for fen in set(rows.amounts)}
    taxes = [tax_of[fen] for fen in rows.amounts]
    values = {
        "organisation": actor.organisation_id, "community": community.pk, "item": item.pk, "due_on": due_on, "now": now,
        "convention": Convention.CALENDAR.value, "tax_rate": item.tax_rate, "kind": Receivable.Kind.SHEET.value, "memo": memo[:80],
        "ids": array(made), "properties": array(rows.properties), "payers": array(rows.payers), "firsts": array(rows.firsts),
        "lasts": array(rows.lasts), "quantities": array(rows.quantities), "amounts": array(rows.amounts), "taxes": array(taxes),
        "contracts": array(rows.contracts), **_clauses(set(rows.contracts), community, item),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_BOOKED, values)
        written(Receivable, cursor.rowcount)
    post("billing.sheet", sheet_id, gross_postings(item.nature, sum(rows.amounts), sum(taxes), 0), actor=actor, community_id=community.pk,
         memo=f"{community.name} {memo}", booked_at=now)  # fmt: skip
    if item.nature == ChargeItem.Nature.DEPOSIT:
        keep_deposits(list(Receivable.objects.filter(pk__in=made).select_related("item").order_by("pk")), expected_on)
    return made


_BOOKED = """
INSERT INTO billing_receivable (id, organisation_id, community_id, item_id, contract_id, property_id, payer_id, period, service_from,
  service_to, due_on, quantity, prices, convention, amount_fen, tax_rate, tax_fen, deferred_fen, late_fee_rate, late_fee_cap,
  allocation_order, kind, memo, booked_at, outstanding_fen, late_fee_settled_fen, accrued_exact, accrued_to)
SELECT n.id, %(organisation)s, %(community)s, %(item)s, n.contract, n.property, n.payer, date_trunc('month', n.upto)::date, n.since,
  n.upto, %(due_on)s, n.quantity, '[]', %(convention)s, n.amount, %(tax_rate)s, n.tax, 0, c.rate, c.cap,
  COALESCE(c.ordering, 'law'), %(kind)s, %(memo)s, %(now)s, n.amount, 0, 0, %(due_on)s
FROM unnest(%(ids)s::bigint[], %(properties)s::bigint[], %(payers)s::bigint[], %(firsts)s::date[], %(lasts)s::date[],
    %(quantities)s::numeric[], %(amounts)s::bigint[], %(taxes)s::bigint[], %(contracts)s::bigint[])
  AS n(id, property, payer, since, upto, quantity, amount, tax, contract)
LEFT JOIN unnest(%(clauses)s::bigint[], %(rates)s::numeric[], %(caps)s::numeric[], %(orders)s::text[]) AS c(contract, rate, cap, ordering)
  ON c.contract = n.contract
ORDER BY n.id
"""


def _clauses(contracts: set[int | None], community: Community, item: ChargeItem) -> dict[str, Any]:
    """What each contract says of late fee and allocation, by column."""
    terms, known = contract_terms(community.pk), sorted(one for one in contracts if one is not None)
    found = [_late_fee(terms.get(one), item) for one in known]
    return {
        "clauses": known, "rates": [one["late_fee_rate"] for one in found], "caps": [one["late_fee_cap"] for one in found],
        "orders": [one["allocation_order"] for one in found],
    }  # fmt: skip


def _late_fee(terms: Terms | None, item: ChargeItem) -> dict[str, object]:
    own = item.nature == ChargeItem.Nature.INCOME
    return {
        "late_fee_rate": terms.late_fee_rate if terms and own else None,
        "late_fee_cap": terms.late_fee_cap if terms and own else None,
        "allocation_order": terms.allocation_order if terms else "law",
    }
