"""The board by step with filters, its table, export, and how matters end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.access.taking import exporting
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.exports import Cell, Fen, Sheet, workbook_response
from wuyefei.foundation.platform.paging import paginate

from ..models import Matter
from ..queries.board import FIELD_ENFORCEMENT, FIELD_MEDIATION, columns, sums_of
from ..queries.board import results as results_of
from ..queries.matters import matters, open_matters
from ..rules.road import BOARD, STEP_NAMES, Step
from .common import actor_of

EACH = 20
ORDER = ["next_on", "id"]


def _asked(request: HttpRequest) -> dict[str, Any]:
    step = request.GET.get("step", "")
    return {
        "step": step if step in [one.value for one in Step] else "", "community": whole_number(request.GET.get("community", "")),
        "mine": request.GET.get("mine") == "1", "q": request.GET.get("q", "").strip()[:40],
    }  # fmt: skip


def _found(request: HttpRequest, asked: dict[str, Any]) -> QuerySet[Matter]:
    actor = actor_of(request)
    rows = matters(actor).filter(closed_on__isnull=False) if asked["step"] == Step.CLOSED else open_matters(actor)
    if asked["step"]:
        rows = rows.filter(step=asked["step"])
    if asked["community"]:
        rows = rows.filter(community_id=asked["community"])
    if asked["mine"]:
        rows = rows.filter(owner_id=actor.user_id)
    if asked["q"]:
        words = asked["q"]
        rows = rows.filter(
            Q(person__name__icontains=words) | Q(person__pinyin__startswith=words.lower()) | Q(property__code__startswith=words) | Q(number__icontains=words)
        )
    return rows.select_related("person", "property", "community", "owner")


@require_GET
@needs(Permission.LEGAL_VIEW)
def board(request: HttpRequest) -> HttpResponse:
    """Columns by step with the nearest deadlines; a chosen step as a table."""
    actor, asked = actor_of(request), _asked(request)
    rows, places = _found(request, asked), visible_communities(actor, Permission.LEGAL_VIEW)
    counts = dict(rows.order_by().values_list("step").annotate(Count("pk")))
    context: dict[str, Any] = {
        "asked": asked, "places": places, "several": len(places) > 1, "narrowed": any(asked.values()), "today": clock.today(),
        "steps": [(step.value, _(STEP_NAMES[step])) for step in Step], "may_work": actor.may(Permission.LEGAL_WORK),
        "may_export": actor.may(Permission.EXPORT),
    }  # fmt: skip
    if asked["step"]:
        page = paginate(rows, ORDER, request.GET.get("at", ""))
        sums = sums_of(page.rows)
        context |= {"page": page, "rows": [(row, sums.get(row.pk, 0)) for row in page.rows]}
        return render(request, "legal/table.html", context)
    shown = [row for step in BOARD for row in rows.filter(step=step.value).order_by(*ORDER)[:EACH]]
    sums = sums_of(shown)
    context["columns"] = [
        (step.value, _(STEP_NAMES[step]), counts.get(step.value, 0), [(row, sums.get(row.pk, 0)) for row in found], counts.get(step.value, 0) > EACH)
        for step, found in columns(shown)
    ]
    context["any"] = bool(shown)
    return render(request, "legal/board.html", context)


@require_GET
@needs(Permission.EXPORT)
def export(request: HttpRequest) -> HttpResponse:
    """The matters of the board as a workbook; who took it is on record for every community in it."""
    actor, asked = actor_of(request), _asked(request)
    allowed = exporting(actor, "legal.export", Permission.LEGAL_VIEW, asked["community"])
    heads = [_("案件"), _("项目"), _("房屋编号"), _("缴费人"), _("阶段"), _("尚欠本金（元）"), _("下一期限"), _("事项"), _("时效届满"), _("责任人")]
    return workbook_response([Sheet(_("法务案件"), heads, _cells(_found(request, asked).filter(community_id__in=allowed)))], _("法务案件") + ".xlsx")


def _cells(rows: QuerySet[Matter]) -> Iterator[list[Cell | Fen]]:
    batch = list(rows.order_by(*ORDER))
    sums = sums_of(batch)
    for row in batch:
        yield [
            row.number, row.community.name, row.property.code, row.person.name, str(row.get_step_display()), Fen(sums.get(row.pk, 0)), row.next_on,
            _(row.next_what) if row.next_what else "", row.limitation_on, row.owner.name,
        ]  # fmt: skip


@require_GET
@needs(Permission.LEGAL_VIEW)
def results(request: HttpRequest) -> HttpResponse:
    """How matters end, beside the field's figures."""
    found = results_of(actor_of(request))
    return render(request, "legal/results.html", {
        "found": found, "mediation": _percent(found.mediation_permille), "between": [_percent(part) for part in found.mediation_interval or ()], "enforcement": _percent(found.enforcement_permille),
        "field_mediation": FIELD_MEDIATION, "field_enforcement": FIELD_ENFORCEMENT,
    })  # fmt: skip


def _percent(permille: int | None) -> str:
    return "" if permille is None else f"{permille // 10}.{permille % 10}"
