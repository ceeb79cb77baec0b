"""Reads of contracts and lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest, Least

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform.arrays import among

from .models import Contract, ContractLine
from .rules import BILLED_STATES, LineFact, Terms

_TERMS = (
    "id", "number", "title", "state", "starts_on", "ends_on", "cycle_months", "cycle_anchor", "due_day", "due_month",
    "late_fee_rate", "late_fee_cap", "allocation_order", "convention", "late_fee_clause", "fee_clause",
)  # fmt: skip
_LINE = (
    "id", "contract_id", "property_id", "property__code", "property__kind", "property__building_id",
    "property__area_m2", "property__inner_area_m2", "tariff_id", "tariff__method", "tariff__basis", "tariff__item_id",
    "tariff__item__tax_rate", "first", "last", "property__ended_on", "quantity",
)  # fmt: skip


def contracts(actor: Actor) -> QuerySet[Contract]:
    """The contracts of the communities whose estate the actor may see."""
    return Contract.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.ESTATE_VIEW)
    )


def get_contract(actor: Actor, contract_id: int) -> Contract:
    contract = contracts(actor).filter(pk=contract_id).first()
    if contract is None:
        raise NotFound()
    return contract


def contract_lines(actor: Actor) -> QuerySet[ContractLine]:
    """The lines of the communities whose estate the actor may see."""
    return ContractLine.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.ESTATE_VIEW)
    )


def lines_of_property(actor: Actor, property_id: int) -> list[ContractLine]:
    """The property's lines over time, the latest first, with contract and tariff."""
    rows = contract_lines(actor).filter(property_id=property_id).select_related("contract", "tariff__item")
    return list(rows.order_by("-starts_on", "-id"))


def contract_terms(community_id: int) -> dict[int, Terms]:
    """The terms of every contract of a community that is or was in force. For callers that have checked the place."""
    rows = Contract.objects.filter(community_id=community_id, state__in=BILLED_STATES).values_list(*_TERMS)
    return {row[0]: Terms(*row) for row in rows}


def lines_for_billing(community_id: int, first_day: dt.date, last_day: dt.date, method: str = "") -> list[LineFact]:
    """Every line in force on a day of ``first_day`` … ``last_day``, by property code, in one query; those of one method only
    where it is named.

    Lines of drafts are left out; an ended contract's lines end with it. For callers that have checked the place.
    """
    rows = _in_force(community_id, first_day, last_day)
    return list(_facts(rows.filter(tariff__method=method) if method else rows))


def each_line_for_billing(
    community_id: int, first_day: dt.date, last_day: dt.date, property_ids: Collection[int] = ()
) -> Iterator[LineFact]:
    """``lines_for_billing`` read piece by piece, for communities of any size; of some properties only where they are named."""
    rows = _in_force(community_id, first_day, last_day)
    return _facts(rows.filter(property_id__in=property_ids) if property_ids else rows)


FEW = 1_000
"""Of so many properties each is looked up by itself; of more, all of the community are read through."""


def contracts_on(community_id: int, day: dt.date, property_ids: Collection[int] | None = None) -> dict[int, int]:
    """The contract that covers each property on a day: where several do, the one whose line began last. Of all of the community,
    or at least of ``property_ids``. For callers that have checked the place."""
    rows = _in_force(community_id, day, day).order_by("property_id", F("first").desc(), "-id").distinct("property_id")
    if property_ids is not None and len(property_ids) <= FEW:
        rows = rows.filter(property_id__in=among(property_ids))
    return dict(rows.values_list("property_id", "contract_id"))


def _in_force(community_id: int, first_day: dt.date, last_day: dt.date) -> QuerySet[ContractLine]:
    return (
        ContractLine.objects.filter(community_id=community_id, contract__state__in=BILLED_STATES)
        .annotate(first=Greatest("starts_on", "contract__starts_on"), last=Least("ends_on", "contract__ends_on"))
        .filter(Q(last__isnull=True) | Q(last__gte=first_day) & Q(last__gte=F("first")), first__lte=last_day)
        .filter(Q(property__ended_on__isnull=True) | Q(property__ended_on__gt=Greatest(F("first"), first_day)))
    )


def _facts(rows: QuerySet[ContractLine]) -> Iterator[LineFact]:
    listed = rows.order_by("property__sort_key", "property_id", "id").values_list(*_LINE)
    return map(_line, listed.iterator(chunk_size=10_000))


def _line(row: tuple[Any, ...]) -> LineFact:
    last, ended_on, quantity = row[-3:]
    if ended_on is not None:
        last = min(last or dt.date.max, ended_on - DAY)
    return LineFact(*(*row[:-3], last, quantity))
