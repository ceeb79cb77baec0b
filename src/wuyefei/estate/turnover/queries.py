"""Scoped reads of leases and of what they declared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from wuyefei.estate.contracts.public import Contract, ContractLine, contract_lines
from wuyefei.estate.tariffs.public import Tariff, TariffVersion, price_words, prices_of
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import LATEST, Month, Span
from wuyefei.foundation.kernel.errors import NotFound

from .models import Declaration


@dataclass(frozen=True, slots=True)
class Place:
    """A lease on the board of a month: what is confirmed, what waits, and whether it is late."""

    line: ContractLine
    confirmed: Declaration | None
    waiting: Declaration | None
    late: bool


def leases(actor: Actor) -> QuerySet[ContractLine]:
    """The lines of the communities whose estate the actor may see that owe a share of turnover."""
    shared = TariffVersion.objects.filter(tariff_id=OuterRef("tariff_id"), withdrawn_at__isnull=True).exclude(terms__turnover=[])
    rows = contract_lines(actor).filter(Exists(shared), tariff__method=Tariff.Method.RENT)
    return rows.exclude(contract__state=Contract.State.DRAFT).select_related("property", "tariff__item", "contract")


def in_month(rows: QuerySet[ContractLine], month: Month) -> QuerySet[ContractLine]:
    """Those of ``leases`` that run on a day of a month."""
    begun = rows.filter(starts_on__lte=month.last, contract__starts_on__lte=month.last)
    own = Q(ends_on=None) | Q(ends_on__gte=month.first) & Q(ends_on__gte=F("contract__starts_on"))
    whole = Q(contract__ends_on=None) | Q(contract__ends_on__gte=month.first) & Q(contract__ends_on__gte=F("starts_on"))
    return begun.filter(own, whole)


def term_of(line: ContractLine) -> Span:
    """The days of a lease, open ones to the last day there is."""
    first: dt.date = max(line.starts_on, line.contract.starts_on)
    ends = [day for day in (line.ends_on, line.contract.ends_on) if day is not None]
    return Span(first, max(first, min(ends, default=LATEST)))


def words_of(line: ContractLine) -> str:
    """The terms of a lease's latest price, as people read them."""
    known = prices_of([line.tariff_id])[line.tariff_id][-1]
    return price_words(line.tariff.method, known.per_unit, known.fixed, known.terms)


def declarations(actor: Actor) -> QuerySet[Declaration]:
    """The declarations of the communities whose bills the actor may see."""
    return Declaration.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.BILLING_VIEW)
    )


def waiting(actor: Actor) -> QuerySet[Declaration]:
    """Those that a second person has to look at."""
    return declarations(actor).filter(state=Declaration.State.WAITING)


def get_lease(actor: Actor, line_id: int) -> ContractLine:
    row = leases(actor).filter(pk=line_id, community_id__in=actor.communities(Permission.BILLING_VIEW)).first()
    if row is None:
        raise NotFound()
    return row


def history_of(actor: Actor, line_id: int) -> QuerySet[Declaration]:
    """All that a lease ever declared, the latest month first, corrections in their order."""
    rows = declarations(actor).filter(line_id=line_id).select_related("entered_by", "settled_by")
    return rows.order_by("-month", "-number")


def board(actor: Actor, found: Collection[ContractLine], month: Month, late: bool) -> list[Place]:
    """A page of leases with what each declared of a month."""
    rows = declarations(actor).filter(line__in=found, month=month.first).select_related("entered_by", "settled_by")
    by = {(row.line_id, row.state): row for row in rows}
    state = Declaration.State
    places = [Place(line, by.get((line.pk, state.CONFIRMED)), by.get((line.pk, state.WAITING)), late) for line in found]
    return [Place(one.line, one.confirmed, one.waiting, late and not one.confirmed and not one.waiting) for one in places]


def confirmed(community_id: int, tariff_item_id: int, until: Month) -> list[Declaration]:
    """The confirmed turnovers of a community's leases under a charge item, up to a month. For callers that have checked
    the place."""
    rows = Declaration.objects.filter(
        community_id=community_id, line__tariff__item_id=tariff_item_id, month__lte=until.first, state=Declaration.State.CONFIRMED
    )
    return list(rows.order_by("month", "pk"))


def settled(organisation_id: int) -> dict[int, tuple[int, dt.date, int]]:
    """(lease, month, fen) of every declaration that is or was confirmed, for ``verify``."""
    rows = Declaration.objects.filter(
        organisation_id=organisation_id, state__in=(Declaration.State.CONFIRMED, Declaration.State.REPLACED)
    ).values_list("pk", "line_id", "month", "amount_fen")
    return {pk: (line_id, month, fen) for pk, line_id, month, fen in rows.iterator(chunk_size=2000)}
