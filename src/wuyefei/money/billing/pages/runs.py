"""The list of runs, drafting a month, and what happens to a run as a whole."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.paging import paginate

from .. import queries
from ..actions import review as review_acts
from ..actions import runs as acts
from ..actions import voiding
from ..actions.drafting import start_draft
from ..forms import RunForm
from ..models import Run
from ..rules.drafting import Gap
from .common import actor_of, attempt, number

STATES = {Run.State.DRAFT: "plan", Run.State.CONFIRMED: "part", Run.State.PUBLISHED: "paid", Run.State.DISCARDED: "void"}
GAP_REASONS = {
    "no_area": "没有计费面积",
    "no_quantity": "没有计费数量",
    "no_heads": "没有登记居住的人",
    "bad_formula": "公式算不出金额",
    "no_price": "这些天没有生效的价格",
    "no_payer": "没有缴费人",
    "zero": "金额为 0",
}
GAPS_SHOWN = 200


def gap_groups(gaps: list[Gap]) -> list[tuple[str, int, list[Gap]]]:
    """(reason in words, how many, the first of them) by reason."""
    found: dict[str, list[Gap]] = {}
    for gap in gaps:
        found.setdefault(gap.reason, []).append(gap)
    return [(_(GAP_REASONS.get(reason, reason)), len(rows), rows[:GAPS_SHOWN]) for reason, rows in found.items()]


@require_GET
@needs(Permission.BILLING_VIEW)
def runs(request: HttpRequest) -> HttpResponse:
    """Runs by community and month, the latest first."""
    actor = actor_of(request)
    rows = queries.runs(actor)
    community, state = number(request, "community"), request.GET.get("state", "")
    if community:
        rows = rows.filter(community_id=community)
    if state in Run.State.values:
        rows = rows.filter(state=state)
    page = paginate(rows, ["-period", "-id"], request.GET.get("at", ""))
    context = {
        "page": page,
        "kinds": STATES,
        "communities": visible_communities(actor, Permission.BILLING_VIEW),
        "community": community,
        "state": state,
        "states": Run.State.choices,
        "may_draft": actor.may(Permission.BILLING_DRAFT),
        "narrowed": bool(community or state),
    }
    return render(request, "billing/runs.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.BILLING_DRAFT)
def new_run(request: HttpRequest) -> HttpResponse:
    """Draft a month; where nothing is to be billed, say why."""
    actor = actor_of(request)
    following = Month.of(clock.today()).plus(1)
    initial = {"month": str(following), "community": number(request, "community")}
    form = RunForm(actor, request.POST or None, initial=initial)
    gaps: list[Gap] | None = None
    if request.method == "POST" and form.is_valid():
        chosen = acts.Selection(item_ids=tuple(form.cleaned_data["items"]))
        try:
            job = start_draft(form.cleaned_data["community"], form.cleaned_data["month"], actor=actor, selection=chosen)
            if job is not None:
                return redirect("jobs:show", job.pk)
            result = acts.draft_run(form.cleaned_data["community"], form.cleaned_data["month"], actor=actor, selection=chosen)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error(None, error.text)
        else:
            if result.run is not None:
                words = _("已算出 %(count)s 行，合计 %(sum)s 元") % {"count": result.line_count, "sum": yuan_text(result.amount_fen)}
                messages.success(request, words)
                return redirect("billing:run", result.run.pk)
            gaps = result.gaps
    context = {"form": form, "nothing": gaps is not None, "groups": gap_groups(gaps or [])}
    return render(request, "billing/new_run.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Permission.BILLING_DRAFT)
def recompute(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft again from the facts of now; passes and strikes are forgotten."""
    actor = actor_of(request)
    run = queries.get_run(actor, pk)
    chosen = acts.Selection(tuple(run.selection.get("properties", [])), tuple(run.selection.get("items", [])))
    job = attempt(request, lambda: (start_draft(run.community_id, Month.of(run.period), actor=actor, selection=chosen),))
    if job is None:
        return redirect("billing:run", pk)
    if job[0] is not None:
        return redirect("jobs:show", job[0].pk)
    result = attempt(request, lambda: acts.draft_run(run.community_id, Month.of(run.period), actor=actor, selection=chosen))
    if result is not None and result.run is None:
        messages.warning(request, _("没有应出的账单，草稿已放弃。"))
        return redirect("billing:runs")
    if result is not None:
        messages.success(request, _("已重新计算：%(count)s 行，合计 %(sum)s 元") % {
            "count": result.line_count, "sum": yuan_text(result.amount_fen),
        })  # fmt: skip
    return redirect("billing:run", pk)


@require_POST
@needs(Permission.BILLING_DRAFT)
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    actor = actor_of(request)
    queries.get_run(actor, pk)
    done = attempt(request, lambda: acts.discard_run(pk, actor=actor, reason=request.POST.get("reason", "")))
    if done is None:
        return redirect("billing:run", pk)
    messages.success(request, _("草稿已放弃，可以重新出账"))
    return redirect("billing:runs")


@require_POST
@needs(Permission.BILLING_CONFIRM)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm what the page showed: its number of lines and its sum come along."""
    actor = actor_of(request)
    queries.get_run(actor, pk)
    try:
        seen = {"lines": int(request.POST.get("lines", "")), "amount_fen": int(request.POST.get("amount_fen", ""))}
    except ValueError:
        messages.error(request, _("没有收到确认的金额，请刷新页面再试。"))
        return redirect("billing:run", pk)
    if attempt(request, lambda: review_acts.confirm_reviewed(pk, actor=actor, **seen)) is not None:
        messages.success(request, _("已确认，等待另一人发布"))
    return redirect("billing:run", pk)


@require_POST
@needs(Permission.BILLING_CONFIRM)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a confirmed run back to the draft."""
    actor = actor_of(request)
    queries.get_run(actor, pk)

    def act() -> bool:
        review_acts.withdraw_run(pk, actor=actor)
        return True

    if attempt(request, act):
        messages.success(request, _("已撤回，可以继续修改"))
    return redirect("billing:run", pk)


@require_POST
@needs(Permission.ADJUST_REQUEST)
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask to reverse a whole published run."""
    actor = actor_of(request)
    queries.get_run(actor, pk)
    if attempt(request, lambda: voiding.ask_void_run(pk, actor=actor, reason=request.POST.get("reason", ""))) is not None:
        messages.success(request, _("已提交整期红冲，等待另一人复核"))
    return redirect("billing:run", pk)
