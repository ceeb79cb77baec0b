"""What the pages share."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from wuyefei.foundation.access.gate import actor_of as actor_of
from wuyefei.foundation.kernel.money import yuan_text

from ..models import Event
from ..rules.expenses import FEE_NAMES, MOVE_NAMES, Fee, Move
from ..rules.road import ACTS, EVENT_NAMES


def pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


def told(event: Event) -> list[tuple[str, str]]:
    """The facts of an event as (label, words)."""
    act = ACTS.get(event.kind)
    found = []
    if act is not None:
        for field in act.fields:
            value: Any = event.facts.get(field.name)
            if field.name == "on" or value in (None, ""):
                continue
            text = yuan_text(value) if field.kind == "money" else _(dict(field.choices)[value]) if field.kind == "choice" else str(value)
            found.append((_(field.label), text))
        return found
    labels = {"number": _("编号"), "tracking": _("邮件号"), "proof": _("凭证"), "reason": _("没有发出"), "day": _("日期"), "paper": _("凭据") if "fee" in event.facts else _("文书"), "act": _("事项")}
    for name, label in labels.items():
        if event.facts.get(name):
            value = str(event.facts[name])
            found.append((label, _(EVENT_NAMES.get(value, value)) if name in ("act", "paper") else value))
    if "fee" in event.facts:
        found.append((_(FEE_NAMES[Fee(event.facts["fee"])]), _(MOVE_NAMES[Move(event.facts["move"])])))
    for name, label in {"total_fen": _("合计"), "amount_fen": _("金额"), "gives_up_fen": _("不再追索")}.items():
        if name in event.facts:
            found.append((label, yuan_text(event.facts[name])))
    return found
