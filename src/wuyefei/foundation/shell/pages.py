"""Error pages. They say what happened, that nothing was changed, and what next."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


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
    """Rendered without context processors: what broke may be what they read."""
    htmx = request.headers.get("HX-Request") == "true"
    context = {
        "number": getattr(request, "number", ""),
        "retry": request.get_full_path() if request.method == "GET" else "",
        "error_base": "shell/fragment.html" if htmx else "shell/plain.html",
    }
    return HttpResponse(render_to_string("shell/errors/500.html", context), status=500)


def _page(request: HttpRequest, status: int) -> HttpResponse:
    return render(request, f"shell/errors/{status}.html", status=status)
