"""The ledger as a workbook: at once, or by a job whose page shows how far it is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.exports import attachment, workbook_response
from wuyefei.foundation.platform.models import Job

from .. import exporting
from .common import actor_of, filter_of

MAX_PICKED = 1000


@require_GET
@needs(Permission.EXPORT)
def export(request: HttpRequest) -> HttpResponse:
    """All rows of the filter, or those ticked (``id``)."""
    actor = actor_of(request)
    chosen, wrong = filter_of(request)
    if wrong:
        raise wrong[0]
    picked = [int(text) for text in request.GET.getlist("id")[:MAX_PICKED] if whole_number(text) is not None]
    scope = exporting.export_scope(actor, chosen, picked)
    rows = exporting.count(scope)
    if rows > exporting.AT_ONCE:
        return redirect("arrears:export_job", exporting.start_export(actor, chosen, rows).pk)
    exporting.note(actor, chosen, rows)
    return workbook_response([exporting.sheet(actor, scope)], f"{_('欠费台账')}-{clock.today()}.xlsx")


@require_GET
@needs(Permission.EXPORT)
def progress(request: HttpRequest, job_id: int) -> HttpResponse:
    """How far a long export is; asks again by itself until it is done."""
    job = exporting.own_export(actor_of(request), job_id)
    part = bool(getattr(request, "htmx", False))
    context = {"job": job, "open": job.state in (Job.State.WAITING, Job.State.RUNNING), "share": job.done * 100 // max(job.total, 1)}
    return render(request, "arrears/_progress.html" if part else "arrears/progress.html", context)


@require_GET
@needs(Permission.EXPORT)
def download(request: HttpRequest, job_id: int) -> HttpResponse:
    job = exporting.own_export(actor_of(request), job_id)
    if job.state != Job.State.DONE:
        raise DomainError("export_not_ready", "文件还没有写完。")
    return attachment(exporting.read_export(job), f"{_('欠费台账')}-{job.made_at:%Y-%m-%d}.xlsx")
