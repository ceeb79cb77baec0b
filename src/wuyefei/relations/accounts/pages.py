"""The payment funnel for staff."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.platform import clock

from .funnel import funnel
from .rules import ENTRY_NAMES, STEP_NAMES, Step

DAYS = 30


@require_GET
@needs(Permission.REPORT_VIEW)
def funnel_page(request: StaffRequest) -> HttpResponse:
    """Opened, chose, started, paid by entry point: the last thirty days, or the days asked for."""
    today = clock.today()
    first, last = today - dt.timedelta(days=DAYS - 1), today
    try:
        first = parse_day(request.GET["from"], _("起")) if request.GET.get("from") else first
        last = parse_day(request.GET["to"], _("止")) if request.GET.get("to") else last
    except Invalid as error:
        messages.error(request, error.text)
    place = request.GET.get("community", "")
    community_id = int(place[:18]) if place.isascii() and place.isdigit() else None
    found = funnel(request.actor, first, last, community_id)
    rows = [(_(ENTRY_NAMES[entry]), [(counts[step], _share(counts, step)) for step in Step]) for entry, counts in found.items()]
    context = {
        "rows": rows, "steps": [_(name) for name in STEP_NAMES.values()], "first": first, "last": last, "community": community_id,
        "places": visible_communities(request.actor, Permission.REPORT_VIEW),
    }  # fmt: skip
    return render(request, "accounts/funnel.html", context)


def _share(counts: dict[Step, int], step: Step) -> int | None:
    """Whole per cent of those who opened; None where nobody is counted to have."""
    return counts[step] * 100 // counts[Step.OPENED] if counts[Step.OPENED] else None
