"""What this room shows on the pages of refunds."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from wuyefei.foundation.access.gate import actor_of
from wuyefei.foundation.access.rules import Permission
from wuyefei.money.channels.public import Refund

from .queries import files, payouts_for, to_pay


def refunds_top(request: HttpRequest, _subject: object) -> str:
    """The way to the payment files, and to make one of what waits."""
    actor = actor_of(request)
    return render_to_string("payouts/_top.html", {"to_pay": to_pay(actor).count()}, request=request)


def on_refund(request: HttpRequest, refund: Refund) -> str:
    """The files a refund was in, what the bank said, and what to do now."""
    actor = actor_of(request)
    rows = list(payouts_for(actor, refund))
    may = actor.may(Permission.CHANNEL_WORK, refund.community_id) and refund.method == Refund.Method.TRANSFER
    if not rows or refund.method != Refund.Method.TRANSFER:
        return ""
    open_files = set(files(actor).filter(pk__in=[row.file_id for row in rows]).values_list("pk", flat=True))
    context = {
        "refund": refund, "rows": [(row, row.file_id in open_files) for row in rows],
        "may_note": may and refund.state == Refund.State.SENT, "may_again": may and refund.state == Refund.State.FAILED,
    }  # fmt: skip
    return render_to_string("payouts/_refund.html", context, request=request)
