"""Paying inside WeChat: from its browser to an openid (网页授权), and back to the page the owner was on (product row E4).

WeChat is asked once a session, silently, on the way to the page that confirms a payment: no tap is added. What comes back
counts only with the state that this browser was sent away with, within ten minutes and once; where the owner goes on to
stands in a signed cookie, never in an address.
"""

from __future__ import annotations

import hmac
import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from wuyefei.foundation import environment
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.money.channels.public import WeChatLogin, login_for
from wuyefei.relations.accounts.public import Entry, Place, forget_openids, get_place, keep_openid, openid_of

from ..gate import PATH, OwnerRequest, entry, inside, owner_page, show

COOKIE, SALT = "wy_wechat", "portal.wechat"
SECONDS = 10 * 60
"""How long the way to WeChat and back may take."""


class CameBackWrong(DomainError):
    code = "wechat_state"
    message = "微信的授权没有对上，可能是页面开得太久。"


def inside_wechat(request: HttpRequest) -> bool:
    """Whether the page is open in WeChat's browser; in the demo also where a link says so."""
    return "MicroMessenger" in request.headers.get("User-Agent", "") or (environment.demo_mode() and entry(request) is Entry.WECHAT)


def openid_for(request: OwnerRequest, login: WeChatLogin | None) -> str:
    """What WeChat has told of this session; blank where it has not been asked yet."""
    assert request.owner is not None
    return openid_of(request.owner, login.app_id) if login is not None else ""


def leave_for_wechat(request: OwnerRequest, place: Place, login: WeChatLogin, coming: str) -> HttpResponse:
    """Send the browser to WeChat, to come back with a code and then on to ``coming``; by a header, as to a wallet."""
    assert request.owner is not None
    state = secrets.token_hex(16)
    way = login.way(reverse("portal:wechat"), state)
    response = show(request, "wechat_leave", {"way": way}, place=place)
    response.headers["Refresh"] = f"0;url={way}"
    kept = {"state": state, "next": coming, "place": place.token, "session": request.owner.session_id}
    response.set_cookie(
        COOKIE, signing.dumps(kept, salt=SALT, compress=True), max_age=SECONDS, path=PATH, secure=settings.HTTPS, httponly=True, samesite="Lax"
    )
    return response


@owner_page
@require_GET
def came_back(request: OwnerRequest) -> HttpResponse:
    """WeChat sends the browser here. Whatever is wrong, nothing is kept, and one tap tries again."""
    assert request.owner is not None
    kept = _kept(request)
    coming = inside(request, kept.get("next", ""))
    try:
        place = _checked(request, kept)
        login = login_for(place.community_id)
        if login is None:
            raise NotFound()
        keep_openid(request.owner, place, login.app_id, login.openid(request.GET.get("code", "")))
        response: HttpResponse = redirect(coming)
    except DomainError as error:
        response = show(request, "wechat_refused", {"error": error, "again": coming}, status=409)
    response.delete_cookie(COOKIE, path=PATH)
    return response


def _kept(request: OwnerRequest) -> dict[str, str]:
    try:
        found = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def _checked(request: OwnerRequest, kept: dict[str, str]) -> Place:
    """The place the owner left from. Raises ``CameBackWrong`` for a state of another browser, another time or another session."""
    assert request.owner is not None
    state = request.GET.get("state", "")
    same = bool(kept.get("state")) and hmac.compare_digest(kept["state"].encode(), state.encode())
    if not same or kept.get("session") != request.owner.session_id:
        raise CameBackWrong()
    return get_place(request.owner, kept.get("place", ""))


@owner_page
@require_POST
def forget(request: OwnerRequest) -> HttpResponse:
    """Forget who this session is to WeChat; the way to pay asks anew."""
    assert request.owner is not None
    forget_openids(request.owner)
    return redirect(inside(request, request.POST.get("next", "")))
