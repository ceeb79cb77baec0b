"""The draws, and a draw's payments beside their signed slips."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import DAY, parse_day
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.paging import paginate

from ..actions import check, draw
from ..models import Check
from ..queries import draws, get_draw, get_item, items
from ..rules import CHECK_WITHIN, SAMPLE_SIZE, WEEK, monday_of
from .common import acted, paged, shared


@require_safe
@needs(Permission.CONTROL_VIEW)
def sample_list(request: StaffRequest) -> HttpResponse:
    """The draws, the latest week first; weeks without payments on demand."""
    actor, context = request.actor, shared(request.actor, "samples")
    every = request.GET.get("state") == "all"
    rows = draws(actor) if every else draws(actor).filter(population__gt=0)
    page = paginate(rows, ["-week", "-id"], request.GET.get("at", ""), size=20)
    context |= {
        "rows": [(row, row.week + WEEK - DAY, row.drawn_at + CHECK_WITHIN < clock.now()) for row in page.rows], "every": every,
        **paged(page, "&state=all" if every else ""), "size": SAMPLE_SIZE, "last": monday_of(clock.today()) - DAY,
        "drawing": visible_communities(actor, Permission.CONTROL_WORK),
    }  # fmt: skip
    return render(request, "control/samples.html", context)


@require_POST
@needs(Permission.CONTROL_WORK)
def draw_week(request: StaffRequest) -> HttpResponse:
    """Draw a week's sample; drawn before, it is the same."""
    return acted(
        request, lambda: draw(whole_number(request.POST.get("community")) or 0, parse_day(request.POST.get("week", ""), "日期"), actor=request.actor),
        _("已抽取"), "control:samples",
    )  # fmt: skip


@require_safe
@needs(Permission.CONTROL_VIEW)
def sample(request: StaffRequest, draw_id: int) -> HttpResponse:
    """A draw's payments in their order, each with what was found or the form to say it."""
    actor, row = request.actor, get_draw(request.actor, draw_id)
    found = list(items(actor).filter(draw=row).order_by("rank").prefetch_related("payment__tenders"))
    may = actor.may(Permission.CONTROL_WORK, row.community_id)
    lines = [
        (one, getattr(one, "check_done", None), may and one.taken_by_id != actor.user_id, [str(tender.get_method_display()) for tender in one.payment.tenders.all()])
        for one in found
    ]  # fmt: skip
    context = shared(actor, "samples") | {"draw": row, "lines": lines, "ends": row.week + WEEK - DAY}
    return render(request, "control/sample.html", context)


@require_POST
@needs(Permission.CONTROL_WORK)
def check_one(request: StaffRequest, sample_item_id: int) -> HttpResponse:
    item, sent = get_item(request.actor, sample_item_id), request.POST
    agrees = sent.get("result") == Check.Result.AGREES

    def act() -> None:
        typed = sent.get("slip", "").strip()
        slip = item.payment.amount_fen if agrees else parse_yuan(typed) if typed else None
        check(item.pk, sent.get("result", ""), actor=request.actor, slip_fen=slip, reason="" if agrees else sent.get("reason", ""))

    return acted(request, act, _("已登记"), "control:sample", item.draw_id)
