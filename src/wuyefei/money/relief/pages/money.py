"""Money of a fund: entering cash and contributions, a bank line given for it, undoing."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.refusals import attempt
from wuyefei.money.bank.public import get_line

from .. import queries
from ..actions.money import ask_money, ask_undo_money, claim_line
from ..forms import MoneyForm
from .funds import fund_context


@require_POST
@needs(Permission.ADJUST_REQUEST)
def add(request: HttpRequest, fund_id: int) -> HttpResponse:
    """Cash out of the box, or the firm's own contribution: asked for."""
    actor = actor_of(request)
    row = queries.get_fund(actor, fund_id)
    form = MoneyForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            ask_money(row.pk, data["way"], data["giver"], data["amount"], data["paper"], actor=actor)
            messages.success(request, _("已提交，由另一人清点或审批"))
            return redirect("relief:fund", row.pk)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error(None, error.text)
    return render(request, "relief/fund.html", fund_context(actor, row, clock.today().year, form), status=422)


@require_POST
@needs(Permission.ADJUST_REQUEST)
def undo(request: HttpRequest, money_id: int) -> HttpResponse:
    """Ask that it be taken back."""
    actor = actor_of(request)
    row = queries.get_money(actor, money_id)
    if attempt(request, lambda: ask_undo_money(row.pk, request.POST.get("reason", ""), actor=actor)):
        messages.success(request, _("已提交撤销申请，由另一位同事审批"))
    return redirect("relief:fund", row.fund_id)


@require_POST
@needs(Permission.PAYMENT_BATCH)
def line(request: HttpRequest, bank_line_id: int) -> HttpResponse:
    """The line was given for a fund, or is cash of its box."""
    actor, sent = actor_of(request), request.POST
    row = get_line(actor, bank_line_id)
    actor.require(Permission.PAYMENT_BATCH, row.community_id)
    fund_id = whole_number(sent.get("fund")) or 0
    if attempt(request, lambda: claim_line(row.pk, fund_id, sent.get("way", ""), sent.get("giver", ""), actor=actor)):
        messages.success(request, _("已记入基金"))
        return redirect("relief:fund", fund_id)
    return redirect("bank:line", row.pk)
