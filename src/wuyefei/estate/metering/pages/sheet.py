"""The readings sheet: downloaded for a round, filled in elsewhere, taken back whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from wuyefei.estate.properties.public import meters
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.exports import Sheet, workbook_response

from .. import actions, queries
from ..forms import DayField
from ..rules import ReadingRow
from ..sheet import HEAD, Typed, typed
from .common import actor_of, number, place_of
from .round import back_to

SHOWN = 200


class SheetForm(forms.Form):
    on = DayField(label=gettext_lazy("抄表日"))
    file = forms.FileField(label=gettext_lazy("抄表单"), help_text=gettext_lazy("xlsx 或 csv。没填「本次读数」的行不管。"))


@require_GET
@needs(Permission.METER_READ)
def download(request: HttpRequest) -> HttpResponse:
    """A workbook of the round in its order, with what each meter last showed."""
    found = place_of(request, Permission.METER_READ)
    if found is None:
        raise Forbidden()
    place, kind, actor = found[0], request.GET.get("kind", ""), actor_of(request)
    rows = list(queries.on_round(actor, place.pk, kind))
    last = queries.latest_of([row.pk for row in rows])

    def body() -> Iterator[tuple[Any, ...]]:
        for row in rows:
            yield (row.property.code, row.number, last[row.pk].value, last[row.pk].on, None, None, None)

    return workbook_response([Sheet(_("抄表单"), HEAD, body())], f"{place.name}-{kind}-{_('抄表单')}.xlsx")


@require_http_methods(["GET", "POST"])
@needs(Permission.METER_READ)
def upload(request: HttpRequest) -> HttpResponse:
    """Record a filled sheet whole; where rows are wrong nothing is, and each is named with its reason."""
    found = place_of(request, Permission.METER_READ)
    if found is None:
        raise Forbidden()
    place, actor = found[0], actor_of(request)
    if request.method == "POST" and number(request.POST.get("community")) is None:
        raise NotFound()
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    form = SheetForm(request.POST or None, request.FILES or None, initial={"on": clock.today()})
    context: dict[str, Any] = {"form": form, "place": place, "kind": kind}
    if request.method == "POST" and form.is_valid():
        try:
            rows = typed(form.cleaned_data["file"].name, form.cleaned_data["file"].read())
            taken = _taken(rows, place, kind, form.cleaned_data["on"], actor)
        except DomainError as error:
            form.add_error(None, error.text)
        else:
            if not context_of(taken, context):
                messages.success(request, _("已记下 %(count)s 块表的读数") % {"count": len(taken)})
                return redirect(back_to(place, kind))
    return render(request, "metering/sheet.html", context, status=422 if form.errors or context.get("wrong") else 200)


Taken = list[tuple[Typed, str]]


def context_of(taken: Taken, context: dict[str, Any]) -> bool:
    """Whether rows are wrong; they are then told in the page."""
    wrong = [(row, why) for row, why in taken if why]
    context |= {"wrong": wrong[:SHOWN], "wrong_count": len(wrong)}
    return bool(wrong)


def _taken(rows: list[Typed], place: Community, kind: str, on: Any, actor: Actor) -> Taken:
    """Each row beside what was recorded of it or why it was not; all are recorded, or none."""
    known = {
        meter.number: meter.pk
        for meter in meters(actor).filter(community=place, kind=kind, ended_on__isnull=True, number__in=[row.number for row in rows])
    }
    asked = [None if row.wrong or row.number not in known else ReadingRow(known[row.number], on, row.value, row.rolled, row.note) for row in rows]
    results = actions.record_sheet(asked, actor=actor, community=place)
    found: Taken = []
    for row, made in zip(rows, results, strict=True):
        why = row.wrong or (_("没有这块表") if row.number not in known else "")
        if isinstance(made, DomainError):
            why = made.text
        found.append((row, why))
    return found
