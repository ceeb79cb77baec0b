"""What the second person reads about a transfer, and the way to one from a property."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.money import yuan_text

from .models import Transfer


def address(request: Request) -> str:
    return reverse("transfers:transfer", args=[request.subject_id])


def describe(request: Request) -> list[tuple[str, str]]:
    row = Transfer.objects.select_related("seller", "buyer", "property").get(pk=request.subject_id)
    codes = "、".join(row.homes.order_by("pk").values_list("property__code", flat=True))
    after = sum(int(bill[2]) for bill in row.plan["bills"])
    moved = sum(int(fen) for _home, fen in row.plan["held"])
    handed = sum(int(fen) for _deposit, fen in row.plan.get("deposits", []))
    return [
        (_("房屋"), codes),
        (_("原业主"), row.seller.name),
        (_("新业主"), row.buyer.name),
        (_("过户日期"), str(row.on)),
        (_("依据"), f"{row.get_basis_display()} {row.document}".strip()),
        (_("转给新业主的账单"), _("%(count)s 笔，%(sum)s 元") % {"count": len(row.plan["bills"]), "sum": yuan_text(after)}),
        (_("转给新业主的预存"), _("%(sum)s 元") % {"sum": yuan_text(moved)}),
        (_("转给新业主的押金"), _("%(sum)s 元") % {"sum": yuan_text(handed)}),
    ]


def transfer_link(request: HttpRequest, home: Property) -> str:
    """Beside a property that has not ended, for those who may change its owner."""
    actor = request.actor  # type: ignore[attr-defined]
    if home.ended_on or not actor.may(Permission.ESTATE_EDIT, home.community_id) or not actor.may(
        Permission.BILLING_VIEW, home.community_id
    ):
        return ""
    return render_to_string("transfers/_link.html", {"home": home}, request=request)
