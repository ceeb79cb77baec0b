"""This morning's brief on a page, as a file, and by e-mail."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform.exports import XLSX, attachment

from . import actions, queries
from .papers import pdf, xlsx
from .rules import percent, signed

KINDS = {"pdf": (pdf, "application/pdf"), "xlsx": (xlsx, XLSX)}


@require_GET
@needs(Permission.REPORT_VIEW)
def show(request: StaffRequest) -> HttpResponse:
    """Yesterday in one sentence, by community, what happened, what waits for whoever looks."""
    found = queries.brief(request.actor)
    lines = [(line, percent(line.rate), percent(line.target), signed(line.gap)) for line in (*found.lines, found.whole)]
    context = {
        "brief": found, "lines": lines, "subscription": queries.subscription_of(request.actor),
        "sent": queries.last_deliveries(request.actor), "may_export": request.actor.may(Permission.EXPORT),
        "rate": percent(found.whole.rate), "gap": signed(found.whole.gap),
    }  # fmt: skip
    return render(request, "briefing/show.html", context)


@require_GET
@needs(Permission.EXPORT)
def download(request: StaffRequest) -> HttpResponse:
    kind = request.GET.get("kind", "pdf")
    if kind not in KINDS:
        raise NotFound()
    request.actor.require_anywhere(Permission.REPORT_VIEW)
    found = queries.brief(request.actor)
    make, mime = KINDS[kind]
    return attachment(make(found), f"{_('每日简报')} {found.day}.{kind}", mime)


@require_POST
@needs(Permission.REPORT_VIEW)
def subscribe(request: StaffRequest) -> HttpResponse:
    try:
        row = actions.subscribe(request.POST.get("address", ""), actor=request.actor)
        messages.success(request, _("已订阅，每天 8:30 发到 %(address)s。") % {"address": row.address_shown})
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
    return redirect("briefing:show")


@require_POST
@needs(Permission.REPORT_VIEW)
def unsubscribe(request: StaffRequest) -> HttpResponse:
    actions.unsubscribe(actor=request.actor)
    messages.success(request, _("已退订，邮箱已删除。"))
    return redirect("briefing:show")
