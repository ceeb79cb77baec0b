"""The register of control points, and one with its tests."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock

from ..models import ControlPoint
from ..points import PointDraft, end_control, note_test, register_control
from ..queries import controls, get_control, owners, point_of
from ..rules import Standing
from .common import STANDINGS, acted, shared

ORDER = list(ControlPoint.Kind.values)


@require_safe
@needs(Permission.CONTROL_VIEW)
def register(request: StaffRequest) -> HttpResponse:
    """The control points by kind; the overdue ones alone on demand."""
    actor, kind, state = request.actor, request.GET.get("kind", ""), request.GET.get("state", "")
    found = [point_of(row) for row in controls(actor)]
    overdue = sum(one.standing is Standing.OVERDUE for one in found)
    found = [one for one in found if (one.standing is Standing.ENDED) == (state == "ended")]
    if state == "overdue":
        found = [one for one in found if one.standing is Standing.OVERDUE]
    if kind in ORDER:
        found = [one for one in found if one.row.kind == kind]
    found.sort(key=lambda one: (ORDER.index(one.row.kind), one.due, one.row.pk))
    may = actor.may(Permission.CONTROL_EDIT)
    context = shared(actor, "points") | {
        "rows": [(one, STANDINGS[one.standing]) for one in found], "kinds": ControlPoint.Kind.choices, "turns": ControlPoint.Turn.choices,
        "kind": kind, "state": state, "overdue": overdue, "may_edit": may, "owners": owners(actor) if may else [],
        "editing": visible_communities(actor, Permission.CONTROL_EDIT), "wide": Permission.CONTROL_EDIT in actor.wide,
    }  # fmt: skip
    return render(request, "control/points.html", context)


@require_POST
@needs(Permission.CONTROL_EDIT)
def add(request: StaffRequest) -> HttpResponse:
    sent = request.POST

    def act() -> None:
        draft = PointDraft(
            sent.get("kind", ""), sent.get("title", ""), sent.get("standard", ""), sent.get("every", ""),
            whole_number(sent.get("owner")) or 0, whole_number(sent.get("community")),
        )  # fmt: skip
        register_control(draft, actor=request.actor)

    return acted(request, act, _("已登记"), "control:points")


@require_safe
@needs(Permission.CONTROL_VIEW)
def point(request: StaffRequest, control_id: int) -> HttpResponse:
    """A control point, how it stands, its tests, and the form for the next."""
    actor, row = request.actor, get_control(request.actor, control_id)
    one = point_of(row)
    context = shared(actor, "points") | {
        "one": one, "row": row, "tests": list(row.tests.all())[:100], "mark": STANDINGS[one.standing], "today": clock.today(),
        "may_test": _may(request, row, Permission.CONTROL_TEST), "owns": row.owner_id == actor.user_id,
        "may_edit": _may(request, row, Permission.CONTROL_EDIT),
    }  # fmt: skip
    return render(request, "control/point.html", context)


def _may(request: StaffRequest, row: ControlPoint, permission: Permission) -> bool:
    if row.community_id is None:
        return permission in request.actor.wide
    return request.actor.may(permission, row.community_id)


@require_POST
@needs(Permission.CONTROL_TEST)
def test_point(request: StaffRequest, control_id: int) -> HttpResponse:
    get_control(request.actor, control_id)
    sent = request.POST

    def act() -> None:
        if sent.get("passed") not in {"yes", "no"}:
            raise Invalid(field="结果", reason="请选通过或没通过")
        note_test(control_id, parse_day(sent.get("on", ""), "测试日期"), sent.get("passed") == "yes", sent.get("evidence", ""), actor=request.actor)

    return acted(request, act, _("已登记"), "control:point", control_id)


@require_POST
@needs(Permission.CONTROL_EDIT)
def end_point(request: StaffRequest, control_id: int) -> HttpResponse:
    get_control(request.actor, control_id)
    return acted(request, lambda: end_control(control_id, actor=request.actor), _("已停用"), "control:point", control_id)
