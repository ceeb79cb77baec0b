"""Results by quarter, and the households to call back."""

from __future__ import annotations

import datetime as dt
import re

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.exports import XLSX, Sheet, attachment, workbook
from wuyefei.foundation.platform.paging import paginate
from wuyefei.relations.governance.public import quarter_of

from . import actions, queries
from .models import Answer
from .rules import LEAST_GROUP, SCORES, Standing

VIEWS = {"": "待回访", "low": "不满意和投诉管家", "all": "全部"}


def _number(text: str) -> int:
    return whole_number(text) or 0


def _quarter(text: str) -> dt.date:
    match = re.fullmatch(r"(20\d\d)Q([1-4])", text)
    return dt.date(int(match[1]), int(match[2]) * 3 - 2, 1) if match else quarter_of(clock.today())


def code_of(quarter: dt.date) -> str:
    return f"{quarter.year}Q{(quarter.month + 2) // 3}"


def _places(request: StaffRequest) -> list[Community]:
    """Those chosen, of the actor's own: an id of elsewhere is not found."""
    found, wanted = visible_communities(request.actor, Permission.REPORT_VIEW), request.GET.get("community", "")
    if not wanted:
        return found
    kept = [place for place in found if place.pk == _number(wanted)]
    if not kept:
        raise NotFound()
    return kept


@require_GET
@needs(Permission.REPORT_VIEW)
def results(request: StaffRequest) -> HttpResponse:
    """A quarter by community and housekeeper: counts, share satisfied with its interval, mean; small groups hidden."""
    actor, quarter, places = request.actor, _quarter(request.GET.get("q", "")), _places(request)
    known = sorted({*queries.quarters(actor), quarter_of(clock.today()), quarter}, reverse=True)
    mine = visible_communities(actor, Permission.SURVEY_WORK)
    begun = set(queries.waves(actor).filter(quarter=quarter_of(clock.today())).values_list("community_id", flat=True))
    context = {
        "found": queries.results(actor, quarter, places), "quarters": [(code_of(one), one == quarter) for one in known], "code": code_of(quarter),
        "places": visible_communities(actor, Permission.REPORT_VIEW), "community": request.GET.get("community", ""), "least": LEAST_GROUP,
        "to_open": [place for place in mine if place.pk not in begun], "may_export": actor.may(Permission.EXPORT),
        "running": list(queries.waves(actor).filter(closes_on__gte=clock.today()).select_related("community").order_by("community__sort_key")),
    }  # fmt: skip
    return render(request, "surveys/results.html", context)


@require_GET
@needs(Permission.EXPORT)
def export(request: StaffRequest) -> HttpResponse:
    """The same as a workbook; hidden groups are hidden there too."""
    quarter, actor = _quarter(request.GET.get("q", "")), request.actor
    actor.require_anywhere(Permission.REPORT_VIEW)
    places = [place for place in _places(request) if place.pk in actor.communities(Permission.EXPORT)]
    found = queries.results(actor, quarter, places)
    heads = [_("工单评价份数"), _("已办结工单"), _("工单满意率（%）"), _("区间下限（%）"), _("区间上限（%）"), _("工单平均分"),
             _("季度调查份数"), _("房屋"), _("季度满意率（%）"), _("区间下限（%）"), _("区间上限（%）"), _("季度平均分")]  # fmt: skip
    rows = [[line.name, *_cells(line.ticket), *_cells(line.wave)] for line in found.communities]
    keepers = [[line.place, line.name or _("未指定管家"), *_cells(line.ticket), *_cells(line.wave)] for line in found.keepers]
    sheets = [Sheet(_("小区"), [_("小区"), *heads], rows), Sheet(_("管家"), [_("小区"), _("管家"), *heads], keepers)]
    return attachment(workbook(sheets), f"{_('满意度')} {code_of(quarter)}.xlsx", XLSX)


def _cells(one: Standing | None) -> list[str | int | None]:
    if one is None:
        return [_("少于 %(least)s 份") % {"least": LEAST_GROUP}, None, None, None, None, None]
    low, high = one.satisfied.ends
    return [one.count, one.asked, *(f"{share * 100:.1f}" for share in (one.satisfied.share, low, high)), str(one.mean)]


@require_POST
@needs(Permission.SURVEY_WORK)
def open_one(request: StaffRequest) -> HttpResponse:
    try:
        row = actions.open_wave(_number(request.POST.get("community", "")), actor=request.actor)
        messages.success(request, _("已开始，业主手机页上看得到，到 %(day)s 为止。") % {"day": row.closes_on})
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
    return redirect("surveys:results")


@require_GET
@needs(Permission.SURVEY_WORK)
def answers(request: StaffRequest) -> HttpResponse:
    """Who waits for a call first; also all that was said."""
    actor, view, place = request.actor, request.GET.get("view", ""), request.GET.get("community", "")
    rows = queries.answers(actor)
    if view != "all":
        rows = rows.filter(call=True)
    if view not in ("all", "low"):
        rows = rows.filter(handled_at__isnull=True)
    if place:
        rows = rows.filter(community_id=_number(place))
    page = paginate(rows, ["-pk"], request.GET.get("at", ""))
    context = {
        "rows": [_dressed(row) for row in page.rows], "page": page, "view": view, "community": place,
        "views": [(code, _(name)) for code, name in VIEWS.items()], "places": visible_communities(actor, Permission.SURVEY_WORK),
    }  # fmt: skip
    return render(request, "surveys/answers.html", context)


def _dressed(row: Answer) -> Answer:
    row.words = _(SCORES[row.score])  # type: ignore[attr-defined]
    row.code = code_of(row.quarter)  # type: ignore[attr-defined]
    return row


@require_POST
@needs(Permission.SURVEY_WORK)
def handle(request: StaffRequest, answer_id: int) -> HttpResponse:
    try:
        actions.handle(answer_id, request.POST.get("note", ""), actor=request.actor)
        messages.success(request, _("已记下回访情况。"))
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
    return redirect("surveys:answers")
