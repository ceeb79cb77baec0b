"""Who may open a phone page, under which headers, and what a refusal looks like on a phone.

The owner's session has a cookie of its own, apart from the staff's: neither opens the other's pages.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from wuyefei.foundation.access.gate import public_page
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.relations.accounts.public import (
    SESSION_LIFE,
    Entry,
    Owner,
    Place,
    entry_of,
    get_place,
    owner_of_session,
    refresh_bindings,
    touch,
)

COOKIE, TRY_COOKIE, LARGE_COOKIE = "wy_owner", "wy_owner_try", "wy_large"
PATH = "/h5/"
FROM_COOKIE = "wy_from"
"""The link that was followed to the phone pages, until the browser is closed."""
TRY_SECONDS = 15 * 60
POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "frame-ancestors 'none'; form-action 'self'; base-uri 'none'"
)
View = Callable[..., HttpResponse]


class OwnerRequest(HttpRequest):
    """A request on a phone page; ``owner`` is there on pages open only to people signed in."""

    owner: Owner | None


def open_page(view: View) -> View:
    """Open to everybody; ``request.owner`` is whoever is signed in, or None."""

    @public_page
    @wraps(view)
    def page(plain: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request = cast(OwnerRequest, plain)
        request.owner = owner_of_session(request.COOKIES.get(COOKIE, ""))
        try:
            response = view(request, *args, **kwargs)
        except (DomainError, Http404) as error:
            response = refused(request, error)
        if request.GET.get("from", "") in list(Entry):
            response.set_cookie(FROM_COOKIE, request.GET["from"], path=PATH, httponly=True, samesite="Lax")
        return guarded(response)

    return page


def owner_page(view: View) -> View:
    """Open to people signed in; others are sent to sign in and come back."""

    @open_page
    @wraps(view)
    def page(request: OwnerRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.owner is None:
            query = {"next": request.get_full_path()} if request.method == "GET" and request.path != PATH else {}
            return redirect(reverse("portal:sign_in") + (f"?{urlencode(query)}" if query else ""))
        if request.owner.stale:
            touch(request.owner)
            refresh_bindings(request.owner.account_id)
        return view(request, *args, **kwargs)

    return page


def place_page(view: View) -> View:
    """Open to an account that has the place its address names; to everybody else the place does not exist."""

    @owner_page
    @wraps(view)
    def page(request: OwnerRequest, place: str, *args: Any, **kwargs: Any) -> HttpResponse:
        assert request.owner is not None
        return view(request, get_place(request.owner, place), *args, **kwargs)

    return page


def guarded(response: HttpResponse) -> HttpResponse:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def show(request: OwnerRequest, template: str, context: dict[str, Any], *, place: Place | None = None, status: int = 200) -> HttpResponse:
    """A phone page: the context with who is signed in, which place, and how large the type is."""
    owner = request.owner
    large = owner.large_type if owner else request.COOKIES.get(LARGE_COOKIE) == "1"
    return render(request, f"portal/{template}.html", {**context, "owner": owner, "large": large, "place": place}, status=status)


def refused(request: OwnerRequest, error: Exception) -> HttpResponse:
    """What was refused and that nothing was changed, with one way on."""
    missing = isinstance(error, (NotFound, Http404))
    status = 404 if missing else 403 if isinstance(error, Forbidden) else 409
    return show(request, "refused", {"missing": missing, "error": None if missing else error}, status=status)


def entry(request: HttpRequest) -> Entry:
    """Where the owner came from, for the count of who pays from where."""
    followed = request.GET.get("from", "") or request.COOKIES.get(FROM_COOKIE, "")
    return entry_of(followed, request.headers.get("User-Agent", ""))


def inside(request: HttpRequest, address: str) -> str:
    """``address`` where it is a page of ours for owners, else the first page: nobody is led elsewhere."""
    fine = url_has_allowed_host_and_scheme(address, allowed_hosts=None) and address.startswith(PATH) and "\\" not in address
    return address if fine else reverse("portal:home")


def keep_session(response: HttpResponse, token: str) -> None:
    """Put a new session's token into the browser; nothing of what was in the cookie before is kept."""
    response.set_cookie(
        COOKIE, token, max_age=int(SESSION_LIFE.total_seconds()), path=PATH, secure=settings.HTTPS, httponly=True, samesite="Lax"
    )
    response.delete_cookie(TRY_COOKIE, path=PATH)


def keep_challenge(response: HttpResponse, challenge: str) -> None:
    response.set_cookie(TRY_COOKIE, challenge, max_age=TRY_SECONDS, path=PATH, secure=settings.HTTPS, httponly=True, samesite="Lax")
