"""The list of divisions, the form with its preview, and a division's own page."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.queries import open_request
from wuyefei.foundation.approvals.withdrawing import withdraw as take_back_request
from wuyefei.foundation.platform.paging import paginate
from wuyefei.foundation.shell.refusals import answered, attempt
from wuyefei.money.billing.public import Receivable, get_receivable

from . import actions, queries
from .forms import DivisionForm
from .models import Division
from .rules import Way


@require_GET
@needs(Permission.BILLING_VIEW)
def division_list(request: HttpRequest) -> HttpResponse:
    """Divisions, the latest first, by state and part of the code or the payer's name."""
    actor, sent = actor_of(request), request.GET
    rows, text = queries.divisions(actor), sent.get("q", "").strip()[:40]
    if sent.get("state") in Division.State.values:
        rows = rows.filter(state=sent["state"])
    if text:
        rows = rows.filter(bill__property__code__icontains=text) | rows.filter(bill__payer__name__icontains=text)
    context = {
        "page": paginate(rows, ["-pk"], sent.get("at", "")), "sent": sent, "text": text, "states": Division.State.choices,
        "narrowed": bool(text or sent.get("state")),
    }  # fmt: skip
    return render(request, "divisions/list.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.ADJUST_REQUEST)
def new(request: HttpRequest, receivable_id: int) -> HttpResponse:
    """Type the shops, look at the parts, hand it on: nothing is written before that."""
    actor = actor_of(request)
    bill = get_receivable(actor, receivable_id)
    actor.require(Permission.ADJUST_REQUEST, bill.community_id)
    form = DivisionForm(request.POST or None, initial={"way": Way.AREA.value})
    parts: list[queries.Planned] = []
    if request.method == "POST":
        if "look" in request.POST:
            form.fields["reason"].required = False
        if form.is_valid():
            done = _handled(request, actor, bill, form, parts)
            if done is not None:
                return redirect("divisions:division", done.pk)
        form.fields["reason"].required = True  # only looked at without one: the form goes on asking for it
    context = {"bill": bill, "form": form, "parts": parts, "hindered": "" if request.method == "POST" else _hindered(bill)}
    return render(request, "divisions/new.html", context, status=422 if form.errors else 200)


def _hindered(bill: Receivable) -> str:
    """Why the bill cannot be divided now, said before anybody types; empty where it can."""
    try:
        actions.refuse_indivisible(bill)
    except actions.NotDivisible as error:
        return error.text
    return ""


def _handled(request: HttpRequest, actor: Actor, bill: Receivable, form: DivisionForm, parts: list[queries.Planned]) -> Division | None:
    """The division asked for; None where it was only looked at (``parts`` are filled) or refused."""
    way, text, reason = Way(form.cleaned_data["way"]), form.cleaned_data["shops"], form.cleaned_data["reason"]
    if "look" in request.POST:
        parts += answered(form, lambda: _looked(actor, bill, way, text)) or []
        return None
    made = answered(form, lambda: actions.ask_division(bill.pk, way, text, actor=actor, reason=reason))
    if made is not None:
        messages.success(request, _("已提交，等待另一人复核"))
    return made


def _looked(actor: Actor, bill: Receivable, way: Way, text: str) -> list[queries.Planned]:
    actions.refuse_indivisible(bill)
    return queries.plan(actor, bill, way, text)


@require_GET
@needs(Permission.BILLING_VIEW)
def division(request: HttpRequest, division_id: int) -> HttpResponse:
    """A division: the bill, what each shop takes over, and what may be done next."""
    actor = actor_of(request)
    row = queries.get_division(actor, division_id)
    pending = open_request(actor, actions.DO_KIND, row.pk) or open_request(actor, actions.UNDO_KIND, row.pk)
    context = {
        "row": row, "parts": row.parts.select_related("property", "payer", "receivable").order_by("pk"), "pending": pending,
        "mine": pending is not None and pending.maker_id == actor.user_id,
        "may_undo": row.state == Division.State.DONE and pending is None and actor.may(Permission.ADJUST_REQUEST, row.community_id),
    }  # fmt: skip
    return render(request, "divisions/division.html", context)


def _act(request: HttpRequest, division_id: int, act: Callable[[], object], done: str) -> HttpResponse:
    if attempt(request, lambda: (act(),)) is not None:
        messages.success(request, done)
    return redirect("divisions:division", division_id)


@require_POST
@needs(Permission.ADJUST_REQUEST)
def undo(request: HttpRequest, division_id: int) -> HttpResponse:
    """Ask for one bill again."""
    actor, reason = actor_of(request), request.POST.get("reason", "")
    queries.get_division(actor, division_id)
    return _act(request, division_id, lambda: actions.ask_undo(division_id, actor=actor, reason=reason), _("已提交，等待另一人复核"))


@require_POST
@needs(Permission.ADJUST_REQUEST)
def withdraw(request: HttpRequest, division_id: int) -> HttpResponse:
    """Who asked takes the request back."""
    row = queries.get_division(actor_of(request), division_id)
    take_back_request(request, row.pk, actions.DO_KIND, actions.UNDO_KIND)
    return redirect("divisions:division", row.pk)
