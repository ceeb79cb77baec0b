"""The list of transfers, the wizard with its preview, a transfer's own page and the statements for both sides."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.estate.properties.public import Property, get_property
from wuyefei.foundation.access.actor import Actor, visible_communities
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.queries import open_request
from wuyefei.foundation.approvals.withdrawing import withdraw as take_back_request
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.exports import attachment
from wuyefei.foundation.platform.paging import paginate

from . import actions, queries
from .forms import DEFAULTS, TransferForm
from .models import BillCut, Transfer
from .queries import Plan
from .statement import SIDES, statement


@require_GET
@needs(Permission.BILLING_VIEW)
def transfer_list(request: HttpRequest) -> HttpResponse:
    """Transfers, the latest first, by community, state and part of the code or a name."""
    actor, sent = actor_of(request), request.GET
    rows = queries.transfers(actor)
    place, text = sent.get("community", ""), sent.get("q", "").strip()[:40]
    if place.isascii() and place.isdigit():
        rows = rows.filter(community_id=int(place[:18]))
    if sent.get("state") in Transfer.State.values:
        rows = rows.filter(state=sent["state"])
    if text:
        rows = rows.filter(property__code__icontains=text) | rows.filter(buyer__name__icontains=text) | rows.filter(
            seller__name__icontains=text
        )
    context = {
        "page": paginate(rows, ["-pk"], sent.get("at", "")), "sent": sent, "text": text, "states": Transfer.State.choices,
        "places": visible_communities(actor, Permission.BILLING_VIEW), "narrowed": bool(text or place or sent.get("state")),
    }  # fmt: skip
    return render(request, "transfers/list.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.ESTATE_EDIT)
def new(request: HttpRequest, property_id: int) -> HttpResponse:
    """The wizard: the preview follows what is typed; nothing is written before it is submitted."""
    actor = actor_of(request)
    home = get_property(actor, property_id)
    actor.require(Permission.ESTATE_EDIT, home.community_id)
    actor.require(Permission.BILLING_VIEW, home.community_id)
    spaces = queries.also_owned(actor, home)
    if request.method == "POST":
        form = TransferForm(home, spaces, request.POST)
        made = _asked(form, actor) if form.is_valid() else None
        if made is not None:
            waits = made.state == Transfer.State.ASKED
            messages.success(request, _("已提交，等待另一人复核") if waits else _("已过户"))
            return redirect("transfers:transfer", made.pk)
        return render(request, "transfers/new.html", _wizard(actor, home, spaces, form, request.POST), status=422)
    first = {"on": clock.today().isoformat(), **DEFAULTS}
    form = TransferForm(home, spaces, initial=first | {"also": [one.pk for one in spaces]})
    name = "transfers/_preview.html" if request.headers.get("HX-Request") else "transfers/new.html"
    data = request.GET if request.GET else _first(first, spaces)
    return render(request, name, _wizard(actor, home, spaces, form, data))


def _first(first: dict[str, str], spaces: list[Property]) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update(first)
    data.setlist("also", [str(one.pk) for one in spaces])
    return data


def _wizard(actor: Actor, home: Property, spaces: list[Property], form: TransferForm, data: QueryDict) -> dict[str, object]:
    """The form, and the preview of what stands in it or why there is none."""
    trial, plan, refused = TransferForm(home, spaces, data), None, ""
    if trial.previewable():
        try:
            plan = actions.plan_order(trial.order(), actor=actor)
        except NotFound:
            raise
        except DomainError as error:
            refused = error.text
    return {"home": home, "form": form, "plan": plan, "refused": refused, "on": trial.cleaned_data.get("on"), "today": clock.today()}


def _asked(form: TransferForm, actor: Actor) -> Transfer | None:
    try:
        return actions.ask_transfer(form.order(), actor=actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        form.add_error(None, error.text)
        return None


@require_GET
@needs(Permission.BILLING_VIEW)
def transfer_page(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """A transfer: both sides, the bills it cut or would cut, and what may still be done."""
    actor = actor_of(request)
    row = queries.get_transfer(actor, transfer_id)
    cuts = BillCut.objects.filter(transfer=row).select_related("bill__item", "bill__property", "before", "after").order_by("pk")
    pending = open_request(actor, actions.DO_KIND, row.pk) or open_request(actor, actions.UNDO_KIND, row.pk)
    plan, refused = _as_asked(row, actor)
    context = {
        "row": row, "cuts": cuts, "plan": plan, "changed": plan is not None and plan.payload() != row.plan, "refused": refused, "homes": row.homes.select_related("property").order_by("pk"), "pending": pending,
        "mine": pending is not None and pending.maker_id == actor.user_id,
        "handed_fen": sum(int(fen) for _deposit, fen in row.plan.get("deposits", [])),
        "moved_fen": sum(int(fen) for _home, fen in row.plan["held"]), "after_fen": sum(int(bill[2]) for bill in row.plan["bills"]),
        "may_undo": row.state == Transfer.State.DONE and pending is None and actor.may(Permission.ESTATE_EDIT, row.community_id),
    }  # fmt: skip
    return render(request, "transfers/transfer.html", context)


def _as_asked(row: Transfer, actor: Actor) -> tuple[Plan | None, str]:
    """What one that waits would do to today's bills, or why it can no longer be done."""
    try:
        return (actions.plan_as_asked(row, actor) if row.state == Transfer.State.ASKED else None), ""
    except DomainError as error:
        return None, error.text


@require_POST
@needs(Permission.ESTATE_EDIT)
def withdraw(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """Who asked takes the request back."""
    row = queries.get_transfer(actor_of(request), transfer_id)
    take_back_request(request, row.pk, actions.DO_KIND, actions.UNDO_KIND)
    return redirect("transfers:transfer", row.pk)


@require_POST
@needs(Permission.ESTATE_EDIT)
def undo(request: HttpRequest, transfer_id: int) -> HttpResponse:
    actor = actor_of(request)
    queries.get_transfer(actor, transfer_id)
    try:
        row = actions.ask_undo(transfer_id, actor=actor, reason=request.POST.get("reason", ""))
        done = row.state == Transfer.State.UNDONE
        messages.success(request, _("过户已撤销") if done else _("已提交，等待另一人复核"))
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
    return redirect("transfers:transfer", transfer_id)


@require_GET
@needs(Permission.BILLING_VIEW)
def statement_page(request: HttpRequest, transfer_id: int, side: str) -> HttpResponse:
    """The statement for one side, as a PDF."""
    actor = actor_of(request)
    row = queries.get_transfer(actor, transfer_id)
    if side not in SIDES or row.state != Transfer.State.DONE:
        raise NotFound()
    audit.record(actor, "transfer.statement", row, after={"side": side})
    return attachment(statement(actor, row, side), f"{row.property.code}-{SIDES[side]}.pdf", "application/pdf")
