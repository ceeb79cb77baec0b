"""One meter: its dial, its readings, taking it off and putting another on."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.estate.properties.public import Meter, MeterRow, get_meter, properties
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import Forbidden
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.paging import paginate
from wuyefei.foundation.shell.refusals import answered

from .. import actions, queries
from ..forms import InstallForm, MeterForm, ReplaceForm, SettleForm
from ..rules import Installed, ReadingRow
from .common import actor_of, place_of


@require_GET
@needs(Permission.ESTATE_VIEW)
def meter_page(request: HttpRequest, meter_id: int) -> HttpResponse:
    meter = get_meter(actor_of(request), meter_id)
    return render(request, "metering/meter.html", _context(request, meter))


def _context(request: HttpRequest, meter: Meter, **more: Any) -> dict[str, Any]:
    actor, today = actor_of(request), clock.today()
    dial, last = queries.dials_of([meter.pk]).get(meter.pk), queries.latest_of([meter.pk]).get(meter.pk)
    page = paginate(queries.history_of(actor, meter.pk), ["-on", "-pk"], request.GET.get("at", ""))
    voidable = last is not None and last.source not in ("opened", "closed")
    return {
        "meter": meter, "dial": dial, "home": meter.property, "last_pk": last.pk if last and voidable else None, "successor": queries.successor_of(meter.pk),
        "page": page, "photographed": queries.photographed([row.pk for row in page.rows]),
        "may_read": actor.may(Permission.METER_READ, meter.community_id) and not meter.ended_on,
        "may_confirm": actor.may(Permission.METER_CONFIRM, meter.community_id),
        "may_edit": actor.may(Permission.ESTATE_EDIT, meter.community_id),
        "install_form": InstallForm(initial={"on": today}), "replace_form": ReplaceForm(initial={"on": today}),
    } | more  # fmt: skip


@require_POST
@needs(Permission.METER_READ)
def install(request: HttpRequest, meter_id: int) -> HttpResponse:
    actor = actor_of(request)
    meter = get_meter(actor, meter_id)
    actor.require(Permission.METER_READ, meter.community_id)
    form = InstallForm(request.POST)
    if form.is_valid():
        found = Installed(*(form.cleaned_data[name] for name in ("on", "value", "multiplier", "digits", "band")))
        if answered(form, lambda: actions.install(meter.pk, found, actor=actor)) is not None:
            messages.success(request, _("底数已登记，可以抄表了"))
            return redirect("metering:meter", meter.pk)
    return render(request, "metering/meter.html", _context(request, meter, install_form=form, open_form="install"), status=422)


@require_POST
@needs(Permission.METER_READ)
def replace(request: HttpRequest, meter_id: int) -> HttpResponse:
    actor = actor_of(request)
    meter = get_meter(actor, meter_id)
    actor.require(Permission.METER_READ, meter.community_id)
    form = ReplaceForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        closing = ReadingRow(meter.pk, data["on"], data["closing"])
        opening = Installed(data["on"], data["opening"], data["multiplier"], data["digits"])
        made = answered(form, lambda: actions.replace(meter.pk, data["number"].strip(), closing, opening, actor=actor))
        if made is not None:
            messages.success(request, _("已换表，旧表的用量接着算"))
            return redirect("metering:meter", made.meter_id)
    return render(request, "metering/meter.html", _context(request, meter, replace_form=form, open_form="replace"), status=422)


@require_http_methods(["GET", "POST"])
@needs(Permission.ESTATE_EDIT)
def new(request: HttpRequest) -> HttpResponse:
    """A meter at a property, with the figure it begins with."""
    found = place_of(request, Permission.ESTATE_EDIT)
    if found is None:
        raise Forbidden()
    place, places = found
    actor = actor_of(request)
    form = MeterForm(request.POST or None, initial={"on": clock.today(), "kind": request.GET.get("kind", "")})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        home = properties(actor).filter(community=place, code=data["code"].strip(), ended_on__isnull=True).first()
        if home is None:
            form.add_error("code", _("%(place)s 没有这个房号。") % {"place": place.name})
        else:
            row = MeterRow(home.pk, data["kind"].strip(), data["number"].strip())
            opening = Installed(*(data[name] for name in ("on", "value", "multiplier", "digits", "band")))
            made = answered(form, lambda: actions.put_on(row, opening, actor=actor, community=place))
            if made is not None:
                messages.success(request, _("已登记表 %(number)s") % {"number": made.meter.number})
                return redirect("metering:meter", made.meter_id)
    context = {"form": form, "place": place, "places": places}
    return render(request, "metering/new.html", context, status=422 if form.errors else 200)


@require_GET
@needs(Permission.METER_READ)
def held(request: HttpRequest) -> HttpResponse:
    """Doubtful readings that wait for a look, the oldest first."""
    actor = actor_of(request)
    page = paginate(queries.held(actor), ["on", "pk"], request.GET.get("at", ""))
    usual = queries.usual_middle({row.meter_id for row in page.rows})
    may = actor.communities(Permission.METER_CONFIRM)
    seen = queries.photographed([row.pk for row in page.rows])
    rows = [(row, usual.get(row.meter_id), row.community_id in may, row.pk in seen) for row in page.rows]
    return render(request, "metering/held.html", {"rows": rows, "page": page})


@require_GET
@needs(Permission.ESTATE_VIEW)
def photo(request: HttpRequest, reading_id: int) -> HttpResponse:
    """The dial as it was photographed."""
    row = queries.photo_of(queries.get_reading(actor_of(request), reading_id).pk)
    return HttpResponse(bytes(row.content), content_type=row.kind, headers={"Cache-Control": "private, max-age=86400"})


@require_POST
@needs(Permission.METER_CONFIRM)
def settle(request: HttpRequest, reading_id: int) -> HttpResponse:
    """Confirm a doubtful reading, or make one void."""
    actor = actor_of(request)
    row = queries.get_reading(actor, reading_id)
    actor.require(Permission.METER_CONFIRM, row.community_id)
    form = SettleForm(request.POST)
    if form.is_valid():
        act = actions.confirm if form.cleaned_data["verdict"] == "confirm" else actions.void
        if answered(form, lambda: act(row.pk, actor=actor, reason=form.cleaned_data["reason"])) is not None:
            words = _("已确认 %(number)s 的读数") if act is actions.confirm else _("已作废 %(number)s 的读数，可以重新抄")
            messages.success(request, words % {"number": row.meter.number})
    for errors in form.errors.values():
        messages.error(request, " ".join(str(error) for error in errors))
    if request.POST.get("back") == "meter":
        return redirect("metering:meter", row.meter_id)
    return redirect("metering:held")
