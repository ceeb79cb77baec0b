"""Letting the bank pay one's bills from one's own account, and ending that (product rows D1, E4)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from wuyefei.foundation.access.sessions import address_of
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.money.debits.public import DebitItem, DebitTerms, MandateDraft, end, mandates, payer_debits, sign
from wuyefei.relations.accounts.public import Place, acting_for, ask_code_again, confirm_again, message_for
from wuyefei.relations.notices.public import reason_of

from ..forms import DebitForm
from ..gate import PATH, TRY_COOKIE, OwnerRequest, keep_challenge, place_page, show

LATEST = 6
ENDED_BY_OWNER = "业主在手机上停止"


@place_page
@require_http_methods(["GET", "POST"])
def auto_debit(request: OwnerRequest, place: Place) -> HttpResponse:
    """Signed after another code to the number on record, by whoever stands on the register; ended by a tap."""
    if not place.own:
        raise NotFound()
    act = request.POST.get("act") if request.method == "POST" else ""
    if act == "end":
        return _end(request, place)
    form = DebitForm(request.POST if request.method == "POST" else None, initial={"holder": place.person_name})
    if request.method == "GET" or not form.is_valid():
        return _page(request, place, form)
    return _sign(request, place, form) if act == "sign" else _ask(request, place, form)


def _page(request: OwnerRequest, place: Place, form: DebitForm, *, challenge: str = "", refusal: str = "") -> HttpResponse:
    actor = acting_for(place)
    standing = mandates(actor).filter(payer_id=place.person_id, ended_at__isnull=True).first()
    context = {
        "form": form, "mandate": standing, "tab": "me", "refusal": refusal, "challenge": challenge,
        "sms": message_for(challenge) if challenge else None, "fresh": "signed" in request.GET,
        "offered": DebitTerms.objects.filter(community_id=place.community_id).exists(),
        "rows": [(row, _why(row)) for row in payer_debits(actor, place.person_id).select_related("mandate")[:LATEST]], "today": clock.today(),
    }  # fmt: skip
    return show(request, "auto_debit", context, place=place, status=422 if form.errors or refusal else 200)


def _why(row: DebitItem) -> str:
    """Why less was taken than asked for, in plain words; empty where nothing was refused."""
    refused = row.state in (DebitItem.State.FAILED, DebitItem.State.PARTIAL)
    return reason_of(row.words) if refused and row.words else ""


def _ask(request: OwnerRequest, place: Place, form: DebitForm) -> HttpResponse:
    assert request.owner is not None
    try:
        challenge = ask_code_again(request.owner, address=address_of(request))
    except DomainError as error:
        return _page(request, place, form, refusal=error.text)
    response = _page(request, place, form, challenge=challenge)
    keep_challenge(response, challenge)
    return response


def _sign(request: OwnerRequest, place: Place, form: DebitForm) -> HttpResponse:
    assert request.owner is not None
    challenge, given = request.COOKIES.get(TRY_COOKIE, "")[:80], form.cleaned_data
    try:
        confirm_again(request.owner, challenge, request.POST.get("code", "")[:12])
        if not DebitTerms.objects.filter(community_id=place.community_id).exists():
            raise NotFound()
        draft = MandateDraft(given["bank"], given["holder"], given["account"], clock.today(), given["limit"])
        sign(place.person_id, draft, actor=acting_for(place))
    except NotFound:
        raise
    except DomainError as error:
        return _page(request, place, form, challenge=challenge if error.code == "code_wrong" else "", refusal=error.text)
    response = redirect(reverse("portal:auto_debit", args=[place.token]) + "?signed")
    response.delete_cookie(TRY_COOKIE, path=PATH)
    return response


def _end(request: OwnerRequest, place: Place) -> HttpResponse:
    actor = acting_for(place)
    standing = mandates(actor).filter(payer_id=place.person_id, ended_at__isnull=True).first()
    if standing is not None:  # a second tap finds it ended
        end(standing.pk, ENDED_BY_OWNER, actor=actor)
    return redirect("portal:auto_debit", place.token)
