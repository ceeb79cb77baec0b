"""Who stands in for whom, and until when."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import actor_of
from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.paging import paginate

from . import delegating, queries
from .models import Delegation
from .rules import LONGEST


@dataclass(frozen=True)
class Lent:
    """A delegation as the page shows it."""

    row: Delegation
    status: str
    words: str
    may_withdraw: bool


def _lent(row: Delegation, request: HttpRequest) -> Lent:
    today = clock.today()
    over = row.withdrawn_at is not None or row.ends_on < today
    if row.withdrawn_at:
        status, words = "void", _("已撤回")
    elif over:
        status, words = "void", _("已到期")
    elif row.starts_on > today:
        status, words = "plan", _("还没开始")
    else:
        status, words = "paid", _("生效中")
    return Lent(row, status, words, not over and delegating.may_withdraw(row, actor_of(request)))


@require_GET
def delegations(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, error: str = "") -> HttpResponse:
    actor = actor_of(request)
    page = paginate(queries.delegations(actor), ["-id"], request.GET.get("at", ""))
    places = delegating.lendable(actor)
    context = {
        "page": page, "rows": [_lent(row, request) for row in page.rows], "may_lend": bool(places),
        "people": delegating.eligible(actor), "today": clock.today(), "longest": LONGEST.days, "error": error, "given": request.POST,
        "places": [place for place in visible_communities(actor) if place.pk in places],
    }  # fmt: skip
    return render(request, "approvals/delegations.html", context, status=409 if error else 200)


@require_POST
def new(request: HttpRequest) -> HttpResponse:
    """Lend; what is wrong is said above the form, and what was typed stays."""
    try:
        row = delegating.delegate(
            whole_number(request.POST.get("taker")) or 0, starts_on=parse_day(request.POST.get("starts_on", ""), "开始日期"),
            ends_on=parse_day(request.POST.get("ends_on", ""), "结束日期"), reason=request.POST.get("reason", ""),
            community_id=whole_number(request.POST.get("community")), actor=actor_of(request),
        )  # fmt: skip
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        return _page(request, error.text)
    messages.success(request, _("已委托 %(name)s 代为复核") % {"name": row.taker.name})
    return redirect("approvals:delegations")


@require_POST
def withdraw(request: HttpRequest, delegation_id: int) -> HttpResponse:
    """End a delegation at once."""
    try:
        delegating.withdraw(delegation_id, actor=actor_of(request))
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
    else:
        messages.success(request, _("已收回委托"))
    return redirect("approvals:delegations")
