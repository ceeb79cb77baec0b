"""One run: its ages, its large debts, its lines; submitting, giving up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.queries import open_request
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import audit
from wuyefei.foundation.platform.exports import workbook_response
from wuyefei.foundation.platform.paging import paginate

from ..actions import KIND, assess, discard, submit
from ..forms import AssessForm
from ..models import Run
from ..queries import get_run, lines_of, singles_of, standing_balance
from ..rules import Bucket
from .common import STATES, line_sheet, names, percent

ORDER = ["-outstanding_fen", "-id"]
SHOWN = 30
WRITTEN = 2000


@require_safe
@needs(Permission.LEDGER_VIEW)
def shown(request: StaffRequest, reserve_run_id: int) -> HttpResponse:
    return _page(request, reserve_run_id)


def _page(request: StaffRequest, run_id: int, refused: str = "", typed: dict[int, AssessForm] | None = None) -> HttpResponse:
    actor = request.actor
    run = get_run(actor, run_id)
    said = names()
    parts = list(run.parts.order_by("bucket"))
    singles = list(singles_of(actor, run.pk))
    filled = [part.bucket for part in parts if part.receivables]
    asked = whole_number(request.GET.get("age", ""))
    age = asked if asked in {bucket.value for bucket in Bucket} else max(filled, default=0)
    page = paginate(lines_of(actor, run.pk).filter(bucket=age), ORDER, request.GET.get("at", ""), size=SHOWN)
    by_age, single = sum(part.reserve_fen for part in parts), sum(one.reserve_fen or 0 for one in singles)
    missing = sum(one.reserve_fen is None for one in singles)
    standing = standing_balance(run.community_id) if run.standing_fen is None else run.standing_fen
    may_work = actor.may(Permission.RESERVE_WORK, run.community_id)
    draft = run.state == Run.State.DRAFT
    context: dict[str, Any] = {
        "run": run, "mark": STATES[Run.State(run.state)], "parts": [(part, said[part.age], percent(part.rate)) for part in parts],
        "singles": [(one, (typed or {}).get(one.pk)) for one in singles], "missing": missing, "by_age": by_age, "single": single,
        "reserve": by_age + single, "standing": standing, "gap": by_age + single - standing,
        "owed": sum(part.outstanding_fen for part in parts if part.bucket), "all": sum(part.outstanding_fen for part in parts),
        "bills": sum(part.receivables for part in parts), "page": page, "age": age,
        "ages": [(part.bucket, said[part.age], part.receivables) for part in parts],
        "refused": refused, "draft": draft, "may_work": may_work and draft, "may_export": actor.may(Permission.EXPORT, run.community_id),
        "request_open": open_request(actor, KIND, run.pk), "own": run.asked_by_id == actor.user_id,
    }  # fmt: skip
    return render(request, "reserve/run.html", context, status=409 if refused else 200)


@require_POST
@needs(Permission.RESERVE_WORK)
def submit_now(request: StaffRequest, reserve_run_id: int) -> HttpResponse:
    """Ask a second person; a refusal is said on the page."""
    try:
        submit(reserve_run_id, actor=request.actor, note=request.POST.get("note", ""))
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        return _page(request, reserve_run_id, error.text)
    messages.success(request, _("已提交，等另一位同事复核"))
    return redirect("reserve:run", reserve_run_id)


@require_POST
@needs(Permission.RESERVE_WORK)
def discard_now(request: StaffRequest, reserve_run_id: int) -> HttpResponse:
    """Give the draft up."""
    run = get_run(request.actor, reserve_run_id)
    try:
        discard(reserve_run_id, actor=request.actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        return _page(request, reserve_run_id, error.text)
    messages.success(request, _("已放弃这次计提，明细留作记录"))
    return redirect(f"{reverse('reserve:board')}?quarter={run.quarter}")


@require_POST
@needs(Permission.RESERVE_WORK)
def assess_now(request: StaffRequest, reserve_run_id: int, single_id: int) -> HttpResponse:
    """Assess one large debt; what was typed stays where it is refused."""
    if not singles_of(request.actor, reserve_run_id).filter(pk=single_id).exists():
        raise NotFound()
    form = AssessForm(request.POST)
    if not form.is_valid():
        words = "；".join(f"{form.fields[name].label}：{errors[0]}" for name, errors in form.errors.items())
        return _page(request, reserve_run_id, words, {single_id: form})
    found = form.cleaned_data
    try:
        one = assess(reserve_run_id, single_id, found["reserve"], found["reason"], found["plan"], actor=request.actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        return _page(request, reserve_run_id, error.text, {single_id: form})
    messages.success(request, _("已评估：%(name)s") % {"name": one.payer.name})
    return redirect("reserve:run", reserve_run_id)


@require_safe
@needs(Permission.EXPORT)
def export(request: StaffRequest, reserve_run_id: int) -> HttpResponse:
    """The lines of a run as a workbook; who took it is on record."""
    actor = request.actor
    run = get_run(actor, reserve_run_id)
    actor.require(Permission.EXPORT, run.community_id)
    audit.record(actor, "reserve.export", run, after={"quarter": str(run.quarter)})
    rows = lines_of(actor, run.pk).select_related("community").order_by("bucket", *ORDER)
    return workbook_response([line_sheet(rows.iterator(chunk_size=WRITTEN))], f"{run}.xlsx")
