"""The tree of regions and communities: for administrators."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock

from .. import actions, queries
from ..actor import organisation_of
from ..forms import CommunityForm, EndForm, RegionForm
from ..gate import StaffRequest
from .people import admin

FIELDS = {"服务电话": "phone", "收据字头": "receipt_prefix", "上级区域": "parent", "名称": "name"}


def _say(form: RegionForm | CommunityForm, error: DomainError) -> None:
    """Put a refusal where the fault is."""
    where = FIELDS.get(str(error.data.get("field", "")))
    if error.code == "name_taken":
        where = "name" if error.data["name"] == form.cleaned_data.get("name") else "receipt_prefix"
    form.add_error(where if where in form.fields else None, error.data.get("reason") or error.text)


@admin
@require_safe
def places(request: StaffRequest) -> HttpResponse:
    return _places(request)


def _places(
    request: StaffRequest, region: RegionForm | None = None, community: CommunityForm | None = None
) -> HttpResponse:
    actor = request.actor
    branches = queries.tree(actor)
    context = {
        "organisation": organisation_of(actor),
        "branches": branches,
        "regions": sum(line.region is not None for line in branches),
        "communities": sum(line.community is not None for line in branches),
        "region_form": region or RegionForm(branches=branches, prefix="region"),
        "community_form": community or CommunityForm(branches=branches, prefix="community"),
    }
    return render(request, "access/places.html", context, status=422 if region or community else 200)


@admin
@require_POST
def new_region(request: StaffRequest) -> HttpResponse:
    actor = request.actor
    form = RegionForm(request.POST, branches=queries.tree(actor), prefix="region")
    if form.is_valid():
        try:
            region = actions.create_region(
                form.cleaned_data["name"], actor=actor, parent_id=form.cleaned_data["parent"]
            )
        except DomainError as error:
            _say(form, error)
        else:
            messages.success(request, _("已新建区域「%(name)s」。") % {"name": region.name})
            return redirect("access:places")
    return _places(request, region=form)


@admin
@require_POST
def new_community(request: StaffRequest) -> HttpResponse:
    actor = request.actor
    form = CommunityForm(request.POST, branches=queries.tree(actor), prefix="community")
    if form.is_valid():
        given = dict(form.cleaned_data)
        try:
            community = actions.create_community(
                given["name"],
                actor=actor,
                region_id=given["region"],
                receipt_prefix=given["receipt_prefix"],
                address=given["address"],
                phone=given["phone"],
            )
        except DomainError as error:
            _say(form, error)
        else:
            facts = {"name": community.name, "prefix": community.receipt_prefix}
            messages.success(request, _("已新建小区「%(name)s」，收据字头 %(prefix)s。") % facts)
            return redirect("access:places")
    return _places(request, community=form)


@admin
@require_http_methods(["GET", "POST"])
def region(request: StaffRequest, pk: int) -> HttpResponse:
    actor = request.actor
    row = queries.get_region(actor, pk)
    form = RegionForm(request.POST or None, branches=queries.tree(actor), region=row)
    if request.method == "POST" and form.is_valid():
        try:
            given = form.cleaned_data
            actions.change_region(pk, actor=actor, name=given["name"], parent_id=given["parent"])
        except DomainError as error:
            _say(form, error)
        else:
            messages.success(request, _("已保存。"))
            return redirect("access:places")
    return render(
        request, "access/region.html", {"region": row, "form": form}, status=422 if form.errors else 200
    )


@admin
@require_http_methods(["GET", "POST"])
def community(request: StaffRequest, pk: int) -> HttpResponse:
    actor = request.actor
    row = queries.get_place(actor, pk)
    form = CommunityForm(request.POST or None, branches=queries.tree(actor), community=row)
    if request.method == "POST" and form.is_valid():
        try:
            given = form.cleaned_data
            actions.change_community(
                pk,
                actor=actor,
                name=given["name"],
                region_id=given["region"],
                address=given["address"],
                phone=given["phone"],
            )
        except DomainError as error:
            _say(form, error)
        else:
            messages.success(request, _("已保存。"))
            return redirect("access:places")
    context = {"community": row, "form": form, "end": EndForm(initial={"ended_on": clock.today()})}
    return render(request, "access/community.html", context, status=422 if form.errors else 200)


@admin
@require_POST
def end_community(request: StaffRequest, pk: int) -> HttpResponse:
    """End, or without a date take the end back."""
    actor = request.actor
    queries.get_place(actor, pk)
    day = None
    if not request.POST.get("undo"):
        form = EndForm(request.POST)
        if not form.is_valid():
            raise DomainError("date_missing", "请填写撤场日期。")
        day = form.cleaned_data["ended_on"]
    actions.end_community(pk, actor=actor, ended_on=day, reason=request.POST.get("reason", ""))
    messages.success(request, _("已标记撤场。") if day else _("已取消撤场。"))
    return redirect("access:community", pk)
