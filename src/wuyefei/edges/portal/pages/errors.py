"""What stands where no page answers: owners get a phone page, staff the shell's."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from wuyefei.foundation.shell import pages as shell

from ..gate import PATH, OwnerRequest, guarded


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if not request.path.startswith(PATH):
        return shell.not_found(request, exception)
    return _phone(request, {"missing": True}, 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open too long, or did not come from our page."""
    if not request.path.startswith(PATH):
        return shell.csrf_failure(request, reason)
    return _phone(request, {"expired": True}, 403)


def _phone(plain: HttpRequest, context: dict[str, object], status: int) -> HttpResponse:
    request = cast(OwnerRequest, plain)
    return guarded(render(request, "portal/refused.html", {**context, "owner": None, "large": False}, status=status))
