"""What a page says about who may open it. Unmarked pages are for people fully signed in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django_htmx.middleware import HtmxDetails

from .actor import Actor
from .models import User
from .rules import Permission, Stage


class StaffRequest(HttpRequest):
    """A request as ``ActorMiddleware`` hands it on. On pages open only to people signed in, ``actor`` is there.

    ``stage``: how far the session has come; ``over``: why the last one ended, if it just did.
    """

    actor: Actor
    stage: Stage
    over: str
    user: User
    htmx: HtmxDetails


View = Callable[..., HttpResponse]


def actor_of(request: HttpRequest) -> Actor:
    """Who asks. For pages open only to people signed in."""
    return cast(StaffRequest, request).actor


def public_page(view: View) -> View:
    """Open to everyone, signed in or not."""
    return open_at(*Stage)(view)


def open_at(*stages: Stage) -> Callable[[View], View]:
    """Open to sessions that have come as far as one of ``stages``."""

    def mark(view: View) -> View:
        @wraps(view)
        def page(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return view(request, *args, **kwargs)

        page.open_at = frozenset(stages)  # type: ignore[attr-defined]
        return page

    return mark


def stages_of(view: object) -> frozenset[Stage]:
    """The stages at which a page may be opened."""
    return getattr(view, "open_at", frozenset({Stage.IN}))


def outside_menu(view: View) -> View:
    """A page that belongs to no line of the menu, though its room has some."""
    view.outside_menu = True  # type: ignore[attr-defined]
    return view


def needs(permission: Permission, *, wide: bool = False) -> Callable[[View], View]:
    """Raises ``Forbidden`` for people who hold the right nowhere; with ``wide``, not over the whole organisation.

    The page still asks for the right in the place it is about. ``permission`` and ``wide`` are kept on the view, so that a
    link can be offered only to who may follow it.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def page(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if wide:
                request.actor.require_wide(permission)
            else:
                request.actor.require_anywhere(permission)
            return view(request, *args, **kwargs)

        page.permission, page.wide = permission, wide  # type: ignore[attr-defined]
        return page

    return mark
