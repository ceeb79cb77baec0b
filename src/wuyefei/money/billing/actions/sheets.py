"""Receivables booked from a sheet that a room above has worked out and a second person has approved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from wuyefei.estate.contracts.public import Terms, contract_terms
from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.kernel.dates import Month, Span
from wuyefei.foundation.kernel.money import tax_included
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.inserting import drafts, insert_many
from wuyefei.money.ledger.public import post

from ..models import Receivable
from ..postings import gross_postings
from ..rules.proration import Convention
from .published import keep_deposits


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One line: who owes what for which days; the contract whose late-fee clause covers the property, if any."""

    property_id: int
    payer_id: int
    span: Span
    quantity: Decimal
    amount_fen: int
    contract_id: int | None


def book_sheet(
    sheet_id: int, rows: Sequence[SheetRow], *, actor: Actor, community: Community, item: ChargeItem, due_on: date, memo: str,
    expected_on: date | None = None,
) -> list[Receivable]:
    """Book the rows in the running transaction, with one entry for all, in their order.

    Late fee runs by the contract's clause, and only on the firm's own income: on what is collected for others, or held
    as a deposit, none is charged. ``expected_on``: when deposits among them should go back.
    """
    now, terms = clock.now(), contract_terms(community.pk)
    bill = drafts(
        Receivable, organisation_id=actor.organisation_id, community_id=community.pk, item_id=item.pk, due_on=due_on, prices=[],
        convention=Convention.CALENDAR.value, tax_rate=item.tax_rate, kind=Receivable.Kind.SHEET.value, memo=memo[:80], booked_at=now,
        accrued_exact=Decimal(0), accrued_to=due_on,
    )  # fmt: skip
    late_fees = {contract_id: _late_fee(terms.get(contract_id or 0), item) for contract_id in {row.contract_id for row in rows}}
    made: list[Receivable] = [
        bill(
            property_id=row.property_id, payer_id=row.payer_id, contract_id=row.contract_id, period=Month.of(row.span.last).first,
            service_from=row.span.first, service_to=row.span.last, quantity=row.quantity, amount_fen=row.amount_fen,
            tax_fen=tax_included(row.amount_fen, item.tax_rate), outstanding_fen=row.amount_fen, **late_fees[row.contract_id],
        )
        for row in rows
    ]  # fmt: skip
    insert_many(made)
    amount, tax = sum(row.amount_fen for row in made), sum(row.tax_fen for row in made)
    post("billing.sheet", sheet_id, gross_postings(item.nature, amount, tax, 0), actor=actor, community_id=community.pk,
         memo=f"{community.name} {memo}", booked_at=now)  # fmt: skip
    if item.nature == ChargeItem.Nature.DEPOSIT:
        for row in made:
            row.item = item
        keep_deposits(made, expected_on)
    return made


def _late_fee(terms: Terms | None, item: ChargeItem) -> dict[str, object]:
    own = item.nature == ChargeItem.Nature.INCOME
    return {
        "late_fee_rate": terms.late_fee_rate if terms and own else None,
        "late_fee_cap": terms.late_fee_cap if terms and own else None,
        "allocation_order": terms.allocation_order if terms else "law",
    }
