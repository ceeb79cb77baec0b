"""Inspections 巡检: the list and its export, a look written down on a phone, the sheet, one record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.estate.properties.public import Building, buildings
from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.access.taking import exporting
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.between import between
from wuyefei.foundation.platform.exports import Cell, Sheet, workbook_response
from wuyefei.foundation.platform.paging import paginate
from wuyefei.foundation.platform.pictures import MOST_BYTES
from wuyefei.foundation.platform.tables import read_table

from .. import inspecting
from ..forms import InspectionForm, SheetForm, VoidForm
from ..inspection_rules import HEAD, RESULT_NAMES, SORT_NAMES, Result, Round, Sort
from ..models import Inspection, InspectionPhoto, Ticket
from ..rules import Kind, State

ORDER = ["-at", "-id"]
COMMON = "common"
SHOWN, OFFERED = 200, 30
VIEWS = {"fine": Q(result=Result.FINE), "wrong": Q(result=Result.WRONG), "open": Q(result=Result.WRONG, ticket__isnull=True)}


def found(actor: Actor, given: QueryDict) -> tuple[QuerySet[Inspection], dict[str, Any]]:
    """The rows that the query asks for, and what was asked."""
    chosen: dict[str, Any] = {"community": whole_number(given.get("community")), "q": given.get("q", "").strip()[:40]}
    chosen["view"] = given.get("view", "") if given.get("view") in VIEWS else ""
    chosen["sort"] = given.get("sort", "") if given.get("sort") in list(Sort) else ""
    chosen["building"] = COMMON if given.get("building") == COMMON else whole_number(given.get("building"))
    chosen |= {"from": given.get("from", "")[:10], "to": given.get("to", "")[:10], "voided": given.get("voided") == "1"}
    rows, chosen["wrong"] = between(inspecting.inspections(actor).filter(voided_at__isnull=not chosen["voided"]), "at", given)
    if chosen["community"]:
        rows = rows.filter(community_id=chosen["community"])
    if chosen["building"]:
        rows = rows.filter(building__isnull=True) if chosen["building"] == COMMON else rows.filter(building_id=chosen["building"])
    if chosen["sort"]:
        rows = rows.filter(sort=chosen["sort"])
    if chosen["view"]:
        rows = rows.filter(VIEWS[chosen["view"]])
    if chosen["q"]:
        rows = rows.filter(Q(point__icontains=chosen["q"]) | Q(who__icontains=chosen["q"]) | Q(note__icontains=chosen["q"]))
    return rows, chosen


@require_GET
@needs(Permission.CONTACT_VIEW)
def listed(request: StaffRequest) -> HttpResponse:
    """All looks, the latest first, with counts over all that match."""
    actor = request.actor
    rows, chosen = found(actor, request.GET)
    page = paginate(rows, ORDER, request.GET.get("at", ""))
    shot = set(InspectionPhoto.objects.filter(inspection__in=page.rows).values_list("inspection_id", flat=True))
    totals = rows.aggregate(
        rows=Count("pk"), points=Count("point", distinct=True), wrong=Count("pk", filter=Q(result=Result.WRONG)), ordered=Count("pk", filter=Q(ticket__isnull=False))
    )
    places = visible_communities(actor, Permission.CONTACT_VIEW)
    near = chosen["community"] or (places[0].pk if len(places) == 1 else 0)
    context = {
        "page": page, "shot": shot, "chosen": chosen, "narrowed": any(chosen.values()), "totals": totals, "communities": places, "many": len(places) > 1,
        "sorts": [(code, _(name)) for code, name in SORT_NAMES.items()], "views": [("fine", _("正常")), ("wrong", _("有问题")), ("open", _("没有工单的问题"))],
        "buildings": list(buildings(actor).filter(community_id=near).order_by("sort_key")[:SHOWN]),
        "may_note": actor.may(Permission.SERVICE_HANDLE), "may_export": actor.may(Permission.EXPORT), "common": COMMON,
    }  # fmt: skip
    return render(request, "service/inspections.html", context)


@require_GET
@needs(Permission.EXPORT)
def export(request: StaffRequest) -> HttpResponse:
    """The rows of the list as a workbook; who took it is on record for every community in it."""
    actor = request.actor
    rows, chosen = found(actor, request.GET)
    taken = exporting(actor, "inspection.export", Permission.CONTACT_VIEW, chosen["community"])
    heads = [_("小区"), *(_(name) for name in HEAD), _("工单"), _("登记人")]
    body = _cells(rows.filter(community_id__in=taken))
    return workbook_response([Sheet(_("巡检记录"), heads, body)], _("巡检记录") + ".xlsx")


def _cells(rows: QuerySet[Inspection]) -> Iterator[list[Cell]]:
    for row in rows.order_by(*ORDER).iterator(chunk_size=2000):
        at = row.at.astimezone(CHINA)
        yield [
            row.community.name, at.date(), f"{at:%H:%M}", row.building.name if row.building else "", row.point, str(row.get_sort_display()), row.who,
            str(row.get_result_display()), row.note, str(row.ticket_id or ""), row.made_by.name,
        ]  # fmt: skip


def _where(request: StaffRequest) -> tuple[Community, Building | None, list[Community], list[Building]]:
    """The chosen community and building, and what may be chosen. Raises ``NotFound`` for elsewhere."""
    actor, given = request.actor, request.POST if request.method == "POST" else request.GET
    places = visible_communities(actor, Permission.SERVICE_HANDLE)
    if not places:
        raise Forbidden()
    asked = whole_number(given.get("community"))
    place = next((one for one in places if one.pk == asked), None) if asked else places[0]
    if place is None:
        raise NotFound()
    houses = list(buildings(actor).filter(community=place).order_by("sort_key"))
    wanted = whole_number(given.get("building"))
    house = next((one for one in houses if one.pk == wanted), None)
    if wanted and house is None:
        raise NotFound()
    return place, house, places, houses


@require_http_methods(["GET", "POST"])
@needs(Permission.SERVICE_HANDLE)
def new(request: StaffRequest) -> HttpResponse:
    """The points of a building with what was last seen; one tap says that a point is fine, the form says anything else."""
    actor, now = request.actor, clock.now()
    place, house, places, houses = _where(request)
    tickets = Ticket.objects.filter(community=place, kind=Kind.COMPLAINT).exclude(state=State.CLOSED).select_related("property").order_by("rank", "-pk")[:OFFERED]
    offered = [(row.pk, f"{row.pk} {row.property.code} {row.text[:20]}") for row in tickets]
    tapped = request.POST.get("tap")
    form = InspectionForm(request.POST if request.method == "POST" and not tapped else None, request.FILES or None, tickets=offered, initial={"who": actor.name, "on": clock.today()})
    if request.method == "POST":
        done = _tapped(request, place, house) if tapped else _noted(request, form, place, house)
        if done is not None:
            messages.success(request, _("已记下 %(point)s：%(result)s") % {"point": done.point, "result": done.get_result_display()})
            return redirect(f"{reverse('service:inspect')}?community={place.pk}" + (f"&building={house.pk}" if house else ""))
    known = inspecting.points_of(place.pk, house.pk if house else None)
    context = {
        "form": form, "place": place, "house": house, "places": places, "houses": houses, "today": now.astimezone(CHINA).date(),
        "points": [(row, row.at.astimezone(CHINA).date() == now.astimezone(CHINA).date()) for row in known],
    }  # fmt: skip
    return render(request, "service/inspect.html", context, status=422 if form.errors else 200)


def _tapped(request: StaffRequest, place: Community, house: Building | None) -> Inspection | None:
    """One tap: the point is as it should be, now; a second tap within the minute is the same one. Nothing where it is refused; the page
    says why."""
    sort, now = request.POST.get("sort", ""), clock.now().replace(microsecond=0)
    if sort not in list(Sort):
        raise NotFound()
    given = Round(house.pk if house else None, request.POST.get("point", ""), Sort(sort), now, request.actor.name, Result.FINE)
    try:
        inspecting.check_tap(place.pk, given)
        return inspecting.inspect(place.pk, given, actor=request.actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
        return None


def _noted(request: StaffRequest, form: InspectionForm, place: Community, house: Building | None) -> Inspection | None:
    if not form.is_valid():
        return None
    sent = form.cleaned_data["photo"]
    content = sent.read(MOST_BYTES + 1) if isinstance(sent, UploadedFile) else b""
    try:
        given = form.round(house.pk if house else None, clock.now())
        return inspecting.inspect(place.pk, given, photo=content, ticket_id=form.cleaned_data["ticket"], actor=request.actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        form.add_error(None, error.text)
        return None


@require_GET
@needs(Permission.SERVICE_HANDLE)
def blank(request: StaffRequest) -> HttpResponse:
    """A sheet with the points that were looked at lately, to fill in and bring back."""
    place = _where(request)[0]
    spots = [None, *buildings(request.actor).filter(community=place).order_by("sort_key")]

    def body() -> Iterator[list[Cell]]:
        for spot in spots:
            for row in inspecting.points_of(place.pk, spot.pk if spot else None):
                yield [None, None, spot.name if spot else "", row.point, SORT_NAMES[Sort(row.sort)], None, RESULT_NAMES[Result.FINE], None]

    return workbook_response([Sheet(_("巡检表"), HEAD, body())], f"{place.name}-{_('巡检表')}.xlsx")


@require_http_methods(["GET", "POST"])
@needs(Permission.SERVICE_HANDLE)
def sheet(request: StaffRequest) -> HttpResponse:
    """Take a filled sheet whole; where rows are wrong nothing is written, and each is named with its reason."""
    place, _house, places, _houses = _where(request)
    form = SheetForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "place": place, "places": places}
    if request.method == "POST" and form.is_valid():
        try:
            rows = read_table(form.cleaned_data["file"].name, form.cleaned_data["file"].read(), ("日期", "点位", "类别"))
            wrong, written, known = inspecting.take_sheet(place.pk, rows, actor=request.actor)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error(None, error.text)
        else:
            if not wrong:
                messages.success(request, _("已记下 %(written)s 条，已有 %(known)s 条没有再记") % {"written": written, "known": known})
                return redirect(f"{reverse('service:inspections')}?community={place.pk}")
            context |= {"wrong": wrong[:SHOWN], "wrong_count": len(wrong)}
    return render(request, "service/inspection_sheet.html", context, status=422 if form.errors or context.get("wrong") else 200)


@require_GET
@needs(Permission.CONTACT_VIEW)
def one(request: StaffRequest, inspection_id: int) -> HttpResponse:
    row = inspecting.get_inspection(request.actor, inspection_id)
    may_note = request.actor.may(Permission.SERVICE_HANDLE, row.community_id)
    shot = InspectionPhoto.objects.filter(inspection=row).defer("content").first()
    return render(request, "service/inspection.html", {"row": row, "shot": shot, "may_note": may_note, "form": VoidForm()})


@require_GET
@needs(Permission.CONTACT_VIEW)
def photo(request: StaffRequest, inspection_id: int) -> HttpResponse:
    row = inspecting.get_inspection(request.actor, inspection_id)
    shot = InspectionPhoto.objects.filter(inspection=row).first()
    if shot is None:
        raise NotFound()
    return HttpResponse(bytes(shot.content), content_type=shot.content_type, headers={"Cache-Control": "private, max-age=86400"})


@require_POST
@needs(Permission.SERVICE_HANDLE)
def link(request: StaffRequest, inspection_id: int) -> HttpResponse:
    """Name the work order that came of it."""
    number = whole_number(request.POST.get("ticket"))
    try:
        inspecting.get_inspection(request.actor, inspection_id)
        inspecting.link_ticket(inspection_id, number or 0, actor=request.actor)
        messages.success(request, _("已关联工单"))
    except NotFound:
        inspecting.get_inspection(request.actor, inspection_id)
        messages.error(request, _("这个小区没有这张报修投诉工单，看一看编号。"))
    except Forbidden:
        raise
    except DomainError as error:
        messages.error(request, error.text)
    return redirect("service:inspection", inspection_id)


@require_POST
@needs(Permission.SERVICE_HANDLE)
def void(request: StaffRequest, inspection_id: int) -> HttpResponse:
    """The record does not hold; it stays and says why."""
    try:
        inspecting.void_inspection(inspection_id, request.POST.get("reason", ""), actor=request.actor)
        messages.success(request, _("已作废，记录保留。"))
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
    return redirect("service:inspection", inspection_id)
