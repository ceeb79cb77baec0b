"""Objections: the library and its results, one talk in four steps, what others charge."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from wuyefei.collection.followup.public import get_case, interval
from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.paging import paginate
from wuyefei.relations.service.public import months_offered, record_of

from .actions import Talked, add_comparable, object_
from .forms import ComparableForm, TalkForm
from .models import KINDS
from .queries import comparables, conversion, get_objection, objections
from .rules import FITTING, KIND_NAMES, REMEDY_NAMES, STEP_NAMES, Kind, Rate
from .wording import LIBRARY

QUARTER = dt.timedelta(days=90)


@require_GET
@needs(Permission.FOLLOW_VIEW)
def listed(request: HttpRequest) -> HttpResponse:
    """Conversion by kind beside the field's, the latest talks, and the library."""
    actor = actor_of(request)
    kind = request.GET.get("kind", "")
    rows = objections(actor)
    if kind in KIND_NAMES:
        rows = rows.filter(kind=kind)
    page = paginate(rows, ["-id"], request.GET.get("at", ""))
    context = {
        "page": page, "rates": [_rate(one) for one in conversion(actor, clock.today())], "kinds": KINDS, "kind": kind if kind in KIND_NAMES else "",
        "library": [(_(KIND_NAMES[one]), _steps(one)) for one in Kind], "may_manage": actor.may(Permission.FOLLOW_MANAGE),
    }  # fmt: skip
    return render(request, "objections/listed.html", context)


def _steps(kind: Kind) -> list[tuple[str, str]]:
    return list(zip((_(name) for name in STEP_NAMES), LIBRARY[kind.value], strict=True))


def _tenth(permille: int | None) -> str:
    return "—" if permille is None else f"{permille // 10}.{permille % 10}"


def _rate(one: Rate) -> dict[str, Any]:
    low, high = interval(one.converted, one.settled)
    return {
        "name": _(KIND_NAMES[one.kind]), "row": one, "rate": _tenth(one.permille), "field": _tenth(one.field),
        "span": f"{_tenth(low)}–{_tenth(high)}" if one.settled else "—",
    }  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.FOLLOW_WORK)
def talk(request: HttpRequest, case_id: int) -> HttpResponse:
    """Choose the kind, then the four steps with what to say and what to show; the remedy is opened on saving."""
    actor = actor_of(request)
    case = get_case(actor, case_id)
    actor.require(Permission.FOLLOW_WORK, case.community_id)
    asked = request.POST.get("kind") or request.GET.get("kind", "")
    if asked not in KIND_NAMES:
        return render(request, "objections/kinds.html", {"case": case, "kinds": KINDS})
    kind = Kind(asked)
    remedies = [(one.value, _(REMEDY_NAMES[one])) for one in FITTING[kind]]
    first = {"client_key": secrets.token_urlsafe(18), "kind": kind.value, "remedy": remedies[0][0]}
    form = TalkForm(request.POST or None, initial=first, remedies=remedies, months=months_offered(actor.organisation_id))
    if form.is_valid():
        data = form.cleaned_data
        try:
            row = object_(case.pk, Talked(**{"months": None, **data}), actor=actor)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error(None, error.text)
        else:
            messages.success(request, _("已登记 %(code)s 的异议。") % {"code": case.property.code})
            return redirect("objections:objection", row.pk)
    context = {
        "case": case, "kind": kind.value, "kind_name": _(KIND_NAMES[kind]), "form": form, "steps": _steps(kind),
        "record": record_of(actor, case.community_id, clock.now() - QUARTER), "others": comparables(actor, [case.community_id])[:8] if kind is Kind.PRICE else [],
    }  # fmt: skip
    return render(request, "objections/talk.html", context, status=422 if form.errors else 200)


@require_GET
@needs(Permission.FOLLOW_VIEW)
def objection(request: HttpRequest, objection_id: int) -> HttpResponse:
    """One talk, and what became of its remedy."""
    actor = actor_of(request)
    row = get_objection(actor, objection_id)
    said = (row.heard, row.felt, row.clarified, row.agreed)
    context = {
        "row": row, "said": list(zip((_(name) for name in STEP_NAMES), said, strict=True)),
        "may_order": actor.may(Permission.SERVICE_HANDLE, row.community_id),
    }  # fmt: skip
    return render(request, "objections/objection.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.FOLLOW_VIEW)
def prices(request: HttpRequest) -> HttpResponse:
    """What others charge, each with its source and day; a sheet to show and print."""
    actor = actor_of(request)
    places = [(place.pk, place.name) for place in visible_communities(actor, Permission.FOLLOW_MANAGE)]
    form = ComparableForm(request.POST or None, places=places, initial={"seen_on": clock.today()})
    if request.method == "POST":
        if not places:
            raise Forbidden()
        if form.is_valid():
            data = form.cleaned_data
            try:
                add_comparable(data["community"], data["name"], data["price"], data["source"], data["seen_on"], data["note"], actor=actor)
            except (NotFound, Forbidden):
                raise
            except DomainError as error:
                form.add_error(None, error.text)
            else:
                messages.success(request, _("已加可比价格。"))
                return redirect("objections:prices")
    context = {"rows": comparables(actor), "form": form if places else None}
    return render(request, "objections/prices.html", context, status=422 if form.errors else 200)
