"""What the second person reads about a run."""

from __future__ import annotations

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.money import yuan_text

from .models import Run
from .queries import standing_balance


def address(request: Request) -> str:
    return reverse("reserve:run", args=[request.subject_id])


def describe(request: Request) -> list[tuple[str, str]]:
    """The quarter, what is set aside by age and singly, and what would be booked now."""
    run = Run.objects.select_related("community").get(pk=request.subject_id)
    by_age = int(run.parts.aggregate(fen=Sum("reserve_fen", default=0))["fen"])
    singles = list(run.singles.values_list("reserve_fen", flat=True))
    reserve = int(request.payload["reserve_fen"])
    standing = standing_balance(run.community_id) if run.standing_fen is None else run.standing_fen
    return [
        (_("小区"), run.community.name), (_("季度"), str(run.quarter)),
        (_("按账龄计提"), yuan_text(by_age)),
        (_("单项评估"), _("%(count)s 笔，%(sum)s 元") % {"count": len(singles), "sum": yuan_text(sum(fen or 0 for fen in singles))}),
        (_("应有准备"), yuan_text(reserve)), (_("账面余额"), yuan_text(standing)), (_("入账差额"), yuan_text(reserve - standing)),
    ]  # fmt: skip
