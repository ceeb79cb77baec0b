"""A copy of what is held about oneself, on one's own phone (Personal Information Protection Law, article 45)."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wuyefei.foundation.access.sessions import address_of
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.platform.exports import attachment
from wuyefei.relations.accounts.public import Place, acting_for, ask_code_again, confirm_again, message_for
from wuyefei.relations.privacy.public import copy_of, holdings

from ..gate import PATH, TRY_COOKIE, OwnerRequest, keep_challenge, place_page, show


@place_page
@require_http_methods(["GET", "POST"])
def export(request: OwnerRequest, place: Place) -> HttpResponse:
    """A code to the number on record is asked for again: whoever holds the phone for a moment gets no copy. Only for
    whoever stands on the register, never for guests."""
    if not place.own:
        raise NotFound()
    if request.method == "GET":
        return _page(request, place)
    if request.POST.get("act") == "take":
        return _take(request, place)
    return _ask(request, place)


def _page(request: OwnerRequest, place: Place, *, challenge: str = "", refusal: str = "") -> HttpResponse:
    context = {
        "kinds": [_(one.name) for one in holdings()], "challenge": challenge, "refusal": refusal,
        "sms": message_for(challenge) if challenge else None, "tab": "me",
    }  # fmt: skip
    return show(request, "own_data", context, place=place, status=422 if refusal else 200)


def _ask(request: OwnerRequest, place: Place) -> HttpResponse:
    assert request.owner is not None
    try:
        challenge = ask_code_again(request.owner, address=address_of(request))
    except DomainError as error:
        return _page(request, place, refusal=error.text)
    response = _page(request, place, challenge=challenge)
    keep_challenge(response, challenge)
    return response


def _take(request: OwnerRequest, place: Place) -> HttpResponse:
    assert request.owner is not None
    challenge = request.COOKIES.get(TRY_COOKIE, "")[:80]
    try:
        confirm_again(request.owner, challenge, request.POST.get("code", "")[:12])
    except DomainError as error:
        return _page(request, place, challenge=challenge if error.code == "code_wrong" else "", refusal=error.text)
    content = copy_of(place.person_id, _("本人在手机页导出"), actor=acting_for(place))
    response = attachment(content, _("我的个人信息") + ".xlsx")
    response.delete_cookie(TRY_COOKIE, path=PATH)
    return response
