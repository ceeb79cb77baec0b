"""Scoped reads of proposals, and the preview of one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet

from wuyefei.estate.contracts.public import Contract, ContractLine
from wuyefei.estate.localrules.public import Consultation, consultations
from wuyefei.estate.tariffs.public import Tariff, TariffPrice, last_billed, prices_of
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.money.billing.public import month_charges

from .models import Proposal
from .rules import Paying, Sums, by_contract, summed

CHUNK = 2000
"""Lines priced at once: what they need of their properties is read for so many."""
OPEN = (Proposal.State.DRAFT, Proposal.State.ASKED)


def proposals(actor: Actor) -> QuerySet[Proposal]:
    """The proposals of the communities whose estate the actor may see."""
    rows = Proposal.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.ESTATE_VIEW))
    return rows.select_related("community", "tariff__item", "made_by", "agreed_by", "version")


def get_proposal(actor: Actor, proposal_id: int) -> Proposal:
    row = proposals(actor).filter(pk=proposal_id).first()
    if row is None:
        raise NotFound()
    return row


def open_proposal(tariff_id: int) -> Proposal | None:
    """The one under way. For callers that have checked the tariff's place."""
    return Proposal.objects.filter(tariff_id=tariff_id, state__in=OPEN).first()


def overtaken(row: Proposal) -> dt.date | None:
    """The last day billed at the tariff, where it is not before the first of a price still waiting: it can only be entered as a
    correction then."""
    billed = last_billed(row.tariff_id) if row.state in OPEN else None
    return billed if billed is not None and billed >= row.effective_from else None


def asked_of_owners(actor: Actor, row: Proposal) -> list[Consultation]:
    """How the owners were asked about this tariff's price by the day it begins, the latest first; not what they were asked of a
    later one."""
    rows = consultations(actor).filter(tariff_id=row.tariff_id, effective_from__lte=row.effective_from)
    return list(rows.order_by("-pk")[:3])


@dataclass(frozen=True, slots=True)
class Preview:
    """Of a price: all that pay by it, and contract by contract."""

    sums: Sums
    groups: Sequence[dict[str, Any]]


def paying(tariff: Tariff, day: dt.date) -> QuerySet[ContractLine]:
    """The lines of contracts in force that are charged at the tariff on or after a day."""
    rows = ContractLine.objects.filter(tariff=tariff, contract__state=Contract.State.ACTIVE)
    rows = rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), Q(contract__ends_on__isnull=True) | Q(contract__ends_on__gte=day))
    rows = rows.filter(Q(property__ended_on__isnull=True) | Q(property__ended_on__gt=day))
    return rows.select_related("property", "tariff", "contract").order_by("contract__number", "pk")


def preview(tariff: Tariff, standing: Sequence[TariffPrice], price: TariffPrice) -> Preview:
    """What a month costs by the standing prices (sorted) on the day the new one begins, and by that. Writes nothing; for callers
    that have checked the place."""
    after = sorted([*standing, price], key=lambda one: one.since)
    rows: list[Paying] = []
    contracts: dict[int, Contract] = {}
    lines = iter(paying(tariff, price.since).iterator(chunk_size=CHUNK))
    while some := list(islice(lines, CHUNK)):
        rows += _priced(some, tariff, price.since, standing, after)
        contracts |= {line.contract_id: line.contract for line in some}
    return Preview(summed(rows), [_group(contracts[pk], sums) for pk, sums in by_contract(rows)])


def preview_now(row: Proposal) -> Sums | None:
    """What the price would mean by the contracts of now, where that is no longer what was previewed; None where it is the same, and
    where nothing is left to decide."""
    if row.state not in OPEN:
        return None
    price = TariffPrice(row.effective_from, row.per_unit, row.fixed, 0, row.terms)
    sums = preview(row.tariff, prices_of([row.tariff_id]).get(row.tariff_id, []), price).sums
    seen = (row.line_count, row.property_count, row.unknown_count, row.before_fen, row.after_fen)
    return sums if (sums.lines, sums.homes, sums.unknown, sums.before_fen, sums.after_fen) != seen else None


def lines_now(row: Proposal) -> int | None:
    """How many lines pay by the tariff by now, where they are no longer as many as were previewed; None as with ``preview_now``,
    which sees more and costs more than a list can bear."""
    lines = paying(row.tariff, row.effective_from).count() if row.state in OPEN else row.line_count
    return lines if lines != row.line_count else None


def _priced(lines: list[ContractLine], tariff: Tariff, day: dt.date, standing: Sequence[TariffPrice], after: Sequence[TariffPrice]) -> Iterator[Paying]:
    olds = month_charges(lines, day, {tariff.pk: standing})
    news = month_charges(lines, day, {tariff.pk: after})
    free = not any(one.since <= day for one in standing)  # nothing is charged before the tariff's first price
    for line in lines:
        yield Paying(line.contract_id, line.property_id, 0 if free else olds[line.pk], news[line.pk])


def _group(contract: Contract, sums: Sums) -> dict[str, Any]:
    guided = contract.price_regime == Contract.Regime.GUIDED and contract.ceiling_per_m2 is not None
    return {
        "contract": contract.pk, "number": contract.number, "regime": contract.price_regime, "ceiling": str(contract.ceiling_per_m2) if guided else "",
        "lines": sums.lines, "homes": sums.homes, "before_fen": sums.before_fen, "after_fen": sums.after_fen, "difference_fen": sums.difference_fen, "unknown": sums.unknown,
    }  # fmt: skip
