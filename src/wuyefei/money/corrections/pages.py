"""The list of corrections, and one with its lines: looked through, handed on, carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wuyefei.estate.tariffs.public import price_words
from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import actor_of, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.queries import open_request
from wuyefei.foundation.approvals.withdrawing import withdraw as take_back_request
from wuyefei.foundation.kernel.text import whole_number
from wuyefei.foundation.platform import audit
from wuyefei.foundation.platform.exports import Fen, Sheet, workbook_response
from wuyefei.foundation.platform.paging import paginate
from wuyefei.foundation.shell.refusals import attempt

from . import actions, queries
from .models import Correction
from .rules import HINDRANCE_NAMES, Hindrance

ORDER = ["receivable__property__sort_key", "receivable__service_from", "pk"]
HEAD = ("房号", "缴费人", "服务自", "服务至", "已出（元）", "应为（元）", "差额（元）", "说明")


@require_GET
@needs(Permission.BILLING_VIEW)
def correction_list(request: HttpRequest) -> HttpResponse:
    """Corrections, the latest first, by community, state and part of the tariff's name."""
    actor, sent = actor_of(request), request.GET
    rows, place, text = queries.corrections(actor), whole_number(sent.get("community")), sent.get("q", "").strip()[:40]
    if place:
        rows = rows.filter(community_id=place)
    if sent.get("state") in Correction.State.values:
        rows = rows.filter(state=sent["state"])
    if text:
        rows = rows.filter(tariff__name__icontains=text)
    places = visible_communities(actor, Permission.BILLING_VIEW)
    context = {
        "page": paginate(rows, ["-pk"], sent.get("at", "")), "sent": sent, "place": place, "text": text, "states": Correction.State.choices,
        "places": places, "narrowed": bool(text or place or sent.get("state")),
    }  # fmt: skip
    return render(request, "corrections/list.html", context)


def chosen_lines(request: HttpRequest) -> queries.LineFilter:
    way = request.GET.get("way", "")
    return queries.LineFilter(way if way in queries.WAYS else "", request.GET.get("q", "").strip()[:40])


@require_GET
@needs(Permission.BILLING_VIEW)
def correction(request: HttpRequest, correction_id: int) -> HttpResponse:
    """One correction: what the price changes, bill by bill, why others stay, and what may be done next."""
    actor = actor_of(request)
    row, chosen = queries.get_correction(actor, correction_id), chosen_lines(request)
    found = queries.lines(row, chosen)
    page = paginate(found, ORDER, request.GET.get("at", ""))
    pending = open_request(actor, actions.kind_of(row), row.pk)
    left = queries.left_out(row)
    may, done = actor.may(Permission.ADJUST_REQUEST, row.community_id), row.state == Correction.State.DONE and row.undoes is None
    context = {
        "row": row, "page": page, "rows": page.rows, "totals": queries.totals(found), "chosen": chosen,
        "ways": [(code, _(name)) for code, name in queries.WAYS.items()], "left": [(_(HINDRANCE_NAMES[Hindrance(why)]), count) for why, count in left],
        "left_count": sum(count for _why, count in left), "price": price_words(row.tariff.method, row.per_unit, row.fixed, row.terms),
        "pending": pending, "mine": pending is not None and pending.maker_id == actor.user_id, "draft": row.state == Correction.State.DRAFT,
        "may_ask": may and row.state == Correction.State.DRAFT, "my_draft": row.made_by_id == actor.user_id, "may_export": actor.may(Permission.EXPORT, row.community_id),
        "may_again": bool(left) and done and may, "may_undo": done and may and actor.may(Permission.TARIFF_EDIT, row.community_id),
        "undoing": queries.undoing_of(row),
    }  # fmt: skip
    return render(request, "corrections/correction.html", context)


@require_GET
@needs(Permission.EXPORT)
def export(request: HttpRequest, correction_id: int) -> HttpResponse:
    """A workbook of the lines that the filter shows, with their totals."""
    actor = actor_of(request)
    row = queries.get_correction(actor, correction_id)
    actor.require(Permission.EXPORT, row.community_id)
    found = queries.lines(row, chosen_lines(request)).order_by(*ORDER)

    def body() -> Iterator[tuple[Any, ...]]:
        for line in found.iterator(chunk_size=2000):
            bill = line.receivable
            yield (
                bill.property.code, bill.payer.name, bill.service_from, bill.service_to, Fen(line.billed_fen), Fen(line.should_fen),
                Fen(line.difference_fen), line.words,
            )  # fmt: skip

    def foot() -> tuple[Any, ...]:
        sums = queries.totals(found)
        return (_("合计"), "", None, None, Fen(sums.billed_fen), Fen(sums.should_fen), Fen(sums.difference_fen), "")

    audit.record(actor, "corrections.export", row, after={"filter": str(request.GET.urlencode())})
    sheet = Sheet(_("差价更正明细"), [_(title) for title in HEAD], body(), foot)
    return workbook_response([sheet], f"{_('差价更正明细')}-{row.tariff.name}-{row.effective_from}.xlsx")


def _act(request: HttpRequest, correction_id: int, act: Callable[[], Correction | None], done: str) -> HttpResponse:
    """Do it, and go to the correction it made, or back."""
    made = attempt(request, lambda: (act(),))
    if made is not None:
        messages.success(request, done)
    return redirect("corrections:correction", made[0].pk if made and made[0] else correction_id)


@require_POST
@needs(Permission.ADJUST_REQUEST)
def ask(request: HttpRequest, correction_id: int) -> HttpResponse:
    """Hand the draft to a second person, with a reason."""
    actor = actor_of(request)
    queries.get_correction(actor, correction_id)

    def act() -> None:
        actions.ask_correction(correction_id, actor=actor, reason=request.POST.get("reason", ""))

    return _act(request, correction_id, act, _("已提交，等待另一人复核"))


@require_POST
@needs(Permission.ADJUST_REQUEST)
def discard(request: HttpRequest, correction_id: int) -> HttpResponse:
    actor = actor_of(request)
    queries.get_correction(actor, correction_id)
    return _act(request, correction_id, lambda: actions.discard_correction(correction_id, actor=actor), _("已放弃，价格和账单都没有动"))


@require_POST
@needs(Permission.ADJUST_REQUEST)
def withdraw(request: HttpRequest, correction_id: int) -> HttpResponse:
    """Who asked takes the request back."""
    row = queries.get_correction(actor_of(request), correction_id)
    take_back_request(request, row.pk, actions.kind_of(row))
    return redirect("corrections:correction", row.pk)


@require_POST
@needs(Permission.ADJUST_REQUEST)
def again(request: HttpRequest, correction_id: int) -> HttpResponse:
    """Draft what was left out and may be corrected by now."""
    actor = actor_of(request)
    queries.get_correction(actor, correction_id)
    return _act(request, correction_id, lambda: actions.draft_rest(correction_id, actor=actor), _("已算出现在可以更正的账单"))


@require_POST
@needs(Permission.ADJUST_REQUEST)
def undo(request: HttpRequest, correction_id: int) -> HttpResponse:
    """Draft what taking it back would change; a second person decides on it like on the correction itself."""
    actor = actor_of(request)
    queries.get_correction(actor, correction_id)
    return _act(request, correction_id, lambda: actions.draft_undo(correction_id, actor=actor), _("已算出撤销要恢复的账单"))
