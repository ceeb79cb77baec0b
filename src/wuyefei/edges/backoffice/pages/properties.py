"""The list of properties: filtered, sorted, page by page, with its totals and as a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, Count, F, QuerySet, Sum
from django.db.models.functions import Cast, Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from wuyefei.estate.occupancy.public import payers
from wuyefei.estate.people.public import people
from wuyefei.estate.properties.public import Building, Property, buildings, find_properties, properties
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.exports import Cell, Sheet, workbook_response

from ..paging import page_of
from ..queries.owed import owed_by_property
from .common import Places, actor_of, is_htmx, number, places_of

SORTS = {
    "code": ("place", "sort_key", "pk"),
    "-code": ("-place", "-sort_key", "-pk"),
    "area": ("area", "pk"),
    "-area": ("-area", "-pk"),
}
FOUND = 200
EXPORT_BATCH = 2_000


@dataclass(frozen=True)
class Filter:
    """What the address asks for; unknown words are taken as not asked."""

    places: Places
    building: Building | None
    kind: str
    vacant: str
    ended: bool
    words: str

    @property
    def chips(self) -> int:
        return sum(map(bool, (self.building, self.kind, self.vacant, self.ended, self.words)))


def _filter(request: HttpRequest) -> Filter:
    places = places_of(request, Permission.ESTATE_VIEW)
    building = None
    asked = request.GET.get("building")
    if asked:
        building = buildings(actor_of(request)).filter(pk=number(asked) or 0, community_id__in=places.ids).first()
        if building is None:
            raise NotFound()
    kind = request.GET.get("kind", "")
    vacant = request.GET.get("vacant", "")
    return Filter(
        places,
        building,
        kind if kind in Property.Kind.values else "",
        vacant if vacant in ("yes", "no") else "",
        request.GET.get("ended") == "1",
        request.GET.get("q", "").strip(),
    )


def _rows(actor: Actor, wanted: Filter) -> QuerySet[Property]:
    rows = properties(actor).filter(community_id__in=wanted.places.ids, ended_on__isnull=not wanted.ended)
    if wanted.building:
        rows = rows.filter(building=wanted.building)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.vacant:
        rows = rows.filter(vacant=wanted.vacant == "yes")
    if wanted.words:
        place = wanted.places.chosen.pk if wanted.places.chosen else None
        found = find_properties(actor, wanted.words, place, limit=FOUND)
        rows = rows.filter(pk__in=[row.pk for row in found])
    return rows


@needs(Permission.ESTATE_VIEW)
def property_list(request: HttpRequest) -> HttpResponse:
    actor, wanted = actor_of(request), _filter(request)
    rows = _rows(actor, wanted)
    if request.GET.get("part") == "totals":
        return render(request, "backoffice/properties/_totals.html", {"totals": _totals(rows)})
    sort = request.GET.get("sort", "code")
    order = SORTS.get(sort, SORTS["code"])
    listed = rows.select_related("community", "building").annotate(area=Coalesce(Cast(F("area_m2") * 100, BigIntegerField()), 0), place=F("community__sort_key"))
    page = page_of(request, listed, order)
    context: dict[str, Any] = {
        "filter": wanted,
        "places": wanted.places,
        "buildings": _buildings(actor, wanted.places),
        "kinds": Property.Kind.choices,
        "rows": _described(actor, page.rows),
        "page": page,
        "sort": sort if sort in SORTS else "code",
        "may_edit": actor.may(Permission.ESTATE_EDIT),
        "may_export": actor.may(Permission.EXPORT),
        "may_bills": actor.may(Permission.BILLING_VIEW),
    }
    template = "backoffice/properties/_rows.html" if is_htmx(request) else "backoffice/properties/list.html"
    return render(request, template, context)


def _buildings(actor: Actor, places: Places) -> QuerySet[Building]:
    """For the choice of a building: only once one community is chosen."""
    only = places.chosen or (places.all[0] if len(places.all) == 1 else None)
    return buildings(actor).filter(community=only).order_by("sort_key") if only else buildings(actor).none()


def _totals(rows: QuerySet[Property]) -> dict[str, Any]:
    return rows.aggregate(count=Count("pk"), area=Sum("area_m2"))


def _payer_names(actor: Actor, ids: list[int]) -> dict[int, str]:
    """Today's payer of each property, by name."""
    today = clock.today()
    first = {home_id: spans[0][0] for home_id, spans in payers(ids, Span(today, today)).items() if spans}
    named = dict(people(actor).filter(pk__in=set(first.values())).values_list("pk", "name"))
    return {home_id: named.get(person_id, "") for home_id, person_id in first.items()}


def _described(actor: Actor, rows: Sequence[Property]) -> list[tuple[Property, str, int]]:
    """Each property with its payer and what is owed there today."""
    ids = [row.pk for row in rows]
    named = _payer_names(actor, ids)
    owed = owed_by_property(actor, ids, clock.today()) if ids and actor.may(Permission.BILLING_VIEW) else {}
    return [(row, named.get(row.pk, ""), owed[row.pk].total_fen if row.pk in owed else 0) for row in rows]


@needs(Permission.EXPORT)
def export(request: HttpRequest) -> HttpResponse:
    """The filtered list as a workbook, without personal numbers; only places whose data may be exported."""
    actor, wanted = actor_of(request), _filter(request)
    allowed = actor.communities(Permission.EXPORT)
    rows = _rows(actor, wanted).filter(community_id__in=allowed).select_related("community", "building", "entrance")
    for community in wanted.places.all:
        if community.pk in wanted.places.ids and community.pk in allowed:
            audit.record(actor, "property.export", community, community_id=community.pk)
    heads = [_("项目"), _("房屋编号"), _("楼栋"), _("单元"), _("房号"), _("类型"), _("建筑面积"), _("套内面积"), _("交付日期"), _("空置"), _("缴费人")]
    return workbook_response([Sheet(_("房屋"), heads, _cells(actor, rows))], _("房屋") + ".xlsx")


def _cells(actor: Actor, rows: QuerySet[Property]) -> Iterator[list[Cell]]:
    batch: list[Property] = []
    for row in rows.order_by("community__sort_key", "sort_key", "pk").iterator(chunk_size=EXPORT_BATCH):
        batch.append(row)
        if len(batch) == EXPORT_BATCH:
            yield from _lines(actor, batch)
            batch = []
    yield from _lines(actor, batch)


def _lines(actor: Actor, rows: list[Property]) -> Iterator[list[Cell]]:
    named = _payer_names(actor, [row.pk for row in rows]) if rows else {}
    for row in rows:
        yield [
            row.community.name, row.code, row.building.name if row.building else "", row.entrance.name if row.entrance else "",
            row.number, str(row.get_kind_display()), row.area_m2, row.inner_area_m2, row.delivered_on, _("是") if row.vacant else _("否"),
            named.get(row.pk, ""),
        ]  # fmt: skip
