"""Deposits by their policy: from whom, how much, and who has one already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from decimal import Decimal

from wuyefei.estate.contracts.public import LineFact, lines_for_billing
from wuyefei.estate.tariffs.public import (
    AreaMissing,
    ChargeItem,
    DepositBy,
    DepositRule,
    RentMissing,
    Tariff,
    agreed_rent,
    deposit_fen,
    policy_on,
    price_on,
    prices_of,
    rule_of,
)
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.money.billing.public import Receivable

from .members import homes
from .queries import payers_on
from .rules import Drawn, Left, PayerMissing, Why
from .terms import DepositTerms, Scope

MOST_PIECES = 1000

Owners = Callable[[Collection[int]], dict[int, int | None]]
_owners: list[Owners] = []


def register_deposit_owners(owners: Owners) -> None:
    """The room that holds deposits says whose each bill's deposit is now; None where it was given back."""
    _owners[:] = [owners]


def deposits(community_id: int, item: ChargeItem, span: Span, terms: DepositTerms) -> tuple[list[Drawn], list[Left]]:
    """A line for each property named that has not given this deposit yet; for callers that have checked the place.

    Raises ``NoPolicy``, ``PayerMissing``, ``AreaMissing``, ``RentMissing``, ``Invalid``.
    """
    if not 1 <= terms.pieces <= MOST_PIECES:
        raise Invalid(field="数量", reason=Phrase("应为 1 到 {most}", most=MOST_PIECES))
    policy = policy_on(community_id, item, span.last)
    rule, found = rule_of(policy), homes(community_id, Scope(only=terms.codes), span)
    owing = payers_on([pk for pk, *_ in found], span.last)
    missing = [code for pk, code, *_ in found if pk not in owing]
    if missing:
        raise PayerMissing(count=len(missing), day=span.last, first=missing[0])
    held = set(_standing(item, [pk for pk, *_ in found])) if rule.by is not DepositBy.PIECE else set()
    rents = _rents(community_id, span.last) if rule.by is DepositBy.MONTHS else {}
    drawn, left = [], []
    for pk, code, area, _vacant in found:
        if (pk, owing[pk]) in held:
            left.append(Left(pk, Why.HAS_DEPOSIT))
            continue
        quantity = _quantity(rule, code, area, rents.get(pk), terms.pieces, span.last)
        inputs = {"by": rule.by.value, "figure": str(rule.figure), "quantity": str(quantity), "policy": policy.pk, "since": str(policy.effective_from)}
        drawn.append(Drawn(pk, owing[pk], span, Decimal(1) if rule.by is DepositBy.MONTHS else quantity, deposit_fen(rule, quantity), inputs))
    return drawn, left


def _quantity(rule: DepositRule, code: str, area: Decimal | None, rent_fen: int | None, pieces: int, day: dt.date) -> Decimal:
    if rule.by is DepositBy.AREA:
        if area is None:
            raise AreaMissing(basis="建筑面积")
        return area
    if rule.by is DepositBy.MONTHS:
        if rent_fen is None:
            raise RentMissing(home=code, day=day)
        return Decimal(rent_fen)
    return Decimal(pieces) if rule.by is DepositBy.PIECE else Decimal(1)


def _standing(item: ChargeItem, property_ids: list[int]) -> list[tuple[int, int]]:
    """(property, person) of whom the deposit was charged and not reversed, or to whom it was handed; not those given back."""
    rows = Receivable.objects.filter(item=item, property_id__in=property_ids, reversed_at__isnull=True)
    found = list(rows.values_list("pk", "property_id", "payer_id"))
    whose: dict[int, int | None] = {pk: payer for pk, _home, payer in found}
    for owners in _owners:
        whose |= owners(list(whose))
    return [(home, owner) for pk, home, _payer in found if (owner := whose[pk]) is not None]


def _rents(community_id: int, day: dt.date) -> dict[int, int]:
    """The month's rent by property that the leases in force say for a day, all leases of a property together."""
    lines: list[LineFact] = lines_for_billing(community_id, day, day, Tariff.Method.RENT)
    prices = prices_of(line.tariff_id for line in lines)
    found: dict[int, int] = {}
    for line in lines:
        price = price_on(day, prices.get(line.tariff_id, []))
        if price is not None:
            rent = agreed_rent(price.terms, line.starts_on, line.area, day)
            found[line.property_id] = found.get(line.property_id, 0) + rent
    return found
