"""Several payers of one property by share: agreed on a page of its own, ended on the property's."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wuyefei.estate.occupancy.public import agree_sharing, end_sharing, get_sharing
from wuyefei.estate.properties.public import get_property
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.refusals import answered
from wuyefei.foundation.shell.refusals import attempt as attempted

from ..forms.sharing import SharingForm
from ..queries.property import sharings_of, stays
from .common import actor_of
from .property_edit import EndSharing


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.ESTATE_EDIT)
def sharing(request: HttpRequest, property_id: int) -> HttpResponse:
    """Who pays what share from which day on: those who are tied to the property today."""
    actor, today = actor_of(request), clock.today()
    home = get_property(actor, property_id)
    actor.require(Permission.ESTATE_EDIT, home.community_id)
    persons = list({stay.tie.person_id: stay.tie.person for stay in stays(actor, home.pk, today) if stay.tie.ends_on is None or stay.tie.ends_on >= today}.values())
    form = SharingForm(persons, request.POST or None, initial={"starts_on": today})
    if request.method == "POST" and form.is_valid():
        data: dict[str, Any] = form.cleaned_data
        made = answered(
            form, lambda: agree_sharing(home.pk, data["shares"], data["starts_on"], data["ends_on"], actor=actor, document=data["document"])
        )
        if made is not None:
            messages.success(request, _("分摊约定已登记"))
            return redirect("backoffice:property", home.pk)
    context = {"home": home, "form": form, "fields": form.by_person(), "known": sharings_of(actor, home.pk, today)}
    return render(request, "backoffice/sharing.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Permission.ESTATE_EDIT)
def sharing_end(request: HttpRequest, sharing_id: int) -> HttpResponse:
    """End an agreement on a day; what stays wrong is said on the property's page."""
    actor = actor_of(request)
    row = get_sharing(actor, sharing_id)
    actor.require(Permission.ESTATE_EDIT, row.community_id)
    form = EndSharing(request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            for error in errors:
                messages.error(request, str(error))
    elif attempted(request, lambda: end_sharing(row.pk, form.cleaned_data["ends_on"], actor=actor, reason=form.cleaned_data["reason"])):
        messages.success(request, _("分摊约定已结束"))
    return redirect("backoffice:property", row.property_id)
