"""One run: its review while a draft, the wait for a second person, and the published figures."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.queries import names_of
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.queries import open_request
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import audit
from wuyefei.foundation.platform.exports import Fen, Sheet, workbook_response
from wuyefei.foundation.platform.paging import paginate

from .. import queries, review
from ..actions import review as review_acts
from ..actions import runs as acts
from ..actions.runs import PUBLISH_KIND
from ..actions.voiding import VOID_RUN_KIND
from ..explaining import explanation
from ..models import Run, RunLine
from ..rules.drafting import FLAG_NAMES, Flag
from ..rules.review import REASON_NAMES, is_outlier, picture
from .common import actor_of, number, tell
from .runs import STATES, gap_groups


def chosen_lines(request: HttpRequest) -> review.LineFilter:
    """The filter in the query; values that mean nothing do not narrow."""
    state, flag = request.GET.get("state", ""), request.GET.get("flag", "")
    return review.LineFilter(
        state if state in ("outlier", "open", "struck") else "",
        flag if flag in set(Flag) else "",
        number(request, "building"),
        number(request, "item"),
        request.GET.get("q", "").strip()[:40],
    )


def dress(actor: Actor, rows: list[RunLine]) -> list[RunLine]:
    """Rows with what the table shows beside the columns."""
    names = names_of(actor, {row.reviewed_by_id for row in rows if row.reviewed_by_id})
    for row in rows:
        row.outlier = is_outlier(row.flags)  # type: ignore[attr-defined]
        row.reviewer = names.get(row.reviewed_by_id or 0, "")  # type: ignore[attr-defined]
        row.reasons = [_(FLAG_NAMES[Flag(flag)]) for flag in row.flags]  # type: ignore[attr-defined]
        row.difference_fen = row.amount_fen - (row.last_fen or 0)  # type: ignore[attr-defined]
    return rows


def _frame(request: HttpRequest, run: Run) -> dict[str, Any]:
    """What the head, the figures and the foot of a run's page need."""
    actor = actor_of(request)
    draft = run.state == Run.State.DRAFT
    return {
        "run": run,
        "month": Month.of(run.period),
        "kind": STATES[Run.State(run.state)],
        "figures": review.figures(run),
        "draft": draft,
        "may_review": draft and actor.may(Permission.BILLING_DRAFT, run.community_id),
        "may_confirm": actor.may(Permission.BILLING_CONFIRM, run.community_id),
        "may_export": actor.may(Permission.EXPORT, run.community_id),
        "may_void": actor.may(Permission.ADJUST_REQUEST, run.community_id),
        "mine": run.confirmed_by_id == actor.user_id,
        "steps": [_("计算"), _("复核"), _("确认"), _("发布")],
        "current": {"draft": 2, "confirmed": 4, "published": 5, "discarded": 1}[run.state],
    }


def _chips(found: Run, chosen: review.LineFilter) -> dict[str, Any]:
    """Counts beside the filter, and how many outliers it shows that wait to be looked at."""
    waiting = review.lines(found, chosen).filter(review.OUTLIER, struck=False, reviewed_by_id__isnull=True)
    return {
        "chosen": chosen,
        "to_pass": waiting.count(),
        "flags": [(code, _(name), count) for code, name, count in review.flag_counts(found)],
    }


def _items(found: Run) -> dict[str, Any]:
    items = review.by_item(found) if found.state != Run.State.DISCARDED else []
    return {"items": items, "item_total": review.total_of(items)}


@require_GET
@needs(Permission.BILLING_VIEW)
def run(request: HttpRequest, pk: int) -> HttpResponse:
    found = queries.get_run(actor_of(request), pk)
    context = _frame(request, found) | _items(found)
    if found.state in (Run.State.PUBLISHED, Run.State.DISCARDED):
        return _settled(request, found, context)
    chosen = chosen_lines(request)
    rows = review.lines(found, chosen)
    page = paginate(rows, ["rank", "place", "id"], request.GET.get("at", ""))
    kept = rows.filter(struck=False)
    context |= _chips(found, chosen) | {
        "page": page,
        "rows": dress(actor_of(request), page.rows),
        "narrowed": chosen != review.LineFilter(),
        "total": kept.aggregate(n=Count("id"), s=Sum("amount_fen"), last=Sum("last_fen")),
        "request_row": open_request(actor_of(request), PUBLISH_KIND, pk),
        "lost": not context["figures"].lines and not context["figures"].struck,
    }
    context["buildings"], context["charge_items"] = review.pieces_of(found)
    return render(request, "billing/review.html", context)


def _settled(request: HttpRequest, found: Run, context: dict[str, Any]) -> HttpResponse:
    billed = queries.receivables(actor_of(request)).filter(run=found)
    rows = billed.select_related("property", "payer", "item")
    text, item = request.GET.get("q", "").strip()[:40], number(request, "item")
    if text:
        rows = rows.filter(review.matches(text))
    if item:
        rows = rows.filter(item_id=item)
    context |= {
        "page": paginate(rows, ["id"], request.GET.get("at", "")),
        "text": text,
        "total": rows.aggregate(n=Count("id"), s=Sum("amount_fen"), left=Sum("outstanding_fen")),
        "reversed": billed.filter(reversed_at__isnull=False).aggregate(n=Count("id"), s=Sum("amount_fen")),
        "void_request": open_request(actor_of(request), VOID_RUN_KIND, found.pk),
    }
    return render(request, "billing/published.html", context)


@require_GET
@needs(Permission.BILLING_VIEW)
def summary(request: HttpRequest, pk: int) -> HttpResponse:
    """Figures, items and foot again, after a line was passed or struck out."""
    found = queries.get_run(actor_of(request), pk)
    context = _frame(request, found) | _items(found) | _chips(found, chosen_lines(request)) | {"again": True}
    return render(request, "billing/_summary.html", context)


@require_GET
@needs(Permission.BILLING_VIEW)
def bridge(request: HttpRequest, pk: int) -> HttpResponse:
    found = queries.get_run(actor_of(request), pk)
    made = review.run_bridge(found)
    names = {reason: _(name) for reason, name in REASON_NAMES.items()}
    context = {
        "run": found,
        "bridge": made,
        "steps": [(names[step.reason], step) for step in made.steps],
        "bars": picture(made, names, _("上期"), _("本期")),
    }
    return render(request, "billing/_bridge.html", context)


@require_GET
@needs(Permission.BILLING_VIEW)
def gaps(request: HttpRequest, pk: int) -> HttpResponse:
    """What could not be billed, computed from the facts of now."""
    found = queries.get_run(actor_of(request), pk)
    chosen = acts.Selection(tuple(found.selection.get("properties", [])), tuple(found.selection.get("items", [])))
    _drafts, missing = acts.compute(found.community_id, Month.of(found.period), chosen)
    return render(request, "billing/_gaps.html", {"groups": gap_groups(missing), "count": len(missing)})


def _line(request: HttpRequest, pk: int, line_id: int) -> RunLine:
    row = (
        queries.run_lines(actor_of(request), pk).select_related("run__community", "property", "payer", "item", "tariff", "contract")
        .filter(pk=line_id).first()
    )  # fmt: skip
    if row is None:
        raise NotFound()
    return row


@require_GET
@needs(Permission.BILLING_VIEW)
def line(request: HttpRequest, pk: int, line_id: int) -> HttpResponse:
    """The drawer: how this line was made."""
    row = _line(request, pk, line_id)
    assert row.run is not None
    compared, reasons = review.compare_line(row)
    context = _frame(request, row.run) | {
        "row": dress(actor_of(request), [row])[0],
        "explanation": explanation(row),
        "last": compared,
        "last_fen": sum(part.amount_fen for part in compared),
        "reasons": [(_(REASON_NAMES[reason]), fen) for reason, fen in reasons.items()],
        "drawer": bool(getattr(request, "htmx", False)),
        "frame": "shell/drawer.html" if getattr(request, "htmx", False) else "shell/base.html",
    }
    return render(request, "billing/line.html", context)


@require_POST
@needs(Permission.BILLING_DRAFT)
def judge(request: HttpRequest, pk: int, line_id: int) -> HttpResponse:
    """Pass a line, strike it out or take it back in; the row comes back as it now stands."""
    actor = actor_of(request)
    _line(request, pk, line_id)
    struck = request.POST.get("act") == "strike"
    acts.strike_line(line_id, struck=struck, actor=actor)
    if not getattr(request, "htmx", False):
        return redirect("billing:run", pk)
    row = dress(actor, [_line(request, pk, line_id)])[0]
    response = render(request, "billing/_row.html", {"row": row, "run": row.run, "may_review": True, "current": True})
    return tell(response, _("已剔除，不会发布") if struck else "", **{"billing-changed": {}})


@require_POST
@needs(Permission.BILLING_DRAFT)
def pass_all(request: HttpRequest, pk: int) -> HttpResponse:
    """Pass every unreviewed outlier that the filter shows."""
    actor = actor_of(request)
    queries.get_run(actor, pk)
    count = review_acts.pass_lines(pk, chosen_lines(request), actor=actor)
    messages.success(request, ngettext("%(count)s 条已核对通过", "%(count)s 条已核对通过", count) % {"count": count})
    response = redirect("billing:run", pk)
    response["Location"] += f"?{request.GET.urlencode()}" if request.GET else ""
    return response


HEAD = ("房号", "缴费人", "收费项目", "账期", "服务自", "服务至", "到期日", "计费数量", "应收（元）", "税率", "税额（元）")


@require_GET
@needs(Permission.EXPORT)
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """A workbook of the run's lines and its sums by item."""
    actor = actor_of(request)
    found = queries.get_run(actor, pk)
    actor.require(Permission.EXPORT, found.community_id)
    published = found.state == Run.State.PUBLISHED
    source: Any = queries.receivables(actor).filter(run=found) if published else queries.run_lines(actor, pk).filter(struck=False)
    rows = source.order_by("property__sort_key", "id").values_list(
        "property__code", "payer__name", "item__name", "period", "service_from", "service_to", "due_on", "quantity",
        "amount_fen", "tax_rate", "tax_fen",
    )  # fmt: skip
    body = ((*row[:3], f"{row[3]:%Y-%m}", *row[4:8], Fen(row[8]), row[9], Fen(row[10])) for row in rows.iterator(chunk_size=5000))
    by_item = [(item.name, item.lines, Fen(item.last_fen), Fen(item.amount_fen), Fen(item.difference_fen)) for item in review.by_item(found)]
    audit.record(actor, "billing.export", found, after={"state": found.state})
    sheets = [
        Sheet(_("账单行"), [_(title) for title in HEAD], body),
        Sheet(_("按收费项目"), [_("项目"), _("行数"), _("上期（元）"), _("本期（元）"), _("差异（元）")], by_item),
    ]
    return workbook_response(sheets, f"{found.community.name}-{found.period:%Y-%m}-{_('账单')}.xlsx")
