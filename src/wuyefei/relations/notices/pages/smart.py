"""How bills are announced, and what is known of when people pay."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission

from ..actions import settings as acts
from ..forms import MannerForm
from ..queries import habits, manner_of
from ..rules.timing import PATTERN_NAMES, Pattern
from .common import actor_of


@require_GET
@needs(Permission.NOTICE_VIEW)
def smart(request: HttpRequest) -> HttpResponse:
    """The two switches, and how many people have which habit in the places one sees."""
    actor = actor_of(request)
    counts = dict(habits(actor).values_list("pattern").annotate(count=Count("pk")))
    whole = sum(counts.values())
    row = manner_of(actor.organisation_id)
    context = {
        "form": MannerForm(initial={"timing": row.timing, "smart_bill": row.smart_bill}), "row": row,
        "habits": [(_(PATTERN_NAMES[one]), counts[one.value], f"{counts[one.value] * 1000 // whole / 10:.1f}") for one in Pattern if counts.get(one.value)],
        "whole": whole, "may_change": Permission.NOTICE_SEND in actor.wide,
    }  # fmt: skip
    return render(request, "notices/smart.html", context)


@require_POST
@needs(Permission.NOTICE_SEND, wide=True)
def manner(request: HttpRequest) -> HttpResponse:
    """Switch smart timing and the smart bill on or off."""
    form = MannerForm(request.POST)
    if form.is_valid():
        acts.set_manner(**form.cleaned_data, actor=actor_of(request))
        messages.success(request, _("已保存，之后开始的通知照此发送"))
    return redirect("notices:smart")
