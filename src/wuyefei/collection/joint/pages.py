"""Joint mediation: the list, one effort with all that happened in it, and a form for each act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.paging import paginate

from . import actions
from .forms import CloseForm, DoneForm, JoinForm, MeetingForm, OpenForm, ShowForm, VisitForm, WorkForm
from .models import Effort
from .queries import (
    efforts,
    get_effort,
    get_showing,
    get_work,
    households_of,
    joinable,
    meetings_of,
    participation,
    showings_of,
    visits_of,
    works_of,
)
from .rules import ALLOWED, FIELD_NAMES, SIDE_NAMES, Field, Purpose, Side

CHANGE = ["GET", "HEAD", "POST"]


@require_GET
@needs(Permission.JOINT_VIEW)
def listed(request: HttpRequest) -> HttpResponse:
    """The efforts, the running ones first chosen."""
    actor = actor_of(request)
    state = request.GET.get("state", "open")
    rows = efforts(actor)
    if state != "all":
        state = "open"
        rows = rows.filter(closed_on__isnull=True)
    page = paginate(rows, ["-id"], request.GET.get("at", ""))
    lines = [(row, households_of(row).count(), participation(row).index) for row in page.rows]
    return render(request, "joint/listed.html", {"page": page, "lines": lines, "state": state, "may_open": actor.may(Permission.JOINT_MANAGE)})


@require_GET
@needs(Permission.JOINT_VIEW)
def effort(request: HttpRequest, effort_id: int) -> HttpResponse:
    """Who is in it, what was shown, said and mended."""
    actor = actor_of(request)
    row = get_effort(actor, effort_id)
    households = list(households_of(row))
    codes = {one.pk: one.case.property.code for one in households}
    running = row.closed_on is None
    context = {
        "row": row, "households": households, "part": participation(row), "works": works_of(row),
        "visits": [(one, _sides(one.sides)) for one in visits_of(row)],
        "meetings": [(one, _sides(one.sides), [codes.get(pk, _("已退出")) for pk in one.present]) for one in meetings_of(row)],
        "showings": [(one, _(SIDE_NAMES[Side(one.side)]), _fields(one.fields)) for one in showings_of(row)],
        "allowed": _fields([field.value for field in ALLOWED[Purpose(row.purpose)]]),
        "may_work": running and actor.may(Permission.JOINT_WORK, row.community_id),
        "may_manage": running and actor.may(Permission.JOINT_MANAGE, row.community_id),
    }  # fmt: skip
    return render(request, "joint/effort.html", context)


def _sides(codes: list[str]) -> str:
    return "、".join(_(SIDE_NAMES[Side(code)]) for code in codes)


def _fields(codes: list[str]) -> list[str]:
    return [_(FIELD_NAMES[Field(code)]) for code in codes]


def _act(request: HttpRequest, form: forms.Form, work: Callable[[dict[str, Any]], HttpResponse], title: str, row: Effort | None, hint: str = "") -> HttpResponse:
    """A form and what it does; what is refused stands above the form, with nothing changed."""
    if request.method == "POST" and form.is_valid():
        try:
            return work(form.cleaned_data)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error(None, error.text)
    context = {"form": form, "title": title, "row": row, "hint": hint}
    return render(request, "joint/act.html", context, status=422 if form.errors else 200)


def _mine(request: HttpRequest, effort_id: int, permission: Permission) -> Effort:
    actor = actor_of(request)
    row = get_effort(actor, effort_id)
    actor.require(permission, row.community_id)
    return row


def _homes(row: Effort) -> list[tuple[int, str]]:
    return [(one.pk, f"{one.case.property.code} {one.person.name}") for one in households_of(row)]


@require_http_methods(CHANGE)
@needs(Permission.JOINT_MANAGE)
def new(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    places = [(place.pk, place.name) for place in visible_communities(actor, Permission.JOINT_MANAGE)]
    form = OpenForm(request.POST or None, places=places, initial={"purpose": Purpose.MEDIATE.value})

    def work(data: dict[str, Any]) -> HttpResponse:
        opening = actions.Opening(data["title"], data["purpose"], data["basis"], data["partners"])
        return redirect("joint:effort", actions.open_effort(data["community"], opening, actor=actor).pk)

    return _act(request, form, work, _("开联合办理"), None)


@require_http_methods(CHANGE)
@needs(Permission.JOINT_MANAGE)
def join_page(request: HttpRequest, effort_id: int) -> HttpResponse:
    actor, row = actor_of(request), _mine(request, effort_id, Permission.JOINT_MANAGE)
    cases = [(case.pk, f"{case.property.code} {case.person.name} · {yuan_text(case.owed_fen)}") for case in joinable(actor, row)]
    form = JoinForm(request.POST or None, cases=cases)

    def work(data: dict[str, Any]) -> HttpResponse:
        actions.join(row.pk, data["cases"], actor=actor)
        messages.success(request, _("已加入 %(count)s 户。") % {"count": len(data["cases"])})
        return redirect("joint:effort", row.pk)

    return _act(request, form, work, _("加参与户"), row, _("加入以后，可以按目的把这一户的情况告诉合作单位；退出或者结束后不能再告诉。"))


@require_http_methods(CHANGE)
@needs(Permission.JOINT_WORK)
def visit(request: HttpRequest, effort_id: int) -> HttpResponse:
    actor, row = actor_of(request), _mine(request, effort_id, Permission.JOINT_WORK)
    form = VisitForm(request.POST or None, households=_homes(row), initial={"at": clock.now(), "people": 3})

    def work(data: dict[str, Any]) -> HttpResponse:
        went = actions.Went(data["household"], data["at"], data["people"], tuple(data["sides"]), data["outcome"], data["note"], data["agreed"])
        done = actions.visited(row.pk, went, actor=actor)
        if done.contact.breach:
            messages.warning(request, _("已登记；这次走访不合联系规则，联系记录里写明了原因。"))
        else:
            messages.success(request, _("已登记走访。"))
        return redirect("joint:effort", row.pk)

    return _act(request, form, work, _("登记联合走访"), row, _("走访算一次上门联系，同样看时段、频次和争议。"))


@require_http_methods(CHANGE)
@needs(Permission.JOINT_WORK)
def meeting(request: HttpRequest, effort_id: int) -> HttpResponse:
    actor, row = actor_of(request), _mine(request, effort_id, Permission.JOINT_WORK)
    form = MeetingForm(request.POST or None, households=_homes(row), initial={"on": clock.today()})

    def work(data: dict[str, Any]) -> HttpResponse:
        minutes = actions.Minutes(data["on"], data["place"], tuple(data["sides"]), tuple(data["present"]), data["said"], data["agreed"])
        actions.met(row.pk, minutes, actor=actor)
        messages.success(request, _("已登记会议纪要。"))
        return redirect("joint:effort", row.pk)

    return _act(request, form, work, _("登记三方会议"), row, _("纪要登记以后不能改；不在会上念欠费名单。"))


@require_http_methods(CHANGE)
@needs(Permission.JOINT_WORK)
def work(request: HttpRequest, effort_id: int) -> HttpResponse:
    actor, row = actor_of(request), _mine(request, effort_id, Permission.JOINT_WORK)
    form = WorkForm(request.POST or None, initial={"planned_on": clock.today()})

    def keep(data: dict[str, Any]) -> HttpResponse:
        actions.plan_work(row.pk, data["title"], data["homes"], data["cost"], data["planned_on"], actor=actor)
        return redirect("joint:effort", row.pk)

    return _act(request, form, keep, _("加小改造"), row)


@require_http_methods(CHANGE)
@needs(Permission.JOINT_WORK)
def done(request: HttpRequest, work_id: int) -> HttpResponse:
    actor = actor_of(request)
    found = get_work(actor, work_id)
    row = _mine(request, found.effort_id, Permission.JOINT_WORK)

    def keep(data: dict[str, Any]) -> HttpResponse:
        actions.work_done(found.pk, data["note"], actor=actor)
        return redirect("joint:effort", row.pk)

    return _act(request, DoneForm(request.POST if request.method == "POST" else None), keep, _("%(title)s 做完了") % {"title": found.title}, row)


@require_http_methods(CHANGE)
@needs(Permission.JOINT_MANAGE)
def show_page(request: HttpRequest, effort_id: int) -> HttpResponse:
    actor, row = actor_of(request), _mine(request, effort_id, Permission.JOINT_MANAGE)
    allowed = [(field.value, _(FIELD_NAMES[field])) for field in ALLOWED[Purpose(row.purpose)] if field is not Field.ROOM]
    form = ShowForm(request.POST or None, allowed=allowed)

    def work(data: dict[str, Any]) -> HttpResponse:
        return redirect("joint:showing", actions.show(row.pk, data["side"], data["receiver"], data["fields_"], actor=actor).pk)

    return _act(request, form, work, _("提供给合作单位"), row, _("房号总在里面。选得越少越好；给谁看了什么逐次留痕，不能改。"))


@require_GET
@needs(Permission.JOINT_VIEW)
def showing(request: HttpRequest, showing_id: int) -> HttpResponse:
    """The sheet as it was handed over, to print."""
    row = get_showing(actor_of(request), showing_id)
    return render(request, "joint/showing.html", {"row": row, "head": _fields(row.fields), "side": _(SIDE_NAMES[Side(row.side)])})


@require_http_methods(CHANGE)
@needs(Permission.JOINT_MANAGE)
def close(request: HttpRequest, effort_id: int) -> HttpResponse:
    actor, row = actor_of(request), _mine(request, effort_id, Permission.JOINT_MANAGE)

    def work(data: dict[str, Any]) -> HttpResponse:
        actions.close_effort(row.pk, data["result"], actor=actor)
        messages.success(request, _("联合办理已结束，参与户都已退出。"))
        return redirect("joint:effort", row.pk)

    return _act(request, CloseForm(request.POST or None), work, _("结束联合办理"), row, _("结束以后不能再开，也不能再把情况告诉合作单位。"))


@require_POST
@needs(Permission.JOINT_MANAGE)
def leave_page(request: HttpRequest, effort_id: int) -> HttpResponse:
    row = _mine(request, effort_id, Permission.JOINT_MANAGE)
    chosen = request.POST.get("household", "")
    if whole_number(chosen) is None:
        raise NotFound()
    actions.leave(row.pk, int(chosen), actor=actor_of(request))
    messages.success(request, _("已退出。"))
    return redirect("joint:effort", row.pk)
