"""Costs of matters: the card of a matter, the form of a move, the list over all matters, and distributions among creditors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.gate import needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.access.taking import exporting
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.exports import Cell, Fen, Sheet, workbook_response
from wuyefei.foundation.platform.paging import paginate
from wuyefei.money.billing.public import Receivable

from ..actions import costs as actions
from ..forms import CostForm
from ..models import Cost, Matter
from ..queries.costs import (
    charged_fen,
    get_cost,
    linkable,
    received,
    sums_by_matter,
    sums_of_matter,
    with_costs,
)
from ..queries.matters import Past, bill_ids, bills_of, get_matter
from ..rules.costs import preserve_fee, suit_fee
from ..rules.expenses import MOVE_NAMES, Fee, Move, Sums, back_fen
from .common import actor_of

ORDER = ["-id"]
SHOWN = 40


def costs_shown(matter: Matter, actor: Actor) -> dict[str, Any]:
    """What the matter's page tells of its costs, and the moves that may be written now."""
    rows = list(Cost.objects.filter(matter=matter).select_related("made_by", "receivable", "reverses").order_by("-pk")[:SHOWN])
    gone = {row.reverses_id for row in rows}
    charged = charged_fen([row.receivable_id for row in rows if row.receivable_id])
    sums = sums_of_matter(matter)
    asked = Request.objects.filter(kind=actions.COST_KIND, subject_id=matter.pk, state=Request.State.OPEN).select_related("maker").first()
    may = actor.may(Permission.LEGAL_WORK, matter.community_id)
    moves = [move for move in Move if move in (Move.PAID, Move.EXPENSED) or sums.waiting_fen > 0]
    bills = [row.receivable for row in rows if row.receivable is not None]
    return {
        "costs": [
            {"row": row, "gone": row.pk in gone or (row.receivable_id is not None and not charged[row.receivable_id]), "undo": may and row.pk not in gone and row.reverses_id is None and not row.receivable_id}
            for row in rows
        ],
        "cost_sums": sums, "cost_asked": asked, "cost_moves": [(move.value, _(MOVE_NAMES[move])) for move in moves] if may else [],
        "cost_owed_fen": sum(bill.outstanding_fen for bill in bills if bill.reversed_at is None),
        "back_fen": back_fen(sums.waiting_fen, "mediated") if sums.waiting_fen > 0 else 0,
    }  # fmt: skip


def creditors_shown(matter: Matter, past: Past, actor: Actor) -> dict[str, Any]:
    """What was declared beside other creditors, admitted and received; the bills that are left of it."""
    declared = past.last("declare")
    if declared is None:
        return {}
    got, ended = received(matter), past.last("distributed")
    left = Receivable.objects.filter(pk__in=bill_ids(matter.pk), outstanding_fen__gt=0).select_related("item").order_by("due_on", "pk")
    return {
        "declared": declared, "admitted": past.last("admitted"), "shared": past.last("shared"), "ended": ended, "got": got,
        "got_fen": sum(one.fen for one in got), "payments": linkable(matter)[:10] if actor.may(Permission.LEGAL_WORK, matter.community_id) else [],
        "left": left if ended else [], "may_give_up": actor.may(Permission.ADJUST_REQUEST, matter.community_id),
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
@needs(Permission.LEGAL_WORK)
def move(request: HttpRequest, matter_id: int, cost_move: str) -> HttpResponse:
    """The form of a move, and the move: what goes out, comes back unproved or is borne goes to a second person."""
    actor = actor_of(request)
    row = get_matter(actor, matter_id)
    actor.require(Permission.LEGAL_WORK, row.community_id)
    if cost_move not in list(Move):
        raise NotFound()
    sums, chosen = sums_of_matter(row), Move(cost_move)
    waits = sums.waiting_fen if chosen in (Move.REFUNDED, Move.AWARDED, Move.BORNE) else None
    form = CostForm(request.POST or None, move=chosen, initial={"on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            order = actions.read_order(chosen, {name: str(request.POST.get(name, "")) for name in form.fields}, form.cleaned_data["amount"])
            done: object = actions.award(row.pk, order, actor=actor) if chosen is Move.AWARDED else actions.ask_cost(row.pk, order, actor=actor)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error(None, error.text)
        else:
            messages.success(request, _("已提请复核，同意以后入账。") if isinstance(done, Request) else _("已成为对方的账单。"))
            return redirect("legal:matter", row.pk)
    owed = sum(bill.total_fen for bill in bills_of(actor, row, clock.today()).values())
    fees = [suit_fee(owed), suit_fee(owed, "small"), suit_fee(owed, "order"), preserve_fee(owed)] if chosen is Move.PAID and owed else []
    context = {"fees": fees, "owed_fen": owed, "matter": row, "form": form, "move": cost_move, "name": _(MOVE_NAMES[chosen]), "waits_fen": waits, "sums": sums}
    return render(request, "legal/cost.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@needs(Permission.LEGAL_WORK)
def undo(request: HttpRequest, cost_id: int) -> HttpResponse:
    """Ask for a move to be taken back."""
    row = get_cost(actor_of(request), cost_id)
    try:
        actions.ask_undo(row.pk, request.POST.get("reason", ""), actor=actor_of(request))
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
    else:
        messages.success(request, _("已提请复核，同意以后冲回。"))
    return redirect("legal:matter", row.matter_id)


@require_POST
@needs(Permission.LEGAL_WORK)
def dividend(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Name the payment by which a share came in."""
    event = actions.link_dividend(matter_id, whole_number(request.POST.get("payment", "")) or 0, actor=actor_of(request))
    messages.success(request, _("已登记：%(act)s") % {"act": event.get_kind_display()})
    return redirect("legal:matter", matter_id)


@require_POST
@needs(Permission.PAYMENT_BATCH)
def line(request: HttpRequest, bank_line_id: int) -> HttpResponse:
    """A waiting bank line is the court's refund in a matter."""
    try:
        row = actions.refund_by_line(
            whole_number(request.POST.get("matter", "")) or 0, bank_line_id, Fee.COURT, request.POST.get("paper", ""), actor=actor_of(request)
        )
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
        return redirect("bank:line", bank_line_id)
    messages.success(request, _("已记作法院退费。"))
    return redirect("legal:matter", row.matter_id)


def _asked(request: HttpRequest) -> dict[str, Any]:
    return {"community": whole_number(request.GET.get("community", "")), "waiting": request.GET.get("waiting") == "1"}


@require_GET
@needs(Permission.LEGAL_VIEW)
def listed(request: HttpRequest) -> HttpResponse:
    """Every matter in which something was laid out, with what became of it, and the totals."""
    actor, asked = actor_of(request), _asked(request)
    rows = with_costs(actor, asked["community"], waiting=asked["waiting"])
    page, places = paginate(rows, ORDER, request.GET.get("at", "")), visible_communities(actor, Permission.LEGAL_VIEW)
    shown = sums_by_matter(Cost.objects.filter(matter__in=page.rows))
    context = {
        "asked": asked, "places": places, "several": len(places) > 1, "page": page, "rows": [(row, shown[row.pk]) for row in page.rows],
        "total": sum(sums_by_matter(Cost.objects.filter(matter__in=rows)).values(), Sums()), "may_export": actor.may(Permission.EXPORT),
    }  # fmt: skip
    return render(request, "legal/costs.html", context)


@require_GET
@needs(Permission.EXPORT)
def export(request: HttpRequest) -> HttpResponse:
    """The list as a workbook; who took it is on record for every community in it."""
    actor, asked = actor_of(request), _asked(request)
    allowed = exporting(actor, "legal.export", Permission.LEGAL_VIEW, asked["community"])
    rows = with_costs(actor, asked["community"], waiting=asked["waiting"]).filter(community_id__in=allowed)
    heads = [_("案件"), _("项目"), _("房屋编号"), _("缴费人"), _("垫付（元）"), _("法院退费（元）"), _("判由对方负担（元）"), _("由我方负担（元）"), _("还在垫付（元）")]
    return workbook_response([Sheet(_("诉讼费用"), heads, _cells(list(rows.order_by(*ORDER))))], _("诉讼费用") + ".xlsx")


def _cells(rows: list[Matter]) -> Iterator[list[Cell | Fen]]:
    found = sums_by_matter(Cost.objects.filter(matter__in=rows))
    for row in rows:
        sums = found[row.pk]
        yield [
            row.number, row.community.name, row.property.code, row.person.name, Fen(sums.paid_fen), Fen(sums.refunded_fen), Fen(sums.awarded_fen),
            Fen(sums.cost_fen), Fen(sums.waiting_fen),
        ]  # fmt: skip
