"""What a signed-in session remembers, and how far it has come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from wuyefei.foundation import environment
from wuyefei.foundation.platform import clock

from . import rules
from .actor import second_factor_due
from .models import RoleGrant, User
from .rules import Stage

STARTED, SEEN, FACTOR = "wy_started", "wy_seen", "wy_factor"
TOUCH_EVERY = 60
"""Seconds between two notes that the session is in use: not every page writes the session."""


def begin(request: HttpRequest, user: User) -> None:
    """Open a session after the right password: a new session key, both expiries start now."""
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    stamp = int(clock.now().timestamp())
    request.session[STARTED] = request.session[SEEN] = stamp


def pass_factor(session: SessionBase | Any, user: User) -> None:
    """Note that the second factor was given in this session."""
    session[FACTOR] = _mark(user)


def expired(session: SessionBase) -> str:
    """``idle`` or ``old`` when the session is over, else an empty text; notes now and then that it is in use."""
    stamp = int(clock.now().timestamp())
    started, seen = session.setdefault(STARTED, stamp), session.setdefault(SEEN, stamp)
    if stamp - seen >= settings.SESSION_IDLE_SECONDS:
        return "idle"
    if stamp - started >= settings.SESSION_COOKIE_AGE:
        return "old"
    if stamp - seen >= TOUCH_EVERY:
        session[SEEN] = stamp
    return ""


def factor_reset(session: SessionBase, user: User) -> bool:
    """Whether the second factor of this session has been taken away since: the session is over then."""
    return bool(session.get(FACTOR)) and session[FACTOR] != _mark(user)


def stage(session: SessionBase, user: User, grants: Sequence[RoleGrant] | None = None) -> Stage:
    """How far this user's session has come; ``grants``: those of today, where they were read already."""
    now = clock.now()
    owed = rules.password_due(
        must_change=user.must_change_password, changed_at=user.password_changed_at, at=now
    )
    if environment.demo_mode():
        owed = user.must_change_password
    return rules.stage_of(
        factor_due=second_factor_due(user, grants),
        factor_confirmed=user.totp_confirmed_at is not None,
        factor_passed=user.totp_confirmed_at is not None and session.get(FACTOR) == _mark(user),
        password_due=owed,
    )


def _mark(user: User) -> str:
    return str(user.totp_confirmed_at.timestamp()) if user.totp_confirmed_at else ""


def address_of(request: HttpRequest) -> str:
    """Where a request comes from: the last hop that is not one of our own ``TRUSTED_PROXIES``."""
    hops = [request.META.get("REMOTE_ADDR", "")]
    hops += reversed(
        [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    )
    trusted: frozenset[str] = settings.TRUSTED_PROXIES
    return next((hop for hop in hops if hop not in trusted), hops[0])[:60]
