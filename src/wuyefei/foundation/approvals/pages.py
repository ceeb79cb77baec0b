"""What waits for a second person, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import resolve
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.gate import actor_of
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform.paging import paginate

from . import actions, queries
from .models import Request
from .rights import Rights, rights_of

STATES = {"open": "plan", "approved": "paid", "rejected": "late", "cancelled": "void"}


@dataclass(frozen=True)
class Shown:
    """A request as the page shows it."""

    row: Request
    label: str
    words: list[tuple[str, str]]
    url: str
    may_decide: bool
    own: bool
    status: str
    error: str = ""
    lender: str = ""
    why: str = ""

    @property
    def sum_text(self) -> str:
        return yuan_text(self.row.amount_fen) if self.row.amount_fen is not None else ""


def show(row: Request, rights: Rights, errors: dict[int, str] | None = None) -> Shown:
    """Words and rights of one request: ``lender`` is the colleague in whose place it would be decided, ``why`` says what
    keeps a holder of the right from it."""
    kind, actor = actions.kind_of(row.kind), rights.actor
    own, lender, why = row.maker_id == actor.user_id, "", ""
    may = False
    if row.state == Request.State.OPEN and not own:
        try:
            way = rights.way(row)
            may, lender = True, way.loan.giver.name if way.loan else ""
        except (NotFound, Forbidden):
            pass
        except DomainError as error:
            why = error.text
    return Shown(
        row, _(kind.label), list(kind.describe(row)) if kind.describe else [], _link(kind, row, actor), may, own,
        STATES[row.state], (errors or {}).get(row.pk, ""), lender, why,
    )  # fmt: skip


def _link(kind: actions.Kind, row: Request, actor: Actor) -> str:
    """The page of what is asked for; empty where it has none or the actor may not open it."""
    if kind.address is None:
        return ""
    url = kind.address(row)
    right = getattr(resolve(url).func, "permission", None)
    return url if right is None or actor.may(right, row.community_id) else ""


@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    return _waiting(request)


def _waiting(request: HttpRequest, errors: dict[int, str] | None = None) -> HttpResponse:
    """Open requests of the person's places: first what they may decide on, then their own, then the rest. What is said of one
    that is not among them stands above them all."""
    actor = actor_of(request)
    rights = rights_of(actor)
    rows = queries.requests(actor).filter(state=Request.State.OPEN)
    mine = rows.filter(pk__in=[row.pk for row in queries.deciding(actor, rights)])
    page = paginate(mine, ["id"], request.GET.get("at", ""))
    own = rows.filter(maker_id=actor.user_id).order_by("id")[:100]
    others = rows.exclude(maker_id=actor.user_id).exclude(pk__in=mine.values("pk")).order_by("id")[:100]
    shown = {part: [show(row, rights, errors) for row in found] for part, found in (("mine", page.rows), ("own", own), ("others", others))}
    seen = {one.row.pk for part in shown.values() for one in part}
    context = {
        "page": page,
        **shown,
        "mine_count": mine.count(),
        "loans": rights.loans,
        "gone": [text for pk, text in (errors or {}).items() if pk not in seen],
    }
    return render(request, "approvals/waiting.html", context, status=409 if errors else 200)


@require_GET
def history(request: HttpRequest) -> HttpResponse:
    """What was decided, the latest first."""
    actor = actor_of(request)
    rights = rights_of(actor)
    rows = queries.requests(actor).exclude(state=Request.State.OPEN)
    kind, state, community = request.GET.get("kind", ""), request.GET.get("state", ""), request.GET.get("community", "")
    labels = {found.code: _(found.label) for found in actions.kinds()}
    if kind in labels:
        rows = rows.filter(kind=kind)
    if state in Request.State.values:
        rows = rows.filter(state=state)
    if (place := whole_number(community)) is not None:
        rows = rows.filter(community_id=place)
    page = paginate(rows, ["-id"], request.GET.get("at", ""))
    context = {
        "page": page,
        "rows": [show(row, rights) for row in page.rows],
        "kinds": sorted(labels.items()),
        "states": [choice for choice in Request.State.choices if choice[0] != Request.State.OPEN],
        "communities": visible_communities(actor),
        "kind": kind,
        "state": state,
        "community": community,
        "narrowed": bool(kind or state or community),
    }
    return render(request, "approvals/history.html", context)


def _act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    actor = actor_of(request)
    try:
        if act == "withdraw":
            actions.cancel(pk, actor=actor)
        else:
            note = request.POST.get("note", "").strip()
            actions.decide(pk, approved=act == "approve", actor=actor, note=note)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        return _waiting(request, {pk: error.text})
    words = {"approve": _("已通过并执行"), "return": _("已退回"), "withdraw": _("已撤回")}
    messages.success(request, words[act])
    return redirect("approvals:waiting")


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve and carry out. What the act itself refuses is said beside the request; nothing is changed then."""
    return _act(request, pk, "approve")


@require_POST
def turn_down(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, "return")


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, "withdraw")
