"""The round 抄表: meter after meter in the order one walks, one figure each."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wuyefei.estate.properties.public import get_meter
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Month, parse_day
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.paging import paginate
from wuyefei.foundation.platform.pictures import MOST_BYTES, PictureRefused
from wuyefei.foundation.shell.refusals import answered

from .. import actions, queries
from ..forms import EstimateForm, ReadForm
from ..rules import Doubtful, ReadingRow
from .common import actor_of, number, place_of

SHOWN = 40
"""Meters on one page of the round: a building's entrance, more or less."""


def day_of(text: str, otherwise: dt.date) -> dt.date:
    try:
        return parse_day(text, "抄表日") if text else otherwise
    except Invalid:
        return otherwise


@require_GET
@needs(Permission.METER_READ)
def round_page(request: HttpRequest) -> HttpResponse:
    """The meters of a kind in a community: what each last showed, and a field for what it shows now."""
    found = place_of(request, Permission.METER_READ)
    if found is None:
        raise Forbidden()
    place, places = found
    actor = actor_of(request)
    kinds = queries.kinds(actor, place.pk)
    kind = request.GET.get("kind", "")
    kind = kind if kind in kinds else (kinds[0] if kinds else "")
    today = clock.today()
    begun, on = day_of(request.GET.get("since", ""), Month.of(today).first), min(today, day_of(request.GET.get("on", ""), today))
    rows = queries.on_round(actor, place.pk, kind)
    counts = queries.progress(rows, begun)
    left = request.GET.get("show") == "left"
    shown = queries.unread(rows, begun) if left else rows
    page = paginate(shown.annotate(place=F("property__sort_key")), ["place", "number", "pk"], request.GET.get("at", ""), SHOWN)
    context = {
        "place": place, "places": places, "kinds": kinds, "kind": kind, "begun": begun, "on": on, "counts": counts, "left": left,
        "stops": queries.stops(page.rows, begun), "page": page, "bare": queries.without_dial(actor, place.pk, kind)[:50],
        "held": queries.held(actor).filter(community=place).count(), "estimate_form": EstimateForm(initial={"on": today, "since": begun}),
        "may_confirm": actor.may(Permission.METER_CONFIRM, place.pk), "may_edit": actor.may(Permission.ESTATE_EDIT, place.pk),
    }  # fmt: skip
    return render(request, "metering/round.html", context)


@require_POST
@needs(Permission.METER_READ)
def read(request: HttpRequest, meter_id: int) -> HttpResponse:
    """Take down one figure; the answer is the meter's place in the round, with what was refused or looks wrong."""
    actor = actor_of(request)
    meter = get_meter(actor, meter_id)
    actor.require(Permission.METER_READ, meter.community_id)
    form = ReadForm(request.POST, request.FILES)
    doubtful: Doubtful | None = None
    if form.is_valid():
        data = form.cleaned_data
        row = ReadingRow(meter.pk, data["on"], data["value"], data["rolled"], data["note"])
        try:
            actions.read_one(row, actor=actor, community=meter.community, sure=data["sure"], photo=_bytes(data["photo"]))
        except PictureRefused as error:
            form.add_error("photo", error.text)
        except Doubtful as error:
            doubtful = error
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error("value", error.text)
    context = _stop_context(meter.pk, request, form) | {"doubtful": doubtful, "failed": bool(form.errors)}
    return render(request, "metering/_stop.html", context)


def _bytes(photo: UploadedFile | None) -> bytes:
    """The bytes of a photograph, never more than it takes to see that they are too many."""
    return photo.read(MOST_BYTES + 1) if photo else b""


def _stop_context(meter_id: int, request: HttpRequest, form: ReadForm) -> dict[str, Any]:
    actor, today = actor_of(request), clock.today()
    begun = day_of(request.POST.get("since", ""), Month.of(today).first)
    meter = get_meter(actor, meter_id)
    found = queries.stops(list(queries.on_round(actor, meter.community_id, meter.kind).filter(pk=meter_id)), begun)
    stop = found[0] if found else None
    on = day_of(request.POST.get("on", ""), today)
    return {"stop": stop, "meter": meter, "form": form, "begun": begun, "on": on, "may_confirm": actor.may(Permission.METER_CONFIRM, meter.community_id)}


def back_to(place: Community, kind: str) -> str:
    return f"{reverse('metering:round')}?community={place.pk}&kind={kind}"


@require_POST
@needs(Permission.METER_READ)
def estimate(request: HttpRequest) -> HttpResponse:
    """Estimate the meters of a kind that nobody could read."""
    found = place_of(request, Permission.METER_READ)
    if found is None or number(request.POST.get("community")) is None:
        raise NotFound()
    place, kind = found[0], request.POST.get("kind", "")
    form = EstimateForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        made = answered(form, lambda: (actions.estimate_missing(place, kind, data["on"], since=data["since"], actor=actor_of(request)),))
        if made is not None:
            messages.success(request, _("已估抄 %(count)s 块表，下次实抄多退少补") % {"count": len(made[0])})
    for errors in form.errors.values():
        messages.error(request, " ".join(str(error) for error in errors))
    return redirect(back_to(place, kind))
