"""What the second person reads about a division, and the way to one from a bill."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from wuyefei.foundation.access.gate import actor_of
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.money.billing.public import Receivable

from .models import Division, Part
from .rules import WAY_NAMES, Way

SHOWN = 20


def address(request: Request) -> str:
    return reverse("divisions:division", args=[request.subject_id])


def describe(request: Request) -> list[tuple[str, str]]:
    row = Division.objects.select_related("bill__property", "bill__item", "bill__payer").get(pk=request.subject_id)
    parts = list(row.parts.select_related("property", "payer").order_by("pk"))
    words = [
        (_("账单"), str(row.bill)),
        (_("缴费人"), row.bill.payer.name),
        (_("拆分的金额"), _("%(sum)s 元") % {"sum": yuan_text(row.amount_fen)}),
        (_("拆法"), _(WAY_NAMES[Way(row.way)])),
    ]
    words += [(part.property.code, _("%(sum)s 元 · %(name)s") % {"sum": yuan_text(part.amount_fen), "name": part.payer.name}) for part in parts[:SHOWN]]
    return words if len(parts) <= SHOWN else [*words, ("", _("共 %(count)s 间") % {"count": len(parts)})]


def on_receivable(request: HttpRequest, row: Receivable) -> str:
    """The division a bill was part of, or the way to divide what is open of it."""
    actor = actor_of(request)
    division = Division.objects.filter(bill_id=row.pk).exclude(state=Division.State.REFUSED).order_by("-pk").first()
    part = Part.objects.filter(receivable_id=row.pk).select_related("division").first()
    found = division or (part.division if part else None)
    may = (
        found is None and row.reversed_at is None and row.outstanding_fen > 0 and row.item.nature != row.item.Nature.DEPOSIT
        and actor.may(Permission.ADJUST_REQUEST, row.community_id)
    )  # fmt: skip
    if found is None and not may:
        return ""
    return render_to_string("divisions/_receivable.html", {"bill": row, "division": found, "is_part": division is None}, request=request)
