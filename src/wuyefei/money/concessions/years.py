"""Scoped reads of years paid ahead and of what they earn."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from wuyefei.estate.contracts.public import ContractLine
from wuyefei.estate.properties.public import Property
from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.money.billing.public import Hindrance, Year, years_ahead

from .models import YearBill, YearOffers
from .rules.pricing import percent_of
from .rules.yearly import DEFAULT_TERMS, Offered, YearTerms, offers, terms_of_plain

AHEAD_MONTHS = 13
"""A year is asked for at most this long before it begins."""
HINDRANCES: dict[Hindrance, str] = {
    Hindrance.BILLED: "其中有的月份已经出过账", Hindrance.ENDS: "计费或合同不满这一年", Hindrance.PAYER: "这一年没有唯一的缴费人",
    Hindrance.PRICE: "还没有这一年的价格", Hindrance.ZERO: "金额为零", Hindrance.OTHERS: "代收代付的费用不打折",
}  # fmt: skip


def year_terms_of(organisation_id: int) -> YearTerms:
    """The offers in force; the defaults where a firm has set none."""
    row = YearOffers.objects.filter(organisation_id=organisation_id).order_by("-id").first()
    return terms_of_plain(row.values) if row else DEFAULT_TERMS


def terms_history(actor: Actor) -> list[tuple[YearOffers, YearTerms]]:
    """What the actor's firm has set, the latest first."""
    rows = YearOffers.objects.filter(organisation_id=actor.organisation_id).select_related("made_by").order_by("-id")[:20]
    return [(row, terms_of_plain(row.values)) for row in rows]


def years(actor: Actor) -> QuerySet[YearBill]:
    """The years of the communities whose bills the actor may see."""
    rows = YearBill.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.BILLING_VIEW))
    return rows.select_related("community", "property", "payer", "item", "made_by", "agreed_by", "receivable")


def get_year(actor: Actor, year_id: int) -> YearBill:
    row = years(actor).filter(pk=year_id).first()
    if row is None:
        raise NotFound()
    return row


@dataclass(frozen=True, slots=True)
class Choice:
    """A line's year and an offer on it, or why there is none. ``key`` chooses it in a form."""

    line_id: int
    item: ChargeItem
    year: Year | None
    offered: Offered | None
    hindrance: str
    taken: bool

    @property
    def key(self) -> str:
        return f"{self.line_id}-{self.offered.offer}" if self.offered else ""

    @property
    def off_fen(self) -> int:
        return percent_of(self.year.amount_fen, self.offered.percent) if self.year and self.offered else 0

    @property
    def pay_fen(self) -> int:
        return self.year.amount_fen - self.off_fen if self.year else 0


def choices(home: Property, start: Month, today: dt.date) -> list[Choice]:
    """What may be asked for at a property for a year from ``start`` on. For callers that have checked its place."""
    found = years_ahead(home.community_id, home.pk, start)
    open_ = offers(start, today, home.delivered_on, year_terms_of(home.organisation_id))
    lines = ContractLine.objects.filter(pk__in=found).select_related("tariff__item")
    items = {row.pk: row.tariff.item for row in lines}
    taken = set(YearBill.objects.filter(contract_line_id__in=found, state__in=["asked", "billed"]).values_list("contract_line_id", flat=True))
    made = []
    for line_id, year in found.items():
        item = items[line_id]
        if isinstance(year, Hindrance):
            made.append(Choice(line_id, item, None, None, HINDRANCES[year], line_id in taken))
        elif not open_:
            made.append(Choice(line_id, item, year, None, "今天没有可用的优惠", line_id in taken))
        else:
            made += [Choice(line_id, item, year, one, "", line_id in taken) for one in open_]
    return made


def next_start(home: Property, today: dt.date) -> Month:
    """The month from which a year is usually asked for: the first that no line of the property has billed yet."""
    month = Month.of(today)
    for step in range(AHEAD_MONTHS):
        found = years_ahead(home.community_id, home.pk, month.plus(step))
        if any(isinstance(year, Year) for year in found.values()):
            return month.plus(step)
    return month.plus(1)


@dataclass(frozen=True, slots=True)
class Sums:
    """What the years of a list come to, in fen: asked ahead, paid, given up for it, lapsed."""

    waiting_fen: int
    paid_fen: int
    off_fen: int
    lapsed: int


def sums(rows: QuerySet[YearBill]) -> Sums:
    states = YearBill.State
    paid, waiting = Q(state=states.EARNED), Q(state__in=[states.ASKED, states.BILLED])
    found = rows.order_by().aggregate(
        waiting=Sum("list_fen", filter=waiting), waiting_off=Sum("off_fen", filter=waiting), paid=Sum("list_fen", filter=paid),
        off=Sum("off_fen", filter=paid), lapsed=Count("pk", filter=Q(state=states.LAPSED)),
    )  # fmt: skip
    return Sums(
        (found["waiting"] or 0) - (found["waiting_off"] or 0), (found["paid"] or 0) - (found["off"] or 0), found["off"] or 0, found["lapsed"]
    )
