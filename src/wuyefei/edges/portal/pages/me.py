"""My places, who else may see them, my devices."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.relations.accounts.public import (
    GUESTS,
    KIND_NAMES,
    Kind,
    Place,
    end_other_sessions,
    get_account,
    guests,
    invite,
    known_to_wechat,
    leave,
    places,
    revoke,
    sessions,
)

from ..gate import OwnerRequest, owner_page, place_page, show


@owner_page
@require_GET
def me(request: OwnerRequest) -> HttpResponse:
    assert request.owner is not None
    held = places(request.owner)
    context = {
        "places": [(place, _(KIND_NAMES[place.kind])) for place in held], "account": get_account(request.owner),
        "sessions": sessions(request.owner), "tab": "me", "wechat": known_to_wechat(request.owner), "own": list({one.person_id: one for one in reversed(held) if one.own}.values()),
    }  # fmt: skip
    return show(request, "me", context, place=held[0] if held else None)


@owner_page
@require_POST
def end_others(request: OwnerRequest) -> HttpResponse:
    assert request.owner is not None
    end_other_sessions(request.owner)
    return redirect("portal:me")


@place_page
@require_http_methods(["GET", "POST"])
def access(request: OwnerRequest, place: Place) -> HttpResponse:
    """Who else may see this place; a new invitation is shown once, as a link."""
    assert request.owner is not None
    link = ""
    if request.method == "POST":
        token = invite(request.owner, place, request.POST.get("kind", ""))
        link = request.build_absolute_uri(reverse("portal:invitation", args=[token]))
    context = {
        "rows": [(row, _(KIND_NAMES[Kind(row.kind)])) for row in guests(place)], "link": link,
        "kinds": [(kind, _(KIND_NAMES[kind])) for kind in GUESTS], "kind_name": _(KIND_NAMES[place.kind]),
    }  # fmt: skip
    return show(request, "access", context, place=place)


@place_page
@require_POST
def revoke_guest(request: OwnerRequest, place: Place, invitation_id: int) -> HttpResponse:
    revoke(place, invitation_id)
    return redirect("portal:access", place=place.token)


@place_page
@require_POST
def leave_place(request: OwnerRequest, place: Place) -> HttpResponse:
    assert request.owner is not None
    leave(request.owner, place)
    return redirect("portal:me")
