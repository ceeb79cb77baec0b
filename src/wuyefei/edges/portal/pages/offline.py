"""When the network fails half way: a page of ours instead of the browser's, kept in the phone from the first visit on."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ..gate import OwnerRequest, open_page, show


@open_page
@require_GET
def worker(request: OwnerRequest) -> HttpResponse:
    """The script that keeps the page below; it must lie beside the pages that it stands in for."""
    return render(request, "portal/worker.js", content_type="text/javascript; charset=utf-8")


@open_page
@require_GET
def offline(request: OwnerRequest) -> HttpResponse:
    """Nobody's: what is known without asking. ``sent`` where a form was under way, which may have arrived."""
    return show(request, "offline", {"sent": request.GET.get("sent") == "1"})
