"""Scoped reads of billing."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import prepared

from .fees import LATE_FEE_SQL
from .models import LateFeeHold, Receivable, Run, RunLine


def runs(actor: Actor) -> QuerySet[Run]:
    """The runs of the communities whose bills the actor may see, the latest first."""
    return (
        Run.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.BILLING_VIEW))
        .select_related("community", "made_by", "confirmed_by", "published_by")
        .order_by("-period", "-id")
    )


def get_run(actor: Actor, run_id: int) -> Run:
    run = runs(actor).filter(pk=run_id).first()
    if run is None:
        raise NotFound()
    return run


def run_lines(actor: Actor, run_id: int) -> QuerySet[RunLine]:
    """The draft lines of a run, outliers first."""
    get_run(actor, run_id)
    return RunLine.objects.filter(run_id=run_id).select_related("property", "payer", "item", "tariff", "contract")


def receivables(actor: Actor) -> QuerySet[Receivable]:
    """The receivables of the communities whose bills the actor may see."""
    return Receivable.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.BILLING_VIEW)
    )


def get_receivable(actor: Actor, receivable_id: int) -> Receivable:
    row = (
        receivables(actor)
        .select_related("property", "payer", "item", "tariff", "contract", "run", "community")
        .filter(pk=receivable_id)
        .first()
    )
    if row is None:
        raise NotFound()
    return row


@dataclass(frozen=True, slots=True)
class OpenBill:
    """An unpaid receivable as a cashier sees it; money in fen, late fee as of the day asked for."""

    id: int
    property_id: int
    property_code: str
    payer_id: int
    payer_name: str
    item_id: int
    item_name: str
    service_from: dt.date
    service_to: dt.date
    due_on: dt.date
    amount_fen: int
    outstanding_fen: int
    late_fee_fen: int
    allocation_order: str
    memo: str
    held: bool
    late_fee_tax_rate: Decimal = Decimal(0)
    """The rate of the tax in a late fee: its item's where that is own income, for it is part of the price (VAT Law, article 17)."""

    @property
    def total_fen(self) -> int:
        return self.outstanding_fen + self.late_fee_fen


INSTALMENT = "instalment"
"""The kind of hold by which a plan to pay in parts stands: on its days money settles principal first, as the plan's
agreement says (Civil Code article 561 lets the parties agree otherwise)."""

DEFERRAL = "deferral"
"""The kind of hold by which a payment is put off in an emergency."""

GRANTED = (INSTALMENT, DEFERRAL)
"""Holds that were granted to the payer. A bill under any other kind of hold is disputed: nobody asks for its money."""

_HELD_SQL = f"h.kind NOT IN {GRANTED}"

AGREED = "agreed"
"""The order of allocation on those days: the principal of everything before the late fee of what the plan covers."""

LATE_FEE_TAX_SQL = "CASE WHEN i.nature = 'income' THEN r.tax_rate ELSE 0 END"

PRINCIPAL_FIRST_SQL = f"""EXISTS (SELECT 1 FROM billing_latefeehold x WHERE x.receivable_id = r.id AND x.kind = '{INSTALMENT}'
            AND daterange(x.starts_on, x.ends_on, '[]') @> %(as_of)s::date)"""

_OPEN_SQL = f"""
SELECT * FROM (
  SELECT r.id, r.property_id, p.code, r.payer_id, q.name, r.item_id, i.name, r.service_from, r.service_to, r.due_on,
    r.amount_fen, r.outstanding_fen, {LATE_FEE_SQL} AS late_fee, CASE WHEN {PRINCIPAL_FIRST_SQL} THEN '{AGREED}' ELSE r.allocation_order END, r.memo,
    EXISTS (SELECT 1 FROM billing_latefeehold h WHERE h.receivable_id = r.id AND {_HELD_SQL}
            AND daterange(h.starts_on, h.ends_on, '[]') @> %(as_of)s::date) AS held,
    {LATE_FEE_TAX_SQL}
  FROM billing_receivable r
  JOIN properties_property p ON p.id = r.property_id
  JOIN people_person q ON q.id = r.payer_id
  JOIN tariffs_chargeitem i ON i.id = r.item_id
  WHERE r.organisation_id = %(organisation)s AND r.community_id = {{there}} AND r.reversed_at IS NULL
    AND {{where}} AND (r.outstanding_fen > 0 OR r.accrued_exact > r.late_fee_settled_fen)
) b WHERE b.outstanding_fen > 0 OR b.late_fee > 0 ORDER BY b.due_on, b.id
"""


def deferred_on(community_id: int, day: dt.date) -> set[int]:
    """The receivables of a community whose payment is put off on a day. For callers that have checked the place."""
    rows = LateFeeHold.objects.filter(community_id=community_id, kind=DEFERRAL, starts_on__lte=day, ends_on__gte=day)
    return set(rows.values_list("receivable_id", flat=True))


def open_bills(
    actor: Actor,
    as_of: dt.date,
    *,
    property_ids: Collection[int] = (),
    payer_ids: Collection[int] = (),
    receivable_ids: Collection[int] = (),
) -> list[OpenBill]:
    """What is unpaid at the properties, by the payers or among the receivables named, in order of due date."""
    conditions = {
        ("r.property_id", "%(properties)s"): property_ids,
        ("r.payer_id", "%(payers)s"): payer_ids,
        ("r.id", "%(receivables)s"): receivable_ids,
    }
    where = " AND ".join(f"{column} = {prepared.among(mark, ids)}" for (column, mark), ids in conditions.items() if ids)
    if not where:
        return []
    communities = list(actor.communities(Permission.BILLING_VIEW))
    with prepared.cursor() as cursor:
        cursor.execute(
            _OPEN_SQL.format(where=where, there=prepared.among("%(communities)s", communities)),
            {
                "as_of": as_of,
                "organisation": actor.organisation_id,
                "communities": communities,
                "properties": list(property_ids),
                "payers": list(payer_ids),
                "receivables": list(receivable_ids),
            },
        )
        return [OpenBill(*row) for row in cursor.fetchall()]


_EACH_SQL = _OPEN_SQL.replace("JOIN properties_property p", "JOIN unnest(%(payers)s::bigint[], %(days)s::date[]) w(payer_id, day)"
                              " ON w.payer_id = r.payer_id\n  JOIN properties_property p").replace("%(as_of)s", "w.day")  # fmt: skip


def open_bills_each(actor: Actor, days: Mapping[int, dt.date]) -> dict[int, list[OpenBill]]:
    """What is unpaid by each payer, its late fee as of that payer's own day: what a bank line is compared with.

    A day must not lie before the last change of the payer's bills. Bills in order of due date.
    """
    found: dict[int, list[OpenBill]] = defaultdict(list)
    if not days:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            _EACH_SQL.format(where="TRUE", there="ANY(%(communities)s)"),
            {
                "organisation": actor.organisation_id,
                "communities": list(actor.communities(Permission.BILLING_VIEW)),
                "payers": list(days),
                "days": list(days.values()),
            },
        )
        for row in cursor.fetchall():
            bill = OpenBill(*row)
            found[bill.payer_id].append(bill)
    return found
