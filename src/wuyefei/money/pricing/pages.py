"""The list of new prices, and one with what it means: looked through, handed on, entered."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wuyefei.estate.localrules.public import pack_on
from wuyefei.estate.tariffs.public import price_words
from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.queries import open_request
from wuyefei.foundation.approvals.withdrawing import withdraw as take_back_request
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform.paging import paginate
from wuyefei.foundation.shell.refusals import attempt

from . import actions, queries
from .models import Proposal
from .rules import change_percent
from .wording import before_words


@require_GET
@needs(Permission.ESTATE_VIEW)
def proposal_list(request: HttpRequest) -> HttpResponse:
    """New prices, the latest first, by community, state and part of the tariff's name."""
    actor, sent = actor_of(request), request.GET
    rows, place, text = queries.proposals(actor), whole_number(sent.get("community")), sent.get("q", "").strip()[:40]
    if place:
        rows = rows.filter(community_id=place)
    if sent.get("state") in Proposal.State.values:
        rows = rows.filter(state=sent["state"])
    if text:
        rows = rows.filter(tariff__name__icontains=text)
    page = paginate(rows, ["-pk"], sent.get("at", ""))
    context = {
        "page": page, "rows": [(row, before_words(row), _words(row)) for row in page.rows], "sent": sent, "place": place, "text": text,
        "states": Proposal.State.choices, "places": visible_communities(actor, Permission.ESTATE_VIEW),
        "narrowed": bool(text or place or sent.get("state")),
    }  # fmt: skip
    return render(request, "pricing/list.html", context)


def _words(row: Proposal) -> str:
    return price_words(row.tariff.method, row.per_unit, row.fixed, row.terms) or _("免收")


@require_GET
@needs(Permission.ESTATE_VIEW)
def proposal(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """One new price: who pays by it, what a month costs before and after, how the owners were asked, what may be done next."""
    actor = actor_of(request)
    row = queries.get_proposal(actor, proposal_id)
    pending = open_request(actor, actions.KIND, row.pk)
    pack = pack_on(row.community_id, row.effective_from)
    may, mine = actor.may(Permission.TARIFF_EDIT, row.community_id), row.made_by_id == actor.user_id
    context = {
        "row": row, "before": before_words(row), "after": _words(row), "percent": change_percent(row.before_fen, row.after_fen),
        "pending": pending, "late": queries.overtaken(row), "now": queries.preview_now(row), "mine": mine, "draft": row.state == Proposal.State.DRAFT,
        "may_edit": may and row.state == Proposal.State.DRAFT,
        "may_late": mine and may and actor.may(Permission.ADJUST_REQUEST, row.community_id), "vote": pack.vote if pack else None,
        "consultations": queries.asked_of_owners(actor, row) if row.rises else [],
    }  # fmt: skip
    return render(request, "pricing/proposal.html", context)


def _act(request: HttpRequest, proposal_id: int, act: Callable[[], object], done: str) -> HttpResponse:
    if attempt(request, lambda: (act(),)) is not None:
        messages.success(request, done)
    return redirect("pricing:proposal", proposal_id)


@require_POST
@needs(Permission.TARIFF_EDIT)
def ask(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Hand the draft to a second person, with a reason."""
    actor = actor_of(request)
    queries.get_proposal(actor, proposal_id)
    reason = request.POST.get("reason", "")
    return _act(request, proposal_id, lambda: actions.ask_price(proposal_id, actor=actor, reason=reason), _("已提交，等待另一人复核"))


@require_POST
@needs(Permission.TARIFF_EDIT)
def discard(request: HttpRequest, proposal_id: int) -> HttpResponse:
    actor = actor_of(request)
    queries.get_proposal(actor, proposal_id)
    return _act(request, proposal_id, lambda: actions.discard_price(proposal_id, actor=actor), _("已放弃，价格没有变"))


@require_POST
@needs(Permission.TARIFF_EDIT)
def withdraw(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Who asked takes the request back."""
    row = queries.get_proposal(actor_of(request), proposal_id)
    take_back_request(request, row.pk, actions.KIND, done=_("已撤回，价格没有变"))
    return redirect("pricing:proposal", row.pk)


@require_POST
@needs(Permission.TARIFF_EDIT)
def late(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Its first day was billed while it waited: correct what was billed instead."""
    actor = actor_of(request)
    queries.get_proposal(actor, proposal_id)
    made = attempt(request, lambda: actions.as_late(proposal_id, actor=actor))
    if made is None:
        return redirect("pricing:proposal", proposal_id)
    return redirect("corrections:correction", made.pk)
