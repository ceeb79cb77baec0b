"""Everything about one property: who, which charges, which bills, which payments."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from wuyefei.estate.contracts.public import ContractLine, lines_of_property
from wuyefei.estate.occupancy.public import Sharing, Tie, payers, sharings, ties, ties_of_property
from wuyefei.estate.people.public import Person, people
from wuyefei.estate.properties.public import Property, vehicles
from wuyefei.estate.tariffs.public import (
    AreaMissing,
    QuantityMissing,
    TariffPrice,
    price_on,
    prices_of,
    quantity_for,
)
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.money.billing.public import LateFeeHold, Receivable, Standing, month_charges, standings
from wuyefei.money.payments.public import Payment, Prepayment, Tender


@dataclass(frozen=True)
class Charge:
    """A contract line with what it costs a whole month today; ``monthly_fen`` None: not known or not in force."""

    line: ContractLine
    price: TariffPrice | None
    quantity: Decimal | None
    monthly_fen: int | None
    present: bool


@dataclass(frozen=True)
class BillRow:
    """A receivable as of today, with its status as glyph kind and words."""

    row: Receivable
    standing: Standing
    kind: str
    words: str


@dataclass(frozen=True)
class Stay:
    tie: Tie
    present: bool


def present_payer(actor: Actor, property_id: int, today: dt.date) -> Person | None:
    """Who owes for today."""
    spans = payers([property_id], Span(today, today))[property_id]
    return people(actor).filter(pk=spans[0][0]).first() if spans else None


def stays(actor: Actor, property_id: int, today: dt.date) -> list[Stay]:
    """People over time; those who are there today first."""
    rows = [Stay(tie, holds_on(tie, today)) for tie in ties_of_property(actor, property_id)]
    return sorted(rows, key=lambda stay: not stay.present)


@dataclass(frozen=True)
class Shared:
    """An agreement by share: each payer with their part in words."""

    row: Sharing
    parts: list[tuple[Person, str]]
    present: bool


def sharings_of(actor: Actor, property_id: int, today: dt.date) -> list[Shared]:
    """The agreements of a property, the latest first; not those that a transfer ended before they began."""
    rows = sharings(actor).filter(property_id=property_id).prefetch_related("parts__person").order_by("-starts_on")
    return [
        Shared(
            row, [(part.person, str(Fraction(part.high - part.low, row.of))) for part in sorted(row.parts.all(), key=lambda part: part.low)],
            row.ends_on is None or row.ends_on >= today,
        )
        for row in rows if row.ends_on is None or row.ends_on >= row.starts_on
    ]  # fmt: skip


def holds_on(tie: Tie, day: dt.date) -> bool:
    return tie.starts_on <= day and (tie.ends_on is None or tie.ends_on >= day)


def charges(actor: Actor, home: Property, today: dt.date) -> list[Charge]:
    lines = lines_of_property(actor, home.pk)
    prices = prices_of(line.tariff_id for line in lines)
    monthly = month_charges(lines, today)
    return [_charge(line, home, prices.get(line.tariff_id, []), monthly[line.pk], today) for line in lines]


def _charge(line: ContractLine, home: Property, prices: Sequence[TariffPrice], monthly: int | None, today: dt.date) -> Charge:
    last = min(line.ends_on or dt.date.max, line.contract.ends_on or dt.date.max, home.ended_on or dt.date.max)
    present = line.contract.state == "active" and line.starts_on <= today <= last
    price = price_on(today, prices)
    try:
        quantity = quantity_for(line.tariff.method, line.tariff.basis, home.area_m2, home.inner_area_m2, line.quantity)
    except (AreaMissing, QuantityMissing):
        return Charge(line, price, None, None, present)
    return Charge(line, price, quantity, monthly if present else None, present)


def bill_rows(rows: list[Receivable], today: dt.date) -> list[BillRow]:
    found = standings(rows, today)
    held = set(
        LateFeeHold.objects.filter(receivable_id__in=found, starts_on__lte=today)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))
        .values_list("receivable_id", flat=True)
    )
    return [BillRow(row, found[row.pk], *_status(row, found[row.pk], row.pk in held, today)) for row in rows]


def _status(row: Receivable, standing: Standing, held: bool, today: dt.date) -> tuple[str, str]:
    if row.reversed_at:
        return "void", _("已红冲")
    if not standing.outstanding_fen and not standing.payable_fen:
        return "paid", _("已缴")
    if held:
        return "hold", _("违约金停计")
    if standing.outstanding_fen < standing.fee_due_fen:
        return "part", _("部分已缴")
    if row.due_on >= today:
        return "due", _("未到期")
    return "late", _("逾期 %(days)s 天") % {"days": (today - row.due_on).days}


def prepaid(actor: Actor, property_id: int) -> dict[int, int]:
    """The prepayment held at the property, by payer; only what is not zero."""
    rows = Prepayment.objects.filter(
        property_id=property_id,
        organisation_id=actor.organisation_id,
        community_id__in=actor.communities(Permission.PAYMENT_VIEW),
    )
    sums = rows.values("payer_id").annotate(held=Sum("amount_fen")).order_by("payer_id")
    return {row["payer_id"]: row["held"] for row in sums if row["held"]}


def with_tenders(rows: list[Payment]) -> list[tuple[Payment, str]]:
    """Payments with their means in words: 现金 200.00、POS 刷卡 100.00 as names only."""
    named: dict[int, list[str]] = defaultdict(list)
    for tender in Tender.objects.filter(payment_id__in=[row.pk for row in rows]).order_by("id"):
        named[tender.payment_id].append(str(tender.get_method_display()))
    return [(row, "、".join(named[row.pk])) for row in rows]


def audit_of(actor: Actor, home: Property, lines: list[ContractLine]) -> QuerySet[AuditEntry]:
    """What was done to the property, its ties, lines and vehicles, for those who may see the trail there."""
    if not actor.may(Permission.AUDIT_VIEW, home.community_id):
        return AuditEntry.objects.none()
    ours = AuditEntry.objects.filter(organisation_id=actor.organisation_id)
    tied = ties(actor).filter(property_id=home.pk).values("pk")
    cars = vehicles(actor).filter(property_id=home.pk).values("pk")
    return ours.filter(
        Q(subject_type="property", subject_id=home.pk)
        | Q(subject_type="tie", subject_id__in=tied)
        | Q(subject_type="vehicle", subject_id__in=cars)
        | Q(subject_type="contractline", subject_id__in=[line.pk for line in lines])
    ).order_by("-id")
