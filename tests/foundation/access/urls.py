"""Addresses of these tests: the room's own, and two pages of another room."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from wuyefei.foundation.access.gate import needs, public_page
from wuyefei.foundation.access.rules import Permission

handler404 = "wuyefei.foundation.shell.pages.not_found"


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.actor.name} {request.actor.role_name}")  # type: ignore[attr-defined]


@needs(Permission.LEDGER_VIEW)
def books(request: HttpRequest) -> HttpResponse:
    return HttpResponse("账簿")


@public_page
def verify(request: HttpRequest) -> HttpResponse:
    return HttpResponse("公开" if request.actor is None else "公开，已登录")  # type: ignore[attr-defined]


urlpatterns = [
    path("", include("wuyefei.foundation.access.urls")),
    path("", home),
    path("books", books),
    path("verify", verify),
]
