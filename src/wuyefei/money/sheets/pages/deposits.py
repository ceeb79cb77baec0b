"""Deposit policies: what each deposit costs in a community, and since when."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wuyefei.estate.tariffs.public import DepositBy, DepositRule, deposit_policies, set_policy
from wuyefei.foundation.access.actor import get_community, visible_communities
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock

from ..forms import PolicyForm

SHOWN = 100


@require_http_methods(["GET", "POST"])
@needs(Permission.BILLING_VIEW)
def policies(request: HttpRequest) -> HttpResponse:
    """The policies of a community, the latest of each item first, and the form for the next."""
    actor = actor_of(request)
    places = visible_communities(actor, Permission.BILLING_VIEW)
    asked = whole_number(request.GET.get("community"))
    place = get_community(actor, asked, Permission.BILLING_VIEW) if asked is not None else next(iter(places), None)
    if place is None:
        raise Forbidden()
    if request.method == "POST":
        actor.require(Permission.TARIFF_EDIT, place.pk)
    today = clock.today()
    form = PolicyForm(actor, request.POST or None, initial={"effective_from": today})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            set_policy(
                data["item"], DepositRule(DepositBy(data["by"]), data["figure"]), data["effective_from"], actor=actor, community=place,
                note=data["note"],
            )  # fmt: skip
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error("figure" if isinstance(error, Invalid) else "effective_from", error.text)
        else:
            messages.success(request, _("押金标准已设定"))
            return redirect(f"{reverse('sheets:deposits')}?community={place.pk}")
    rows = list(deposit_policies(actor).filter(community=place)[:SHOWN])
    current: dict[int, int] = {}
    for row in rows:
        if row.effective_from <= today:
            current.setdefault(row.item_id, row.pk)
    context = {
        "place": place, "places": places, "rows": [(row, row.pk in current.values(), row.effective_from > today) for row in rows],
        "form": form, "may_edit": actor.may(Permission.TARIFF_EDIT, place.pk), "may_draft": actor.may(Permission.BILLING_DRAFT, place.pk),
    }  # fmt: skip
    return render(request, "sheets/deposits.html", context, status=422 if form.errors else 200)
