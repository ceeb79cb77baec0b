"""Request numbers, and domain errors as pages."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound

log = logging.getLogger("wuyefei.request")
Respond = Callable[[HttpRequest], HttpResponse]
NUL = "NUL (0x00)"
"""How the driver names the character that PostgreSQL keeps in no text: nobody types it, so what carries it is no page's request."""


class RequestNumberMiddleware:
    """Gives each request a number that stands on its error page and in the log, and the security headers."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.number = secrets.token_hex(4)  # type: ignore[attr-defined]
        response = self.respond(request)
        response.headers.setdefault("X-Request-Number", request.number)  # type: ignore[attr-defined]
        response.headers.setdefault(
            "Content-Security-Policy",
            "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; form-action 'self'",
        )
        return response


class DomainErrorMiddleware:
    """Turns a refused act into a page that says what, why and what next; nothing was changed."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.respond(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, (NotFound, Http404)):
            return render(request, "shell/errors/404.html", {"error": error}, status=404)
        if isinstance(error, DataError) and NUL in str(error):
            return render(request, "shell/errors/400.html", status=400)
        if not isinstance(error, DomainError):
            return None
        status = 403 if isinstance(error, Forbidden) else 409
        log.info("refused %s: %s", error.code, error.text)
        return render(request, "shell/errors/refused.html", {"error": error, "status": status}, status=status)
