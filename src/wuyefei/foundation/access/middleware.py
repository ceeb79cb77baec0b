"""Who is asking, and whether the session may go on."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django_htmx.http import HttpResponseClientRedirect

from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.middleware import Respond

from . import sessions
from .actor import Actor, current_grants, load_actor
from .gate import StaffRequest, View, stages_of
from .models import RoleGrant
from .rules import Stage


class ActorMiddleware:
    """Sets ``request.actor``: who acts, or None until fully signed in; sends others to the step they still owe.

    ``request.stage`` says how far the session has come. Pages are open to people fully signed in, unless marked
    with ``public_page`` or ``open_at``.
    """

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, plain: HttpRequest) -> HttpResponse:
        request = cast(StaffRequest, plain)
        grants: list[RoleGrant] = []
        request.stage, request.over = self._stage(request, grants)
        user = request.user
        actor = SimpleLazyObject(lambda: load_actor(user, grants)) if request.stage is Stage.IN else None
        request.actor = cast(Actor, actor)
        response = self.respond(request)
        if request.stage is not Stage.SIGN_IN:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_view(self, request: StaffRequest, view: View, args: Any, kwargs: Any) -> HttpResponse | None:
        stage = request.stage
        if stage in stages_of(view):
            return None
        if stage is Stage.IN:
            return redirect("/")
        return self._send(request, stage)

    def _stage(self, request: StaffRequest, grants: list[RoleGrant]) -> tuple[Stage, str]:
        """How far the session has come, and why it is over; ``grants`` is filled with what the user holds today."""
        if not request.session.session_key or not request.user.is_authenticated:
            return Stage.SIGN_IN, ""
        user = request.user
        over = sessions.expired(request.session)
        if not over and sessions.factor_reset(request.session, user):
            over = "reset"
        if over:
            logout(request)
            return Stage.SIGN_IN, over
        grants += current_grants(user, clock.today())
        return sessions.stage(request.session, user, grants), ""

    def _send(self, request: StaffRequest, stage: Stage) -> HttpResponse:
        query = {"next": _came_for(request)}
        if request.over:
            query["why"] = request.over
        if query["next"] in {"", "/"}:
            del query["next"]
        address = reverse(f"access:{stage}") + (f"?{urlencode(query)}" if query else "")
        if request.htmx:
            return HttpResponseClientRedirect(address)
        return redirect(address)


def _came_for(request: StaffRequest) -> str:
    """The page to come back to: what was asked for, or for a form or a fragment the page it stood on."""
    if request.htmx:
        return str(request.htmx.current_url_abs_path or "")
    if request.method == "GET":
        return request.get_full_path()
    referer = urlsplit(request.headers.get("Referer", ""))
    return referer.path if referer.netloc == request.get_host() else ""
