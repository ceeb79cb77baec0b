"""Error pages. They say what happened, that nothing was changed, and what next."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import strip_tags

from wuyefei.foundation.platform.trouble import Trouble, trouble_of

STATUS: dict[Trouble | None, int] = {Trouble.FULL: 507, Trouble.SILENT: 503}
"""Insufficient storage: nothing was done. Unavailable: whoever asked must look before asking again."""


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """For ``CSRF_FAILURE_VIEW``: the form was open too long or came from elsewhere."""
    return render(request, "shell/errors/403.html", {"expired": True}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 404)


def too_many(request: HttpRequest, exception: Exception | None = None, *, minutes: int = 15) -> HttpResponse:
    """Refused for a while; ``minutes`` says how long."""
    response = render(request, "shell/errors/429.html", {"minutes": minutes}, status=429)
    response.headers["Retry-After"] = str(minutes * 60)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without context processors: what broke may be what they read. Called while the error is being handled: a full
    disk and a silent database are told apart from a fault of the program."""
    trouble = trouble_of(sys.exc_info()[1])
    status = STATUS.get(trouble, 500)
    context = {
        "number": getattr(request, "number", ""), "trouble": trouble or "", "asked": request.method == "GET",
        "retry": request.get_full_path() if request.method == "GET" else "",
        "error_base": "shell/fragment.html" if request.headers.get("HX-Request") == "true" else "shell/plain.html",
    }  # fmt: skip
    if trouble and request.headers.get("Accept") == "application/json":
        text = " ".join(strip_tags(render_to_string("shell/errors/_trouble.html", context)).split())
        return JsonResponse({"code": trouble.value, "text": text, "input": ""}, status=status)
    return HttpResponse(render_to_string("shell/errors/500.html", context), status=status)


def _page(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, f"shell/errors/{status}.html", status=status)
