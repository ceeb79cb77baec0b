"""Global search: a fragment for the finder, a page for everyone else."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ..queries.search import find
from .common import actor_of, is_htmx


def search(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "")
    context = {"q": words, "groups": find(actor_of(request), words)}
    return render(request, "backoffice/_hits.html" if is_htmx(request) else "backoffice/search.html", context)
