"""What this room shows on the page of smart notices."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest
from django.template.loader import render_to_string

from wuyefei.foundation.platform import clock

from .queries import counts, sources


def panel(request: HttpRequest, _subject: object) -> str:
    """How many events of the last thirty days brought about a reminder, and the way to the sources."""
    rows = list(sources(request.actor).values_list("pk", flat=True))  # type: ignore[attr-defined]
    if not rows:
        return ""
    found = counts(rows, clock.today() - dt.timedelta(days=29)).values()
    context = {"sent": sum(one.get("sent", 0) for one in found), "whole": sum(sum(one.values()) for one in found)}
    return render_to_string("moments/_panel.html", context, request=request)
