"""Reads of items, tariffs and prices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import QuerySet

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound

from .models import ChargeItem, Tariff, TariffVersion
from .rules.pricing import TariffPrice, TariffTerms


def items(actor: Actor) -> QuerySet[ChargeItem]:
    """The organisation's charge items, in the order they were made."""
    return ChargeItem.objects.filter(organisation_id=actor.organisation_id).order_by("id")


def get_item(actor: Actor, item_id: int) -> ChargeItem:
    item = items(actor).filter(pk=item_id).first()
    if item is None:
        raise NotFound()
    return item


def tariffs(actor: Actor) -> QuerySet[Tariff]:
    """The tariffs of the communities whose estate the actor may see."""
    return Tariff.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.ESTATE_VIEW)
    )


def get_tariff(actor: Actor, tariff_id: int) -> Tariff:
    tariff = tariffs(actor).select_related("item").filter(pk=tariff_id).first()
    if tariff is None:
        raise NotFound()
    return tariff


def prices_of(tariff_ids: Iterable[int]) -> dict[int, list[TariffPrice]]:
    """The prices of each tariff, sorted by the day they begin. For callers that have checked the tariffs' place."""
    found: dict[int, list[TariffPrice]] = defaultdict(list)
    rows = TariffVersion.objects.filter(tariff_id__in=set(tariff_ids), withdrawn_at__isnull=True).order_by("tariff_id", "effective_from")
    fields = ("tariff_id", "effective_from", "per_unit", "fixed", "number", "terms")
    for tariff_id, *price in rows.values_list(*fields):
        found[tariff_id].append(TariffPrice(*price))
    return dict(found)


def tariff_terms(community_id: int) -> dict[int, TariffTerms]:
    """Every tariff of a community with its item. For callers that have checked the place."""
    rows = Tariff.objects.filter(community_id=community_id).values_list(
        "id", "name", "method", "basis", "item_id", "item__code", "item__name", "item__nature", "item__tax_rate"
    )
    return {row[0]: TariffTerms(*row) for row in rows}
