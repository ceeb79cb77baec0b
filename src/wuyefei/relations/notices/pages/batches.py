"""Batches: the list, a new one, its coverage; and the worklist of households that were not reached."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import audit, clock, jobs
from wuyefei.foundation.platform.exports import Cell, Fen, Sheet, workbook_response
from wuyefei.foundation.platform.paging import paginate
from wuyefei.foundation.shell.refusals import answered
from wuyefei.money.billing.public import receivables

from ..actions import planning
from ..actions.letters import print_letters
from ..forms import BatchForm
from ..models import CHANNELS, Message, Target
from ..queries import batches as rows_of
from ..queries import coverage, get_batch, manner_of, targets, timed
from ..rules.ladder import GOAL
from ..rules.timing import PATTERN_NAMES
from .common import actor_of, number

NAMES = dict(CHANNELS)
REASONS = {
    "no_address": noop("没有可用的联系方式"), "bounced": noop("没有送达"), "silent": noop("没有回执"), "opted_out": noop("本人拒绝这种方式"),
    "wrong_number": noop("号码不是本人"), "quiet_hours": noop("免打扰时段"), "own_quiet_hours": noop("本人设定的免打扰时段"), "wants_no_reminder": noop("本人选了不提醒"), "too_often": noop("频次已满"), "too_often_day": noop("频次已满"),
    "dispute_hold": noop("账单有争议"), "erased": noop("个人信息已删除"), "deceased": noop("缴费人已去世"), "paid": noop("发送前已缴清"),
    "nothing_owed": noop("没有欠费"), "late_fee": noop("合同没有违约金条款"), "lawyer_fee": noop("合同没有约定律师费"), "nobody": noop("没有人要通知"),
}  # fmt: skip


@require_GET
@needs(Permission.NOTICE_VIEW)
def batches(request: HttpRequest) -> HttpResponse:
    """Batches by due date, the latest first, each with how many households it reached."""
    actor, community = actor_of(request), number(request, "community")
    rows = rows_of(actor)
    if community:
        rows = rows.filter(community_id=community)
    page = paginate(rows, ["-due_on", "-id"], request.GET.get("at", ""))
    counts = {
        row["batch_id"]: row
        for row in Target.objects.filter(batch__in=page.rows).values("batch_id").annotate(
            all=Count("pk", filter=~Q(state="excluded")), reached=Count("pk", filter=Q(state="reached"))
        )
    }  # fmt: skip
    lines = [(row, counts.get(row.pk, {"all": 0, "reached": 0})) for row in page.rows]
    places = visible_communities(actor, Permission.NOTICE_VIEW)
    context = {
        "page": page, "lines": [(row, found, _percent(found["reached"], found["all"])) for row, found in lines], "communities": places,
        "many": len(places) > 1, "community": community, "may_send": actor.may(Permission.NOTICE_SEND),
    }  # fmt: skip
    return render(request, "notices/batches.html", context)


def _percent(part: int, whole: int) -> str:
    return f"{part * 1000 // whole / 10:.1f}" if whole else "—"


@require_http_methods(["GET", "POST"])
@needs(Permission.NOTICE_SEND)
def new(request: HttpRequest) -> HttpResponse:
    """Begin a batch by hand: the due dates on which something is open."""
    actor = actor_of(request)
    since = clock.today() - dt.timedelta(days=400)
    open_ = receivables(actor).filter(community_id__in=actor.communities(Permission.NOTICE_SEND), outstanding_fen__gt=0, reversed_at__isnull=True, due_on__gte=since)
    days = list(open_.order_by("-due_on").values_list("due_on", flat=True).distinct()[:60])
    form = BatchForm(actor, days, request.POST or None, initial={"smart": manner_of(actor.organisation_id).timing})
    if request.method == "POST" and form.is_valid():
        made = answered(form, lambda: planning.start_batch(*(form.cleaned_data[name] for name in ("community", "due_on")), smart=form.cleaned_data["smart"], actor=actor))
        if made is not None:
            messages.success(request, _("已开始，进度见本页"))
            return redirect("notices:batch", made.pk)
    return render(request, "notices/new.html", {"form": form, "days": days}, status=422 if form.errors else 200)


@require_GET
@needs(Permission.NOTICE_VIEW)
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """One batch: who was reached and by what, what is under way, what may be done."""
    actor = actor_of(request)
    row = get_batch(actor, batch_id)
    found, may_send = coverage(row), actor.may(Permission.NOTICE_SEND, row.community_id)
    job = jobs.Job.objects.filter(pk=row.job_id, organisation_id=actor.organisation_id).first() if row.job_id else None
    running = job is not None and job.state in jobs.OPEN
    letters_count = Message.objects.filter(batch=row, channel="letter").exclude(state="dropped").count()
    reasons = Target.objects.filter(batch=row, state__in=("unreached", "excluded")).values_list("state", "reason").annotate(count=Count("pk")).order_by("-count")
    broken = Message.objects.filter(batch=row, state="queued").exclude(reason="").values_list("channel", "reason").distinct()[:4]
    context = {
        "row": row, "found": found, "goal": GOAL * 100, "enough": found.rate >= GOAL, "job": job, "running": running,
        "lines": [(NAMES[line.channel], line) for line in found.channels], "letters": letters_count,
        "reasons": [(state, reason_text(reason), count) for state, reason, count in reasons], "may_send": may_send,
        "broken": [(NAMES[channel], reason) for channel, reason in broken],
        "timed": [(_(PATTERN_NAMES[line.pattern]), line) for line in timed(row)] if row.smart else [],
        "waiting_letters": Message.objects.filter(batch=row, channel="letter", state="queued").count(),
    }  # fmt: skip
    return render(request, "notices/_batch.html" if getattr(request, "htmx", False) else "notices/batch.html", context)


def reason_text(code: str) -> str:
    """Why a household was not told, in words."""
    return _(REASONS[code]) if code in REASONS else code


@require_POST
@needs(Permission.NOTICE_SEND)
def stop(request: HttpRequest, batch_id: int) -> HttpResponse:
    return _act(request, batch_id, "stop")


@require_POST
@needs(Permission.NOTICE_SEND)
def resume(request: HttpRequest, batch_id: int) -> HttpResponse:
    return _act(request, batch_id, "resume")


def _act(request: HttpRequest, batch_id: int, what: str) -> HttpResponse:
    try:
        if what == "stop":
            planning.stop_batch(batch_id, actor=actor_of(request))
            messages.success(request, _("已停止，已发出的保留"))
        else:
            planning.resume_batch(batch_id, actor=actor_of(request))
            messages.success(request, _("已继续"))
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
    return redirect("notices:batch", batch_id)


@require_POST
@needs(Permission.NOTICE_SEND)
def letters(request: HttpRequest, batch_id: int) -> HttpResponse:
    """All letters of the batch as one document."""
    try:
        document = print_letters(batch_id, actor=actor_of(request))
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
        return redirect("notices:batch", batch_id)
    response = HttpResponse(document, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="letters-{batch_id}.pdf"'
    return response


@require_GET
@needs(Permission.NOTICE_VIEW)
def unreached(request: HttpRequest) -> HttpResponse:
    """Households that no channel reached: whose contacts are to be mended."""
    actor, community, batch_id = actor_of(request), number(request, "community"), number(request, "batch")
    rows = targets(actor).filter(state=Target.State.UNREACHED)
    if community:
        rows = rows.filter(community_id=community)
    if batch_id:
        rows = rows.filter(batch_id=batch_id)
    if request.GET.get("export") == "1":
        return _export(request, rows)
    page = paginate(rows.select_related("property", "person", "community", "batch"), ["-id"], request.GET.get("at", ""))
    places = visible_communities(actor, Permission.NOTICE_VIEW)
    context: dict[str, Any] = {
        "page": page, "rows": [(row, reason_text(row.reason), [NAMES[channel] for channel in row.tried]) for row in page.rows],
        "communities": places, "many": len(places) > 1, "community": community, "batch_id": batch_id, "total": rows.count(),
        "may_export": actor.may(Permission.EXPORT), "narrowed": bool(community or batch_id),
    }  # fmt: skip
    return render(request, "notices/unreached.html", context)


def _export(request: HttpRequest, rows: Any) -> HttpResponse:
    actor = actor_of(request)
    actor.require_anywhere(Permission.EXPORT)
    allowed = actor.communities(Permission.EXPORT)
    for place in visible_communities(actor, Permission.NOTICE_VIEW):
        if place.pk in allowed:
            audit.record(actor, "notice.export", place, community_id=place.pk)
    heads = [_("项目"), _("房屋编号"), _("缴费人"), _("到期"), _("未缴（元）"), _("原因"), _("试过")]
    lines: list[list[Cell | Fen]] = [
        [row.community.name, row.property.code, row.person.name, row.batch.due_on, Fen(row.amount_fen), reason_text(row.reason), "、".join(str(NAMES[one]) for one in row.tried)]
        for row in rows.filter(community_id__in=allowed).select_related("community", "property", "person", "batch").order_by("-pk").iterator(2000)
    ]  # fmt: skip
    return workbook_response([Sheet(_("没通知到"), heads, lines)], _("没通知到") + ".xlsx")


