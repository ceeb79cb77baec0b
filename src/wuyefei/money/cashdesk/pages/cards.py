"""Card terminals: the merchant accounts with acquirers, and which terminal stands at which desk."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.kernel.text import whole_number

from ..cards import add_merchant, add_terminal, end_terminal, merchants, terminals


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.CHANNEL_SETUP)
def terminal_list(request: StaffRequest) -> HttpResponse:
    """Every account and terminal of the actor's places, and the forms for another."""
    actor, refused = request.actor, ""
    if request.method == "POST":
        try:
            _act(request)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            refused = error.text
        else:
            return redirect("cashdesk:terminals")
    context = {
        "merchants": merchants(actor), "terminals": terminals(actor), "places": visible_communities(actor, Permission.CHANNEL_SETUP),
        "wide": Permission.CHANNEL_SETUP in actor.wide, "refused": refused, "sent": request.POST,
    }  # fmt: skip
    return render(request, "cashdesk/terminals.html", context, status=409 if refused else 200)


def _act(request: StaffRequest) -> None:
    sent, actor = request.POST, request.actor
    what = sent.get("act", "")
    if what == "merchant":
        row = add_merchant(whole_number(sent.get("community")), sent.get("acquirer", ""), sent.get("merchant_id", ""), sent.get("words", ""), actor=actor)
        messages.success(request, _("已登记商户号 %(number)s") % {"number": row.merchant_id})
    elif what == "terminal":
        made = add_terminal(whole_number(sent.get("merchant")) or 0, whole_number(sent.get("community")) or 0, sent.get("number", ""), sent.get("label", ""), actor=actor)
        messages.success(request, _("已登记终端 %(number)s") % {"number": made.number})
    elif what == "end":
        ended = end_terminal(whole_number(sent.get("terminal")) or 0, actor=actor)
        messages.success(request, _("终端 %(number)s 已停用") % {"number": ended.number})
    else:
        raise Invalid(field=_("处理方式"), reason=_("不认识"))
