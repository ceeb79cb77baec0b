"""Long work with its progress, stop and resume; scheduled work with its last run."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.platform import audit, clock, jobs
from wuyefei.foundation.platform.models import Job
from wuyefei.foundation.platform.paging import paginate
from wuyefei.foundation.platform.schedule import run_scheduled, scheduled

STATES = {
    Job.State.WAITING: "due", Job.State.RUNNING: "plan", Job.State.DONE: "paid", Job.State.FAILED: "late", Job.State.STOPPED: "void",
}  # fmt: skip
SLUG = "wuyefei."


@dataclass(frozen=True)
class Shown:
    """A job as the pages show it."""

    row: Job
    title: str
    status: str
    url: str
    words: str
    left: str
    may_stop: bool
    may_resume: bool

    @property
    def open(self) -> bool:
        return self.row.state in jobs.OPEN


def show_of(row: Job) -> Shown:
    """One job in words; who sees it may steer it."""
    kind = jobs.known(row.kind)
    done = row.state == Job.State.DONE
    url = kind.address(row) if kind and kind.address and done else ""
    words = kind.describe(row) if kind and kind.describe and done and row.result else _(row.message) if row.message else ""
    return Shown(
        row, _(kind.title) if kind and kind.title else row.kind, STATES[Job.State(row.state)], url, words, left_of(row),
        row.state in jobs.OPEN and not row.stop_requested,
        kind is not None and row.state in (Job.State.STOPPED, Job.State.FAILED),
    )  # fmt: skip


def left_of(row: Job) -> str:
    """How long the rest will take at the pace so far; empty where that cannot be told."""
    pace = row.per_second
    if row.state != Job.State.RUNNING or not pace or row.done >= row.total:
        return ""
    seconds = int((row.total - row.done) / pace) + 1
    return _("约还要 %(left)s") % {"left": str(dt.timedelta(seconds=seconds))}


def _one(request: HttpRequest, pk: int) -> Job:
    row = jobs.jobs(actor_of(request)).filter(pk=pk).first()
    if row is None:
        raise NotFound()
    return row


@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    """The jobs of one's places, the latest first, and what comes by the clock."""
    actor = actor_of(request)
    rows = jobs.jobs(actor)
    state = request.GET.get("state", "")
    if state in Job.State.values:
        rows = rows.filter(state=state)
    else:
        state = ""
    page = paginate(rows, ["-id"], request.GET.get("at", ""))
    context = {
        "page": page,
        "rows": [show_of(row) for row in page.rows],
        "state": state,
        "states": Job.State.choices,
        "scheduled": [
            (one.name.removeprefix(SLUG), _(one.title), _(one.every), last) for one, last in scheduled()
        ],
        "may_run": Permission.ADMIN in actor.wide,
        "now": clock.now(),
    }
    return render(request, "jobs/list.html", context)


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One job; asked for again every second while it runs."""
    shown = show_of(_one(request, pk))
    htmx = bool(getattr(request, "htmx", False))
    response = render(request, "jobs/_job.html" if htmx else "jobs/show.html", {"job": shown})
    if htmx and not shown.open:
        response.headers["HX-Refresh"] = "true"
    return response


def _act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    _one(request, pk)
    try:
        if act == "stop":
            jobs.stop(pk, actor=actor_of(request))
            messages.info(request, _("已请它停下；做完的部分照旧，没有做完的没有改变。"))
        else:
            jobs.resume(pk, actor=actor_of(request))
            messages.success(request, _("已继续"))
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, error.text)
    return redirect("jobs:show", pk)


@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, "stop")


@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, "resume")


@require_POST
@needs(Permission.ADMIN, wide=True)
def run(request: HttpRequest, work: str) -> HttpResponse:
    """Run scheduled work by hand, for one's own organisation where it knows organisations."""
    actor = actor_of(request)
    count = run_scheduled(f"{SLUG}{work}", organisation_id=actor.organisation_id, by=actor.name)
    row = next(last for one, last in scheduled() if one.name == f"{SLUG}{work}")
    assert row is not None
    audit.record(actor, "jobs.run", row, after={"count": count})
    messages.success(request, _("已运行，处理了 %(count)s 项") % {"count": count})
    return redirect("jobs:list")
