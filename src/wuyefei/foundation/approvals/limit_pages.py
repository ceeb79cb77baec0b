"""The limits of each role, for everyone to read and for administrators to set."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.gate import StaffRequest, actor_of, needs
from wuyefei.foundation.access.rules import ROLE_NAMES, Permission, Role
from wuyefei.foundation.kernel.errors import DomainError, Forbidden
from wuyefei.foundation.kernel.money import parse_yuan, yuan

from .kinds import Kind, kinds
from .limiting import set_limits
from .rights import limits_of
from .rules import roles_for


@dataclass(frozen=True)
class Cell:
    """A role that decides on a kind: ``text`` is the limit in yuan, empty where there is none."""

    name: str
    role: str
    text: str
    cap: int | None
    fixed: str
    mine: bool


@dataclass(frozen=True)
class Line:
    label: str
    cells: list[Cell]


def _lines(actor: Actor, given: dict[str, str] | None = None) -> list[Line]:
    limits = limits_of(actor.organisation_id)
    return [Line(_(kind.label), _cells(kind, limits.get(kind.code, {}), actor, given or {})) for kind in kinds()]


def _cells(kind: Kind, limits: dict[Role, int], actor: Actor, given: dict[str, str]) -> list[Cell]:
    roles = roles_for(kind.permission)
    found = []
    for role in roles:
        cap, name = limits.get(role), _name(kind, role)
        fixed = _("只有这个角色能复核，不设限额") if len(roles) == 1 else ""
        text = given.get(name, "" if cap is None else yuan(cap))
        found.append(Cell(name, _(ROLE_NAMES[role]), text, cap, fixed, role in actor.roles))
    return found


def _name(kind: Kind, role: Role) -> str:
    return f"{kind.code}:{role.value}"


@require_GET
def limits(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, *, given: dict[str, str] | None = None, error: str = "") -> HttpResponse:
    actor = actor_of(request)
    context = {"lines": _lines(actor, given), "may_set": Permission.ADMIN in actor.wide, "error": error, "reason": (given or {}).get("reason", "")}
    return render(request, "approvals/limits.html", context, status=409 if error else 200)


@require_POST
@needs(Permission.ADMIN, wide=True)
def save(request: StaffRequest) -> HttpResponse:
    """Take the whole table; what is wrong is said above it, and what was typed stays."""
    changes: dict[tuple[str, Role], int | None] = {}
    try:
        for kind in kinds():
            for role in roles_for(kind.permission):
                if (text := request.POST.get(_name(kind, role))) is not None:
                    field = f"{_(kind.label)}·{_(ROLE_NAMES[role])}"
                    changes[kind.code, role] = parse_yuan(text, field) if text.strip() else None
        count = set_limits(changes, reason=request.POST.get("reason", ""), actor=request.actor)
    except Forbidden:
        raise
    except DomainError as error:
        return _page(request, given={key: str(value) for key, value in request.POST.items()}, error=error.text)
    messages.success(request, _("已修改 %(count)d 项额度") % {"count": count} if count else _("没有改动"))
    return redirect("approvals:limits")
