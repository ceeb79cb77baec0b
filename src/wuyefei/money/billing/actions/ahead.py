"""A year billed ahead, its discount, and taking it back where it was not paid in time (product row C3).

It is a receivable like one of a run, at the list price and at frozen prices, so that it is proved, transferred and reversed
like any other; the discount is an adjustment of it. Nothing is late on it: it lapses instead.
"""

from __future__ import annotations

import datetime as dt
import json

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.money import tax_included
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.ledger.public import Account, Posting, post

from ..facts import community_facts
from ..fees import refresh
from ..models import Adjustment, Receivable
from ..postings import gross_postings
from ..rules.ahead import YEAR_MONTHS, Hindrance, Year, year_of, year_span
from ..rules.drafting import Gap, frozen_prices, later_income
from .locks import lock_community
from .rebilling import DISCOUNT, REBILL, changed_later, defer
from .receivables import locked, reverse_row


def years_ahead(community_id: int, property_id: int, start: Month) -> dict[int, Year | Hindrance]:
    """By contract line of a property: its year from ``start`` on, or why it cannot be billed ahead. For callers that have
    checked the place."""
    found: dict[int, Year | Hindrance] = {}
    for chunk in community_facts(community_id, start.plus(YEAR_MONTHS - 1), [property_id]):
        for row in chunk:
            if isinstance(row, Gap):
                continue
            if not (row.facts.prices and row.facts.prices[0].share):
                found.setdefault(row.line.line_id, year_of(row.facts, row.terms, row.payers, row.billed, start))
            elif any(year_span(start).overlap(span) for _payer, span in row.payers):
                found[row.line.line_id] = Hindrance.PAYER  # several pay it by share
    return found


def bill_ahead(
    year: Year, line_id: int, *, property_id: int, community_id: int, due_on: dt.date, off_fen: int, request: Request, actor: Actor,
    words: str,
) -> Receivable:  # fmt: skip
    """Book a year and its discount on approval, which checks the permission; ``words`` tell the owner what it is."""
    lock_community(community_id)
    facts, terms, now = year.facts, year.terms, clock.now()
    amount, tax = year.amount_fen, tax_included(year.amount_fen, facts.tax_rate)
    later = later_income(year.months, amount - tax, Month.of(clock.today()))
    row = Receivable.objects.create(
        organisation_id=actor.organisation_id, community_id=community_id, contract_id=terms.contract_id, contract_line_id=line_id,
        property_id=property_id, payer_id=year.payer_id, item_id=facts.item_id, tariff_id=facts.tariff_id, period=year.span.first,
        service_from=year.span.first, service_to=year.span.last, due_on=due_on, quantity=facts.quantity,
        prices=json.loads(json.dumps(frozen_prices(facts, year.span))), convention=terms.convention.value, amount_fen=amount,
        tax_rate=facts.tax_rate, tax_fen=tax, deferred_fen=sum(later.values()), allocation_order=terms.allocation_order,
        kind=Receivable.Kind.RUN, memo=words[:80], booked_at=now, outstanding_fen=amount, accrued_to=due_on,
    )  # fmt: skip
    defer(row, later, REBILL)
    post("billing.ahead", row.pk, gross_postings(row.item.nature, amount, tax, row.deferred_fen), actor=actor, community_id=community_id,
         memo=f"{row.item.name} {words}", booked_at=now)  # fmt: skip
    audit.record(actor, "billing.ahead", row, after={"amount_fen": amount, "off_fen": off_fen, "due_on": due_on})
    if off_fen:
        discount(row, off_fen, request, words, actor=actor)
    return row


def discount(row: Receivable, off_fen: int, request: Request, words: str, *, actor: Actor) -> Adjustment:
    """Lower a locked receivable by ``off_fen``, at most to nothing open; what concerns later months lowers their income."""
    tax, now = tax_included(off_fen, row.tax_rate), clock.now()
    later = lowered_later(row, off_fen - tax)
    made = Adjustment.objects.create(
        organisation_id=row.organisation_id, community_id=row.community_id, receivable=row, kind=Adjustment.Kind.ADJUST, amount_fen=-off_fen,
        tax_fen=-tax, deferred_fen=sum(later.values()), value_date=clock.today(), booked_at=now, approval_id=request.pk, reason=words[:400],
    )  # fmt: skip
    defer(row, later, DISCOUNT)
    refresh([row])
    postings = gross_postings(row.item.nature, -off_fen, -tax, made.deferred_fen)
    if row.kind == Receivable.Kind.OPENING:
        postings = [Posting(Account.RECEIVABLE, -off_fen), Posting(Account.OPENING, off_fen)]
    post("billing.adjust", row.pk, postings, actor=actor, community_id=row.community_id, memo=f"{words} 应收 {row.pk}", booked_at=now)
    audit.record(actor, "billing.adjust", row, after={"amount_fen": -off_fen}, reason=words)
    return made


def lowered_later(row: Receivable, net_fen: int) -> dict[Month, int]:
    """What of a discount of so much net income concerns the months to come: only own income that was billed by its days is put
    off to them."""
    return changed_later(row, -net_fen) if row.item.nature == row.item.Nature.INCOME and row.prices else {}


def take_back(receivable_id: int, request: Request, *, actor: Actor) -> None:
    """Reverse a year that nobody paid in time, as its approval says. Raises ``HasPayments``."""
    reverse_row(locked(receivable_id, actor), request, actor)
