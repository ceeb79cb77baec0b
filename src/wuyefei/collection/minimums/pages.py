"""督办: whose minimum of contacts was missed, why, and who has answered for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from wuyefei.collection.followup.public import MINIMUMS
from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.access.taking import exporting
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.exports import Cell, Fen, Sheet, workbook_response
from wuyefei.foundation.platform.paging import paginate

from .actions import answer, watch_now
from .models import Answer, Miss
from .queries import ORDER, STATES, by_state, get_miss, misses
from .rules import ANSWER_HOLDS, ESCALATE_AFTER, EXPLAINED
from .wording import told

ANSWERED = Prefetch("answers", Answer.objects.select_related("made_by").order_by("-pk"), to_attr="said")


def _asked(request: HttpRequest) -> dict[str, Any]:
    state, level = request.GET.get("state", ""), request.GET.get("grade", "")
    return {
        "state": state if state in STATES else "", "grade": level if level in [grade.value for grade in MINIMUMS] else "",
        "community": whole_number(request.GET.get("community", "")), "mine": request.GET.get("mine") == "1",
        "q": request.GET.get("q", "").strip()[:40],
    }  # fmt: skip


def _found(actor: Actor, asked: dict[str, Any]) -> QuerySet[Miss]:
    rows = misses(actor)
    if asked["community"]:
        rows = rows.filter(community_id=asked["community"])
    if asked["grade"]:
        rows = rows.filter(grade=asked["grade"])
    if asked["mine"]:
        rows = rows.filter(case__owner_id=actor.user_id)
    if asked["q"]:
        words = asked["q"]
        rows = rows.filter(Q(case__person__name__icontains=words) | Q(case__person__pinyin__startswith=words.lower()) | Q(case__property__code__startswith=words))
    return rows


def _dressed(row: Miss, actor: Actor) -> dict[str, Any]:
    needed = Permission.FOLLOW_MANAGE if row.escalated_on else Permission.FOLLOW_WORK
    may = row.closed_on is None and row.why not in EXPLAINED and actor.may(needed, row.community_id)
    return {
        "row": row, "told": told(row), "days": (clock.today() - row.first_on).days, "may": may,
        "today": row.case.last_on == clock.today(), "said": next(iter(getattr(row, "said", [])), None),
    }  # fmt: skip


@require_GET
@needs(Permission.FOLLOW_VIEW)
def listed(request: HttpRequest) -> HttpResponse:
    """The misses by state, those before the manager first, the longest standing on top."""
    actor, asked = actor_of(request), _asked(request)
    rows = _found(actor, asked)
    counts = by_state(rows)
    state = asked["state"] or next((code for code in STATES if counts[code]), "open")
    shown = rows.filter(STATES[state]).select_related("case__person", "case__property", "case__owner", "community").prefetch_related(ANSWERED)
    page = paginate(shown, ORDER, request.GET.get("at", ""))
    places = visible_communities(actor, Permission.FOLLOW_VIEW)
    names = {"escalated": _("待经理处理"), "open": _("待补联系"), "answered": _("已说明"), "explained": _("不应再联系"), "closed": _("近 30 天已了结")}
    context = {
        "page": page, "rows": [_dressed(row, actor) for row in page.rows], "state": state, "asked": asked, "places": places,
        "several": len(places) > 1, "tabs": [(code, names[code], counts[code]) for code in STATES], "grades": [grade.value for grade in MINIMUMS],
        "minimums": [(grade.value, least) for grade, least in MINIMUMS.items()], "after": ESCALATE_AFTER, "holds": ANSWER_HOLDS,
        "managed": [place for place in places if actor.may(Permission.FOLLOW_MANAGE, place.pk)], "may_export": actor.may(Permission.EXPORT),
        "narrowed": any(asked[key] for key in ("community", "grade", "mine", "q")),
    }  # fmt: skip
    return render(request, "minimums/listed.html", context)


@require_GET
@needs(Permission.EXPORT)
def export(request: HttpRequest) -> HttpResponse:
    """The misses of the list as a workbook; who took it is on record for every community in it."""
    actor, asked = actor_of(request), _asked(request)
    allowed = exporting(actor, "minimums.export", Permission.FOLLOW_VIEW, asked["community"])
    rows = _found(actor, asked).filter(community_id__in=allowed)
    if asked["state"]:
        rows = rows.filter(STATES[asked["state"]])
    heads = [_("项目"), _("房屋编号"), _("缴费人"), _("欠费（元）"), _("级别"), _("天数"), _("应联系"), _("已联系"), _("原因"), _("起始"), _("升级"), _("说明"), _("责任人")]
    return workbook_response([Sheet(_("督办"), heads, _cells(rows))], _("督办") + ".xlsx")


def _cells(rows: QuerySet[Miss]) -> Iterator[list[Cell | Fen]]:
    found = rows.select_related("case__person", "case__property", "case__owner", "community").prefetch_related(ANSWERED)
    for row in found.order_by(*ORDER).iterator(chunk_size=2000):
        said = next(iter(getattr(row, "said", [])), None)
        yield [
            row.community.name, row.case.property.code, row.case.person.name, Fen(row.case.owed_fen), row.grade, row.days, row.least, row.done,
            told(row), row.first_on, row.escalated_on or "", said.reason if said else "", row.case.owner.name if row.case.owner else "",
        ]  # fmt: skip


@require_POST
@needs(Permission.FOLLOW_MANAGE)
def run(request: HttpRequest) -> HttpResponse:
    """Look at a place's minimums now, instead of at night."""
    community = whole_number(request.POST.get("community", ""))
    if community is None:
        raise Invalid(field="小区", reason="请选一个小区")
    count = watch_now(community, actor=actor_of(request))
    messages.success(request, ngettext("已核对，%(count)s 户没有达到最低次数。", "已核对，%(count)s 户没有达到最低次数。", count) % {"count": count})
    return redirect("minimums:listed")


@require_POST
@needs(Permission.FOLLOW_WORK)
def answered(request: HttpRequest, miss_id: int) -> HttpResponse:
    """Say why the minimum was missed."""
    actor = actor_of(request)
    row = get_miss(actor, miss_id)
    try:
        answer(row.pk, request.POST.get("reason", ""), actor=actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
    else:
        messages.success(request, _("已记下说明，%(days)s 天内不再升级。") % {"days": ANSWER_HOLDS})
    state = request.POST.get("state", "")
    return redirect(reverse("minimums:listed") + (f"?state={state}" if state in STATES else ""))
