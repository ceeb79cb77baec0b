"""Sign in with a one-time code, sign out, and the size of the type."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.foundation.access.sessions import address_of
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.relations.accounts.public import (
    InvitationOver,
    accept,
    ask_code,
    ask_code_by_room,
    confirm_code,
    end_session,
    message_for,
    open_invitation,
    open_session,
    owner_of_session,
    set_large_type,
)

from ..forms import CodeForm, MobileForm, RoomForm
from ..gate import (
    COOKIE,
    LARGE_COOKIE,
    PATH,
    TRY_COOKIE,
    OwnerRequest,
    inside,
    keep_challenge,
    keep_session,
    open_page,
    owner_page,
    show,
)

BY_ROOM = "room"


@open_page
@require_http_methods(["GET", "POST"])
def sign_in(request: OwnerRequest) -> HttpResponse:
    """Ask for a code by mobile, or by community, room and name. The answer is the same whoever asked."""
    by_room = (request.POST if request.method == "POST" else request.GET).get("by") == BY_ROOM
    form: MobileForm | RoomForm = RoomForm(request.POST or None) if by_room else MobileForm(request.POST or None)
    invitation, coming = _carried(request)
    refusal, status = "", 200
    if request.method == "POST" and form.is_valid():
        try:
            response = redirect(reverse("portal:code") + _query(next=coming, invitation=invitation))
            keep_challenge(response, _ask(request, form.cleaned_data, by_room, invitation))
            return response
        except DomainError as error:
            refusal, status = error.text, 422
    elif request.method == "POST":
        status = 422
    context = {"form": form, "by_room": by_room, "refusal": refusal, "next": coming, "invitation": invitation}
    return show(request, "sign_in", context, status=status)


def _ask(request: HttpRequest, typed: dict[str, Any], by_room: bool, invitation: str) -> str:
    address = address_of(request)
    if by_room:
        return ask_code_by_room(typed["community"], typed["room"], typed["name"], address=address)
    return ask_code(typed["mobile"], address=address, invitation=invitation)


def _carried(request: HttpRequest) -> tuple[str, str]:
    """The invitation and the page to come back to, carried from page to page."""
    sent = request.POST if request.method == "POST" else request.GET
    coming = sent.get("next", "")
    return sent.get("invitation", "")[:80], inside(request, coming) if coming else ""


def _query(**values: str) -> str:
    kept = {name: value for name, value in values.items() if value}
    return f"?{urlencode(kept)}" if kept else ""


@open_page
@require_http_methods(["GET", "POST"])
def code(request: OwnerRequest) -> HttpResponse:
    """Prove the code; a new session begins, whatever the browser held before."""
    challenge = request.COOKIES.get(TRY_COOKIE, "")[:80]
    if not challenge:
        return redirect("portal:sign_in")
    form = CodeForm(request.POST or None)
    invitation, coming = _carried(request)
    refusal, status = "", 200
    if request.method == "POST" and form.is_valid():
        try:
            account = confirm_code(challenge, form.cleaned_data["code"])
        except DomainError as error:
            refusal, status, form = error.text, 422, CodeForm()
        else:
            earlier = request.COOKIES.get(COOKIE, "")[:80]
            token = open_session(account, agent=request.headers.get("User-Agent", ""), earlier=earlier)
            response = redirect(_after(token, invitation, coming))
            keep_session(response, token)
            rotate_token(request)
            return response
    context = {"form": form, "refusal": refusal, "sms": message_for(challenge), "next": coming, "invitation": invitation, "again": _query(next=coming, invitation=invitation)}
    return show(request, "code", context, status=status)


def _after(token: str, invitation: str, coming: str) -> str:
    """Where the new session begins: at the place it was invited to, the page it came for, or the first screen."""
    owner = owner_of_session(token)
    if invitation and owner is not None:
        try:
            return reverse("portal:place", args=[accept(owner, invitation).token])
        except InvitationOver:
            return reverse("portal:invitation", args=[invitation])
    return coming or reverse("portal:home")


@open_page
@require_http_methods(["GET", "POST"])
def invitation(request: OwnerRequest, token: str) -> HttpResponse:
    """What an invitation leads to: the community's name, and nobody's; signing in or a tap accepts it."""
    found = open_invitation(token)
    if found is None:
        return show(request, "invitation", {"found": None}, status=404)
    if request.method == "POST" and request.owner is not None:
        return redirect("portal:place", place=accept(request.owner, token).token)
    return show(request, "invitation", {"found": found, "token": token})


@owner_page
@require_POST
def sign_out(request: OwnerRequest) -> HttpResponse:
    assert request.owner is not None
    end_session(request.owner)
    response = redirect("portal:sign_in")
    response.delete_cookie(COOKIE, path=PATH)
    return response


@open_page
@require_POST
def large(request: OwnerRequest) -> HttpResponse:
    """Switch the large type on or off, and come back to the same page."""
    on = request.POST.get("on") == "1"
    if request.owner is not None:
        set_large_type(request.owner, on)
    response = redirect(inside(request, request.POST.get("next", "")))
    response.set_cookie(LARGE_COOKIE, "1" if on else "0", max_age=365 * 86400, path=PATH, httponly=True, samesite="Lax")
    return response


@open_page
@require_GET
def faq(request: OwnerRequest) -> HttpResponse:
    """The four questions that owners ask (product row G7)."""
    return show(request, "faq", {"tab": ""})
