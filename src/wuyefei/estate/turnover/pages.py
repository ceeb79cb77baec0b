"""Declared turnover: the board of a month, a lease's history, entering, importing, confirming."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.foundation.access.actor import Actor, get_community, visible_communities
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.exports import Sheet, workbook_response
from wuyefei.foundation.platform.paging import paginate
from wuyefei.foundation.shell.refusals import attempt

from . import actions, queries
from .forms import DeclareForm, FileForm, SettleForm
from .models import Declaration
from .rules import DeclaredRow, due_on
from .sheet import HEAD, Typed, months_of, typed

SHOWN = 200


def _place(request: HttpRequest, permission: Permission) -> tuple[Community, list[Community]]:
    actor = actor_of(request)
    places = visible_communities(actor, permission)
    asked = whole_number(request.GET.get("community") or request.POST.get("community"))
    if asked is not None:
        return get_community(actor, asked, permission), places
    if not places:
        raise Forbidden()
    return places[0], places


def _month(request: HttpRequest) -> Month:
    try:
        return Month.parse(request.GET.get("month", ""))
    except Invalid:
        return Month.of(clock.today()).plus(-1)


@require_GET
@needs(Permission.BILLING_VIEW)
def board(request: HttpRequest) -> HttpResponse:
    """The leases of a month with what each declared, and what waits for a second person."""
    actor = actor_of(request)
    place, places = _place(request, Permission.BILLING_VIEW)
    month, today = _month(request), clock.today()
    rows = queries.in_month(queries.leases(actor).filter(community=place), month)
    state = request.GET.get("show", "")
    if state == "missing":
        told = queries.declarations(actor).filter(month=month.first, state__in=(Declaration.State.WAITING, Declaration.State.CONFIRMED))
        rows = rows.exclude(pk__in=told.values("line_id"))
    page = paginate(rows.annotate(place=F("property__sort_key")), ["place", "pk"], request.GET.get("at", ""))
    waiting = queries.waiting(actor).filter(community=place).select_related("line__property", "entered_by")
    context = {
        "place": place, "places": places, "month": month, "page": page, "show": state, "due": due_on(month),
        "rows": queries.board(actor, page.rows, month, today > due_on(month)), "over": month.last < today,
        "waiting": [(row, row.entered_by_id == actor.user_id) for row in waiting.order_by("month", "pk")[:SHOWN]],
        "may_enter": actor.may(Permission.BILLING_DRAFT, place.pk), "may_confirm": actor.may(Permission.BILLING_CONFIRM, place.pk),
    }  # fmt: skip
    return render(request, "turnover/board.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.BILLING_VIEW)
def lease(request: HttpRequest, lease_id: int) -> HttpResponse:
    """A lease's declarations, and the form for another month or a correction."""
    actor = actor_of(request)
    line = queries.get_lease(actor, lease_id)
    may = actor.may(Permission.BILLING_DRAFT, line.community_id)
    if request.method == "POST":
        actor.require(Permission.BILLING_DRAFT, line.community_id)
    form = DeclareForm(request.POST or None, initial={"month": str(_month(request))})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        row = DeclaredRow(line.pk, data["month"], data["amount"], data["note"])
        try:
            actions.declare([row], actor=actor, community=line.community)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error(None, error.text)
        else:
            messages.success(request, _("已录入，等另一人确认"))
            return redirect("turnover:lease", line.pk)
    page = paginate(queries.history_of(actor, line.pk), ["-month", "-number"], request.GET.get("at", ""))
    context = {
        "line": line, "form": form, "page": page, "may_enter": may, "term": queries.term_of(line), "words": queries.words_of(line),
    }  # fmt: skip
    return render(request, "turnover/lease.html", context, status=422 if form.errors else 200)


def _back(place: Community, month: str = "") -> str:
    return f"{reverse('turnover:board')}?community={place.pk}" + (f"&month={month}" if month else "")


@require_POST
@needs(Permission.BILLING_CONFIRM)
def settle(request: HttpRequest) -> HttpResponse:
    """Confirm, or send back, what somebody else entered."""
    if whole_number(request.POST.get("community")) is None:
        raise NotFound()
    place, _places = _place(request, Permission.BILLING_CONFIRM)
    actor = actor_of(request)
    ids = list(queries.waiting(actor).filter(community=place).values_list("pk", flat=True))
    form = SettleForm(ids, request.POST)
    if form.is_valid():
        data, approved = form.cleaned_data, form.cleaned_data["verdict"] == "confirm"
        done = attempt(
            request, lambda: actions.settle(data["declared"], approved=approved, reason=data["reason"], actor=actor, community=place)
        )
        if done is not None:
            words = _("已确认 %(count)s 份营业额") if approved else _("已退回 %(count)s 份营业额")
            messages.success(request, words % {"count": len(done)})
    for errors in form.errors.values():
        messages.error(request, " ".join(str(error) for error in errors))
    return redirect(_back(place, request.POST.get("month", "")[:7]))


@require_GET
@needs(Permission.BILLING_DRAFT)
def download(request: HttpRequest) -> HttpResponse:
    """A table with a row for each lease of the month, to be filled in."""
    place, _places = _place(request, Permission.BILLING_DRAFT)
    month = _month(request)
    rows = queries.in_month(queries.leases(actor_of(request)).filter(community=place), month).order_by("property__sort_key", "pk")
    body = [(row.property.code, str(month), None, None) for row in rows]
    return workbook_response([Sheet(_("营业额表"), HEAD, body)], f"{place.name}-{month}-{_('营业额表')}.xlsx")


@require_http_methods(["GET", "POST"])
@needs(Permission.BILLING_DRAFT)
def upload(request: HttpRequest) -> HttpResponse:
    """Enter a filled table whole; where rows are wrong nothing is, and each is named with its reason."""
    place, _places = _place(request, Permission.BILLING_DRAFT)
    if request.method == "POST" and whole_number(request.POST.get("community")) is None:
        raise NotFound()
    form = FileForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "place": place}
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            taken = _taken(file.name, file.read(), place, actor_of(request))
        except DomainError as error:
            form.add_error(None, error.text)
        else:
            wrong = [(row, why) for row, why in taken if why]
            if not wrong:
                messages.success(request, _("已录入 %(count)s 行，等另一人确认") % {"count": len(taken)})
                return redirect(_back(place))
            context |= {"wrong": wrong[:SHOWN], "wrong_count": len(wrong)}
    return render(request, "turnover/upload.html", context, status=422 if form.errors or context.get("wrong") else 200)


def _taken(name: str, content: bytes, place: Community, actor: Actor) -> list[tuple[Typed, str]]:
    """Each row beside why it was not entered; all are entered, or none."""
    every = list(queries.leases(actor).filter(community=place))
    leases = {
        (line.property.code, month): line.pk
        for month in months_of(name, content) for line in every if _runs(line, month)
    }  # fmt: skip
    rows = typed(name, content, leases, frozenset(line.property.code for line in every))
    made = actions.declare_sheet([row.row for row in rows], actor=actor, community=place)
    return [(row, row.wrong or (one.text if isinstance(one, DomainError) else "")) for row, one in zip(rows, made, strict=True)]


def _runs(line: Any, month: Month) -> bool:
    term = queries.term_of(line)
    return term.first <= month.last and term.last >= month.first
