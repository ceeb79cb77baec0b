"""What a person wants of the channels, and the recorded grounds."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wuyefei.estate.people.public import get_person
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound

from ..actions import wishes as acts
from ..forms import GroundForm, ReasonForm, WishForm
from ..models import Ground, Wish
from ..queries import grounds, wishes_of
from ..rules.steps import CHANNEL_NAMES
from .common import actor_of, attempt


@require_http_methods(["GET", "POST"])
@needs(Permission.CONTACT_VIEW)
def wishes(request: HttpRequest, person_id: int) -> HttpResponse:
    """Each channel with the person's latest wish; a new one is noted here."""
    actor = actor_of(request)
    person = get_person(actor, person_id)
    actor.require(Permission.CONTACT_VIEW, person.community_id)
    form = WishForm(request.POST or None)
    if request.method == "POST":
        actor.require(Permission.CONTACT_RECORD, person.community_id)
        if form.is_valid() and isinstance(attempt(form, lambda: acts.set_wish(person.pk, actor=actor, **form.cleaned_data)), Wish):
            messages.success(request, _("已记下"))
            return redirect("contacts:wishes", person.pk)
    known = wishes_of(actor, person.pk)
    context = {
        "person": person, "form": form, "ground_form": GroundForm(),
        "rows": [(_(name), known.get(channel.value)) for channel, name in CHANNEL_NAMES.items() if channel.value != "desk"],
        "grounds": grounds(actor).filter(person_id=person.pk).select_related("made_by").order_by("-pk"),
        "may_record": actor.may(Permission.CONTACT_RECORD, person.community_id),
        "may_manage": actor.may(Permission.CONTACT_MANAGE, person.community_id),
    }  # fmt: skip
    return render(request, "contacts/wishes.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Permission.CONTACT_MANAGE)
def add(request: HttpRequest, person_id: int) -> HttpResponse:
    """Put a ground on record for a person."""
    actor = actor_of(request)
    person = get_person(actor, person_id)
    form = GroundForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        made = attempt(form, lambda: acts.add_ground(person.community_id, data["kind"], data["proof"], person_id=person.pk, actor=actor))
        if isinstance(made, Ground):
            messages.success(request, _("已登记依据"))
    if form.errors:
        messages.error(request, "；".join(str(text) for texts in form.errors.values() for text in texts))
    return redirect("contacts:wishes", person.pk)


@require_POST
@needs(Permission.CONTACT_MANAGE)
def end(request: HttpRequest, ground_id: int) -> HttpResponse:
    """The ground holds no longer."""
    actor = actor_of(request)
    row = grounds(actor).filter(pk=ground_id).first()
    if row is None:
        raise NotFound()
    form = ReasonForm(request.POST)
    if form.is_valid() and isinstance(attempt(form, lambda: acts.end_ground(row.pk, form.cleaned_data["reason"], actor=actor)), Ground):
        messages.success(request, _("依据已失效"))
    else:
        messages.error(request, "；".join(str(text) for texts in form.errors.values() for text in texts))
    return redirect("contacts:wishes", row.person_id) if row.person_id else redirect("contacts:rules")
