"""What the second person reads about a campaign, and the way to it from a property."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from wuyefei.estate.properties.public import Property
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import clock
from wuyefei.money.payments.public import Payment

from .actions import may_give
from .models import Campaign
from .queries import gifts_of, paid_ahead, running_at, terms_of, tiers_of


def address(request: Request) -> str:
    return reverse("rewards:campaign", args=[request.subject_id])


def describe(request: Request) -> list[tuple[str, str]]:
    """Where, when, what is given, and what it can cost at most."""
    row = Campaign.objects.select_related("community", "item").prefetch_related("tiers").get(pk=request.subject_id)
    words = [
        (_("小区"), row.community.name),
        (_("名称"), row.name),
        (_("起止"), f"{row.starts_on} – {row.ends_on}"),
    ]
    if row.item:
        words.append((_("减免"), _("%(item)s 每户一次，最多 %(sum)s 元") % {"item": row.item.name, "sum": yuan_text(row.most_fen)}))
    for tier in tiers_of(row):
        said = {"least": yuan_text(tier.least_fen), "gift": tier.gift, "cost": yuan_text(tier.cost_fen), "stock": tier.stock}
        words.append((_("档"), _("预缴满 %(least)s 元：%(gift)s，成本 %(cost)s 元，%(stock)s 份") % said))
    return [*words, (_("最多花费"), _("%(sum)s 元") % {"sum": yuan_text(terms_of(row).most_cost_fen)})]


def button(request: HttpRequest, home: Property) -> str:
    """The way to what a property has earned, while a campaign runs."""
    actor = request.actor  # type: ignore[attr-defined]
    if not may_give(actor, home.community_id) or not running_at(actor, home.community_id, clock.today()):
        return ""
    return render_to_string("rewards/_button.html", {"home": home}, request=request)


def refund_note(request: HttpRequest, payment: Payment) -> str:
    """Beside a refund: the gifts earned by paying ahead in days that hold this payment, and how much may go back without them."""
    found = []
    for one in gifts_of(payment.property_id, payment.value_date):
        assert one.tier is not None
        now = paid_ahead(payment.property_id, Span(one.campaign.starts_on, one.campaign.ends_on))
        found.append((one, max(0, now - one.tier.least_fen), now < one.tier.least_fen))
    return render_to_string("rewards/_refund_note.html", {"gifts": found}, request=request) if found else ""
