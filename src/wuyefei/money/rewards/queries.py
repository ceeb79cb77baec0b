"""Scoped reads of campaigns, what a property has earned, and what a campaign came to."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet, Sum

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA, Span
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import prepared
from wuyefei.money.billing.public import Receivable
from wuyefei.money.concessions.public import YearBill, YearState, running_plan
from wuyefei.money.payments.public import Prepayment

from .models import Campaign, Given
from .models import Tier as StoredTier
from .rules import CampaignKind, CampaignState, Terms, Tier


def campaigns(actor: Actor) -> QuerySet[Campaign]:
    """The campaigns of the communities whose bills the actor may see."""
    rows = Campaign.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.BILLING_VIEW))
    return rows.select_related("community", "item", "made_by", "agreed_by").prefetch_related("tiers")


def get_campaign(actor: Actor, campaign_id: int) -> Campaign:
    row = campaigns(actor).filter(pk=campaign_id).first()
    if row is None:
        raise NotFound()
    return row


def get_given(actor: Actor, given_id: int) -> Given:
    row = Given.objects.filter(pk=given_id, campaign__in=campaigns(actor)).select_related("campaign", "property", "tier").first()
    if row is None:
        raise NotFound()
    return row


def tiers_of(row: Campaign) -> list[StoredTier]:
    return sorted(row.tiers.all(), key=lambda tier: tier.least_fen)


def terms_of(row: Campaign) -> Terms:
    tiers = tuple(Tier(one.least_fen, one.gift, one.cost_fen, one.stock) for one in tiers_of(row))
    return Terms(CampaignKind(row.kind), Span(row.starts_on, row.ends_on), tiers, row.most_fen, row.budget_fen)


def gone(row: Campaign) -> list[int]:
    """How many of each tier were given and not taken back, in order of tiers."""
    found = Counter(row.given.filter(taken_back_at__isnull=True).values_list("tier_id", flat=True))
    return [found[tier.pk] for tier in tiers_of(row)]


def spent_fen(row: Campaign) -> int:
    return row.given.filter(taken_back_at__isnull=True).aggregate(fen=Sum("cost_fen"))["fen"] or 0


def paid_ahead(property_id: int, span: Span) -> int:
    """What was put into a property's prepayment in these days and not given back, and its years paid in them."""
    return paid_ahead_by_home([property_id], span).get(property_id, 0)


def paid_ahead_by_home(property_ids: Collection[int], span: Span) -> dict[int, int]:
    """The same of many properties; those that paid nothing ahead are left out."""
    kept = [Prepayment.Kind.PAID, Prepayment.Kind.REFUND]
    put = Prepayment.objects.filter(
        property_id__in=property_ids, kind__in=kept, payment__voided_at__isnull=True, value_date__range=(span.first, span.last)
    )
    years = YearBill.objects.filter(property_id__in=property_ids, state=YearState.EARNED, ended_on__range=(span.first, span.last))
    found: Counter[int] = Counter(dict(put.values_list("property_id").annotate(fen=Sum("amount_fen")).order_by()))
    found.update(dict(years.values_list("property_id").annotate(fen=Sum(F("list_fen") - F("off_fen"))).order_by()))
    return dict(found)


def due_back(row: Campaign, property_id: int | None = None) -> dict[int, int]:
    """The gifts of a campaign whose tier is no longer reached, because what was paid ahead was given back since: what is paid
    ahead now, by gift."""
    rows = row.given.filter(tier__isnull=False, taken_back_at__isnull=True)
    if property_id is not None:
        rows = rows.filter(property_id=property_id)
    held = list(rows.values_list("pk", "property_id", "tier__least_fen"))
    now = paid_ahead_by_home({home for _pk, home, _least in held}, Span(row.starts_on, row.ends_on)) if held else {}
    return {pk: now.get(home, 0) for pk, home, least in held if now.get(home, 0) < least}


def gifts_of(property_id: int, on: dt.date) -> list[Given]:
    """The gifts a property holds of campaigns in whose days something was paid ahead on a day."""
    rows = Given.objects.filter(
        property_id=property_id, tier__isnull=False, taken_back_at__isnull=True, campaign__starts_on__lte=on, campaign__ends_on__gte=on
    )
    return list(rows.select_related("campaign", "tier").order_by("pk"))


@dataclass(frozen=True, slots=True)
class Progress:
    """How a property stands in a campaign of gifts, for its owner; money in fen. ``earned``: what may be fetched now,
    ``given``: what was, ``back``: it is due back; ``next_gift`` after ``missing_fen`` more, empty at the top."""

    name: str
    until: dt.date
    paid_fen: int
    earned: str
    given: str
    back: bool
    next_gift: str
    missing_fen: int


def progress_at(property_id: int, community_id: int, today: dt.date) -> list[Progress]:
    """The campaigns of gifts that run at a place today. For callers that have checked it."""
    rows = prepared.read(
        Campaign, "WHERE community_id = %s AND kind = %s AND state = %s AND starts_on <= %s AND ends_on >= %s ORDER BY id",
        [community_id, CampaignKind.GIFT.value, CampaignState.RUNNING.value, today, today],
    )  # fmt: skip
    return [_progress(row, property_id) for row in rows]


def _progress(row: Campaign, property_id: int) -> Progress:
    paid, tiers = paid_ahead(property_id, Span(row.starts_on, row.ends_on)), list(zip(tiers_of(row), gone(row), strict=True))
    held = row.given.filter(property_id=property_id, taken_back_at__isnull=True).select_related("tier").first()
    given = held.tier.gift if held and held.tier else ""
    reached = [(tier, count) for tier, count in tiers if tier.least_fen <= paid]
    best = reached[-1] if reached else None
    earned = best[0].gift if best and not held and best[1] < best[0].stock else ""
    further = None if held else next((tier for tier, count in tiers if tier.least_fen > paid and count < tier.stock), None)
    back = bool(held and held.tier and held.tier.least_fen > paid)
    return Progress(row.name, row.ends_on, paid, earned, given, back, further.gift if further else "", further.least_fen - paid if further else 0)


def fees(row: Campaign, property_id: int) -> list[Receivable]:
    """The unpaid bills of the campaign's item at a property that were booked since it began, the oldest first; not those in a
    plan to pay in parts."""
    kinds = [Receivable.Kind.ONCE, Receivable.Kind.SHEET]
    rows = Receivable.objects.filter(property_id=property_id, item_id=row.item_id, kind__in=kinds, outstanding_fen__gt=0, reversed_at__isnull=True)
    since = dt.datetime.combine(row.starts_on, dt.time(), CHINA)
    return [bill for bill in rows.filter(booked_at__gte=since).select_related("item").order_by("pk") if running_plan(bill.pk) is None]


def running_at(actor: Actor, community_id: int, today: dt.date) -> list[Campaign]:
    rows = campaigns(actor).filter(community_id=community_id, state=CampaignState.RUNNING, starts_on__lte=today, ends_on__gte=today)
    return list(rows.order_by("pk"))


@dataclass(frozen=True, slots=True)
class Came:
    """What a campaign came to: its cost and what was paid ahead by those it gave to, in fen."""

    given: int = 0
    cost_fen: int = 0
    paid_fen: int = 0

    @property
    def ratio(self) -> Decimal | None:
        """Yuan paid ahead for each yuan of cost; None where it cost nothing."""
        return (Decimal(self.paid_fen) / self.cost_fen).quantize(Decimal("0.1")) if self.cost_fen else None


def came_to(campaign_ids: Collection[int]) -> dict[int, Came]:
    rows = Given.objects.filter(campaign_id__in=campaign_ids, taken_back_at__isnull=True).values_list("campaign_id")
    found = rows.annotate(Count("pk"), Sum("cost_fen"), Sum("paid_fen")).order_by()
    return {pk: Came(count, cost, paid) for pk, count, cost, paid in found}


def given_of(row: Campaign, text: str = "") -> QuerySet[Given]:
    rows = row.given.select_related("property", "tier", "receivable__item", "made_by", "taken_back_by")
    return rows.filter(Q(property__code__icontains=text)) if text else rows


def words_of(row: Campaign) -> str:
    """What the owner reads beside the sum taken off."""
    return f"活动「{row.name}」减免"
