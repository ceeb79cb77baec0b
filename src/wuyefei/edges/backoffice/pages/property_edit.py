"""Changes of one property from its page: facts, people, parking, vehicles, its end."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wuyefei.estate.occupancy.public import end_tie, get_tie, tie
from wuyefei.estate.properties.public import (
    Property,
    PropertyRow,
    VehicleRow,
    add_vehicle,
    attach,
    create_property,
    end_property,
    end_vehicle,
    get_property,
    get_vehicle,
    update_property,
)
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.refusals import answered

from ..forms.base import Form
from ..forms.property import AttachForm, EndForm, PropertyForm, TieForm, VehicleForm
from .common import actor_of, places_of, target_place
from .property import context_of

FACTS = ("number", "code", "kind", "floor", "layout", "area_m2", "inner_area_m2", "delivered_on", "external_ref", "vacant")


def _editable(request: HttpRequest, property_id: int) -> Property:
    home = get_property(actor_of(request), property_id)
    actor_of(request).require(Permission.ESTATE_EDIT, home.community_id)
    return home


def _again(request: HttpRequest, home: Property, name: str, form: forms.Form) -> HttpResponse:
    """The property's page with the form that was refused, open."""
    context = context_of(request, home) | {name: form, "open_form": name}
    return render(request, "backoffice/property.html", context, status=422)


@needs(Permission.ESTATE_EDIT)
def new(request: HttpRequest) -> HttpResponse:
    place = target_place(request, Permission.ESTATE_EDIT)
    if place is None:
        places = places_of(request, Permission.ESTATE_EDIT)
        return render(request, "backoffice/choose_place.html", {"places": places, "title": _("新增房屋")})
    form = PropertyForm(request.POST or None, actor=actor_of(request), community=place)
    if request.method == "POST" and form.is_valid():
        made = answered(form, lambda: create_property(_row(form), actor=actor_of(request), community=_place(place)))
        if made is not None:
            messages.success(request, _("已新增 %(code)s") % {"code": made.code})
            return redirect("backoffice:property", made.pk)
    return render(request, "backoffice/property_form.html", {"form": form, "place": place}, status=422 if form.errors else 200)


def _place(place: Community | None) -> Community:
    if place is None:
        raise NotFound()
    return place


def _row(form: PropertyForm) -> PropertyRow:
    data = form.cleaned_data
    building, entrance = data["building"], data["entrance"]
    facts = {name: data[name] for name in FACTS}
    return PropertyRow(building_id=building.pk if building else None, entrance_id=entrance.pk if entrance else None, **facts)


@needs(Permission.ESTATE_EDIT)
def edit(request: HttpRequest, property_id: int) -> HttpResponse:
    home, actor = _editable(request, property_id), actor_of(request)
    initial = {name: getattr(home, name) for name in FACTS}
    form = PropertyForm(request.POST or None, actor=actor, community=home.community, editing=True, initial=initial)
    if request.method == "POST" and form.is_valid():
        wanted = {name: form.cleaned_data[name] for name in FACTS if form.cleaned_data[name] != initial[name]}
        if not form.cleaned_data["code"]:
            wanted.pop("code", None)
        reason = form.cleaned_data["reason"]
        if answered(form, lambda: update_property(home.pk, actor=actor, reason=reason, **wanted)) is not None:
            messages.success(request, _("已保存。已出的账单仍按当时的面积。") if wanted else _("没有改动"))
            return redirect("backoffice:property", home.pk)
    context: dict[str, Any] = {"form": form, "place": home.community, "home": home}
    return render(request, "backoffice/property_form.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Permission.ESTATE_EDIT)
def end(request: HttpRequest, property_id: int) -> HttpResponse:
    home, actor = _editable(request, property_id), actor_of(request)
    form = EndForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        if answered(form, lambda: end_property(home.pk, data["ended_on"], actor=actor, reason=data["reason"])) is not None:
            messages.success(request, _("%(code)s 自 %(day)s 起停用") % {"code": home.code, "day": data["ended_on"]})
            return redirect("backoffice:property", home.pk)
    return _again(request, home, "end_form", form)


@require_POST
@needs(Permission.ESTATE_EDIT)
def attach_to(request: HttpRequest, property_id: int) -> HttpResponse:
    home, actor = _editable(request, property_id), actor_of(request)
    form = AttachForm(request.POST)
    if form.is_valid():
        flat = form.found(actor, home.community_id)
        if not form.errors and answered(form, lambda: attach(home.pk, flat.pk if flat else None, actor=actor)) is not None:
            messages.success(request, _("已归属 %(code)s") % {"code": flat.code} if flat else _("已解除归属"))
            return redirect("backoffice:property", home.pk)
    return _again(request, home, "attach_form", form)


@require_POST
@needs(Permission.ESTATE_EDIT)
def vehicle(request: HttpRequest, property_id: int) -> HttpResponse:
    home, actor = _editable(request, property_id), actor_of(request)
    form = VehicleForm(request.POST)
    if form.is_valid():
        row = VehicleRow(home.pk, **form.cleaned_data)
        if answered(form, lambda: add_vehicle(row, actor=actor, community=home.community)) is not None:
            messages.success(request, _("已登记车辆"))
            return redirect("backoffice:property", home.pk)
    return _again(request, home, "vehicle_form", form)


@require_POST
@needs(Permission.ESTATE_EDIT)
def vehicle_end(request: HttpRequest, vehicle_id: int) -> HttpResponse:
    car = get_vehicle(actor_of(request), vehicle_id)
    end_vehicle(car.pk, clock.today(), actor=actor_of(request))
    messages.success(request, _("%(plate)s 已停用") % {"plate": car.plate})
    return redirect("backoffice:property", car.property_id)


@require_POST
@needs(Permission.ESTATE_EDIT)
def tie_add(request: HttpRequest, property_id: int) -> HttpResponse:
    home, actor = _editable(request, property_id), actor_of(request)
    form = TieForm(request.POST, actor=actor, community_id=home.community_id)
    if form.is_valid():
        data = form.cleaned_data
        made = answered(
            form, lambda: tie(home.pk, data["person"].pk, data["role"], data["starts_on"], data["ends_on"], actor=actor)
        )
        if made is not None:
            messages.success(request, _("%(name)s 已登记") % {"name": data["person"].name})
            return redirect("backoffice:property", home.pk)
    return _again(request, home, "tie_form", form)


class EndSharing(Form):
    ends_on = forms.DateField(label=_("结束日期"))
    reason = forms.CharField(label=_("原因"), max_length=400)


@require_POST
@needs(Permission.ESTATE_EDIT)
def tie_end(request: HttpRequest, tie_id: int) -> HttpResponse:
    """End a tie on a day; what stays wrong is said on the property's page."""
    actor = actor_of(request)
    held = get_tie(actor, tie_id)
    home = _editable(request, held.property_id)
    form = EndSharing(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        if answered(form, lambda: end_tie(held.pk, data["ends_on"], actor=actor, reason=data["reason"])) is not None:
            messages.success(request, _("关系已结束"))
            return redirect("backoffice:property", home.pk)
    for errors in form.errors.values():
        for error in errors:
            messages.error(request, str(error))
    return redirect("backoffice:property", home.pk)
