"""Reminders, quiet hours, large type, auto-debit, and the consent to be reminded at the gate."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.relations.accounts.public import Place, acting_for, get_account, places, save_preferences
from wuyefei.relations.moments.public import offered
from wuyefei.relations.privacy.public import Use, agreed, note_consent

from ..forms import PreferencesForm
from ..gate import OwnerRequest, owner_page, show


@owner_page
@require_http_methods(["GET", "POST"])
def settings(request: OwnerRequest) -> HttpResponse:
    assert request.owner is not None
    account = get_account(request.owner)
    names = ("reminder", "quiet_from", "quiet_to", "large_type")
    form = PreferencesForm(request.POST or None, initial={name: getattr(account, name) for name in names})
    asked = [place for place in places(request.owner) if place.own and offered(place.community_id)]
    willing = agreed([place.person_id for place in asked], Use.TIMING)
    refusal, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                save_preferences(request.owner, **{name: form.cleaned_data[name] for name in names})
                _note(asked, willing, request.POST.get("moments") == "on")
                return redirect(reverse("portal:settings") + "?saved")
            except DomainError as error:
                refusal = error.text
        else:
            refusal = _("有一项没有填对，请看下面。")
    return show(request, "settings", {"form": form, "refusal": refusal, "tab": "me", "asked": asked, "willing": bool(willing), "saved": "saved" in request.GET and not refusal}, status=status)


def _note(asked: list[Place], willing: set[int], wants: bool) -> None:
    """Keep what the owner says of being reminded at the gate, for each register entry of theirs, where it is new."""
    for place in {place.person_id: place for place in asked}.values():
        if wants != (place.person_id in willing):
            note_consent(place.person_id, Use.TIMING, wants, _("业主手机页"), actor=acting_for(place))
