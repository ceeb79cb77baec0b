"""Templates: the list, a new text with a preview of real households, approval by a second person."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.shell.refusals import answered
from wuyefei.money.billing.public import receivables

from ..actions import texts as acts
from ..forms import TextForm
from ..models import CHANNELS, STEPS, Version
from ..queries import get_version
from ..queries import templates as rows_of
from ..rules import texts
from .common import actor_of

SHOWN = 3


@require_GET
@needs(Permission.NOTICE_VIEW)
def templates(request: HttpRequest) -> HttpResponse:
    """Every step and channel with its text in use, and what waits for approval."""
    actor = actor_of(request)
    found: dict[tuple[str, str], list[Version]] = {}
    for template in rows_of(actor).prefetch_related("versions__made_by"):
        found[template.step, template.channel] = sorted(template.versions.all(), key=lambda version: -version.number)
    rows = [(step, step_name, channel, name, found.get((step, channel), [])) for step, step_name in STEPS for channel, name in CHANNELS]
    lines = [
        (step, step_name, channel, name, next((one for one in versions if one.state == "approved"), None), [one for one in versions if one.state == "waiting"])
        for step, step_name, channel, name, versions in rows
        if versions or (step == "bill")
    ]
    context = {"lines": lines, "may_write": Permission.NOTICE_SEND in actor.wide, "may_open": Permission.NOTICE_VIEW in actor.wide}
    return render(request, "notices/templates.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.NOTICE_SEND, wide=True)
def new(request: HttpRequest) -> HttpResponse:
    """Write a text; 「预览」 shows it with real households before it is kept."""
    actor = actor_of(request)
    initial = {"step": request.GET.get("step", "bill"), "channel": request.GET.get("channel", "sms")}
    form = TextForm(request.POST or None, initial=initial)
    context: dict[str, Any] = {"form": form, "fields": [(name, _(words)) for name, words in texts.FIELDS.items()]}
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if request.POST.get("act") == "preview":
            checked = answered(form, lambda: texts.check_body(data["channel"], data["body"]))
            if checked is not None:
                context["samples"] = samples(request, data["channel"], data["body"])
        else:
            made = answered(form, lambda: acts.save_version(actor=actor, **data))
            if made is not None:
                messages.success(request, _("已保存，等待另一人批准"))
                return redirect("notices:version", made.pk)
    return render(request, "notices/new_text.html", context, status=422 if form.errors else 200)


def samples(request: HttpRequest, channel: str, body: str) -> list[dict[str, Any]]:
    """The text as the first households would read it; the invented one where there are none."""
    actor = actor_of(request)
    bills = receivables(actor).filter(outstanding_fen__gt=0, reversed_at__isnull=True).select_related("payer", "property", "community", "item")
    found = [
        texts.sample() | {
            "称呼": bill.payer.name, "房号": bill.property.code, "小区": bill.community.name, "项目": bill.item.name,
            "账期": f"{bill.service_from:%Y-%m}", "金额": yuan_text(bill.outstanding_fen), "到期日": f"{bill.due_on}",
            "企业": actor.organisation_name,
        }
        for bill in bills.order_by("-due_on", "-pk")[:SHOWN]
    ]  # fmt: skip
    return [_sample(channel, body, values) for values in found or [texts.sample()]]


def _sample(channel: str, body: str, values: dict[str, str]) -> dict[str, Any]:
    if channel in texts.KEYED:
        return {"pairs": list(texts.wechat_data(body, values).items())}
    if channel == "sms":
        values = {name: texts.without_emoji(value) for name, value in values.items()}
    text = texts.fill(body, values)
    return {"text": text, "units": texts.units(text), "parts": texts.parts(text) if channel == "sms" else 0}


@require_GET
@needs(Permission.NOTICE_VIEW, wide=True)
def version(request: HttpRequest, version_id: int) -> HttpResponse:
    """One text: how it reads, its form for the carrier, its earlier versions."""
    actor = actor_of(request)
    row = get_version(actor, version_id)
    context = {
        "row": row, "samples": samples(request, row.template.channel, row.body), "carrier_form": texts.carrier_form(row.body) if row.template.channel == "sms" else "",
        "others": row.template.versions.exclude(pk=row.pk).select_related("made_by").order_by("-number")[:20],
        "may_decide": row.state == "waiting" and Permission.NOTICE_APPROVE in actor.wide and row.made_by_id != actor.user_id,
        "mine": row.state == "waiting" and row.made_by_id == actor.user_id,
    }  # fmt: skip
    return render(request, "notices/version.html", context)


@require_POST
@needs(Permission.NOTICE_APPROVE, wide=True)
def decide(request: HttpRequest, version_id: int) -> HttpResponse:
    """Approve or turn down."""
    approved = request.POST.get("act") == "approve"
    try:
        acts.decide_version(version_id, approved=approved, actor=actor_of(request))
        messages.success(request, _("已批准，之后的通知用这一版") if approved else _("已退回"))
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
    return redirect("notices:version", version_id)
