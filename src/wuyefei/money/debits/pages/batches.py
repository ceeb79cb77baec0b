"""Batches: what would be asked for on a day, the files made, and what the bank answered."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet, Sum
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wuyefei.foundation.access.actor import get_community, visible_communities
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals.queries import open_request
from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.kernel.text import tidy, whole_number
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.exports import Fen, Sheet, workbook_response
from wuyefei.foundation.platform.paging import paginate

from ..actions.batches import AHEAD, file_of, give_up, make_batch, send, undo
from ..actions.returns import Answered, import_answer
from ..actions.settling import accept, settle
from ..actions.unsettling import UNSETTLE_KIND, ask_unsettle
from ..forms import AnswerForm
from ..models import DebitBatch, DebitItem
from ..queries import (
    batches,
    due_debits,
    get_batch,
    items_of,
    money_of,
    settled_lines,
    settling_lines,
    terms_of,
    with_sums,
)
from ..rules import ANSWER_WITHIN
from ..words import left_out

EXPORT_LIMIT = 50_000
PAGE = 50


def narrowed(rows: QuerySet[DebitBatch], sent: QueryDict) -> QuerySet[DebitBatch]:
    place = whole_number(sent.get("community", ""))
    if place is not None:
        rows = rows.filter(community_id=place)
    return rows.filter(state=sent["state"]) if sent.get("state") in DebitBatch.State.values else rows


@require_safe
@needs(Permission.PAYMENT_VIEW)
def batch_list(request: StaffRequest) -> HttpResponse:
    """The files of the places, the latest first, with what came of each."""
    actor, sent = request.actor, request.GET
    rows = narrowed(batches(actor), sent)
    page = paginate(with_sums(rows), ["-id"], sent.get("at", ""))
    query, links = sent.copy(), {}
    for name in ("newer", "older"):
        query["at"] = getattr(page, name)
        links[name] = f"?{query.urlencode()}" if query["at"] else ""
    late = clock.today() - ANSWER_WITHIN
    standing = DebitItem.objects.filter(batch__in=rows.exclude(state=DebitBatch.State.UNDONE))
    sums = standing.aggregate(asked=Sum("amount_fen", default=0), got=Sum("got_fen", default=0), held=Sum("suspense_fen", default=0))
    context = {
        "rows": [(row, row.state == DebitBatch.State.SENT and row.open and row.debit_on < late) for row in page.rows], "sums": sums, "sent": sent,  # type: ignore[attr-defined]
        "places": visible_communities(actor, Permission.PAYMENT_VIEW), "workers": visible_communities(actor, Permission.DEBIT_WORK),
        "setters": visible_communities(actor, Permission.CHANNEL_SETUP), "states": DebitBatch.State.choices, "today": clock.today(),
        "last": clock.today() + AHEAD, "narrowed": any(sent.get(name) for name in ("community", "state")), "may_export": actor.may(Permission.EXPORT),
    } | links  # fmt: skip
    return render(request, "debits/batches.html", context)


@require_safe
@needs(Permission.EXPORT)
def export(request: StaffRequest) -> HttpResponse:
    """The batches as a workbook."""
    rows = narrowed(batches(request.actor), request.GET).filter(community_id__in=request.actor.communities(Permission.EXPORT))
    head = [_("批次号"), _("项目"), _("扣款日"), _("状态"), _("笔数"), _("应扣（元）"), _("实扣（元）"), _("失败笔数"), _("待回盘"), _("多扣待处理（元）")]
    sheet = Sheet(_("代扣批次"), head, [
        [row.number, row.community.name, row.debit_on, row.get_state_display(), row.item_count, Fen(row.total_fen), Fen(row.got), row.refused,  # type: ignore[attr-defined]
         row.open, Fen(row.held)] for row in with_sums(rows).order_by("-id")[:EXPORT_LIMIT]  # type: ignore[attr-defined]
    ])  # fmt: skip
    return workbook_response([sheet], "debits.xlsx")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.DEBIT_WORK)
def new_batch(request: StaffRequest, community_id: int) -> HttpResponse:
    """What a file for a day would ask for and leave out; then it is made."""
    actor = request.actor
    community = get_community(actor, community_id, Permission.DEBIT_WORK)
    terms, refused = terms_of(actor, community.pk), ""
    on = clock.today()
    try:
        on = _day(request)
        if request.method == "POST":
            return redirect("debits:batch", make_batch(community.pk, on, actor=actor).pk)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        refused = error.text
    chosen = due_debits(actor, terms, on) if terms else None
    context = {
        "community": community, "on": on, "terms": terms, "refused": refused, "today": clock.today(), "last": clock.today() + AHEAD,
        "count": len(chosen.asked) if chosen else 0, "total": sum(one.fen for one in chosen.asked) if chosen else 0,
        "bills": sum(len(one.bills) for one in chosen.asked) if chosen else 0,
        "left_out": left_out({str(why): count for why, count in chosen.left_out.items()}) if chosen else [],
        "may_set": actor.may(Permission.CHANNEL_SETUP, community.pk),
    }  # fmt: skip
    return render(request, "debits/new_batch.html", context, status=409 if refused else 200)


def _day(request: StaffRequest) -> dt.date:
    text = (request.POST if request.method == "POST" else request.GET).get("on", "")
    day = parse_day(text, _("扣款日")) if text else clock.today()
    if not clock.today() <= day <= clock.today() + AHEAD:
        raise Invalid(field=_("扣款日"), reason=_("应在今天到一个月之内"))
    return day


@require_safe
@needs(Permission.PAYMENT_VIEW)
def batch_detail(request: StaffRequest, debit_batch_id: int) -> HttpResponse:
    return _detail(request, debit_batch_id)


def _detail(request: StaffRequest, batch_id: int, refused: str = "", form: AnswerForm | None = None) -> HttpResponse:
    """One file: its figures, what can be done with it, and its items in the file's order."""
    actor, sent = request.actor, request.GET
    batch = get_batch(actor, batch_id)
    may = actor.may(Permission.DEBIT_WORK, batch.community_id)
    rows = _items(items_of(batch), sent)
    after = whole_number(sent.get("after", ""))
    shown = list((rows.filter(place__gt=after) if after is not None else rows)[: PAGE + 1])
    query = sent.copy()
    if len(shown) > PAGE:
        query["after"] = str(shown[PAGE - 1].place)
    money = money_of(batch)
    context: dict[str, Any] = {
        "batch": batch, "rows": shown[:PAGE], "older": f"?{query.urlencode()}" if len(shown) > PAGE else "", "sent": sent, "refused": refused,
        "states": DebitItem.State.choices, "total": rows.aggregate(fen=Sum("amount_fen", default=0))["fen"], "money": money, "may": may,
        "form": form or AnswerForm(initial={"day": batch.debit_on}), "left_out": left_out(batch.left_out), "answers": batch.answers.select_related("imported_by").order_by("-pk"),
        "lines": settling_lines(actor, batch, money) if may else [], "settled": [(one, open_request(actor, UNSETTLE_KIND, one.line_id)) for one in settled_lines(batch)], "unsettled": settled_lines(batch, undone=True), "may_export": actor.may(Permission.EXPORT),
        "may_give_up": may and batch.state == DebitBatch.State.SENT and batch.open and clock.today() > batch.debit_on + ANSWER_WITHIN,  # type: ignore[attr-defined]
    }  # fmt: skip
    return render(request, "debits/batch.html", context, status=409 if refused else 422 if form and form.errors else 200)


def _items(rows: QuerySet[DebitItem], sent: QueryDict) -> QuerySet[DebitItem]:
    text = tidy(sent.get("q", ""))[:40]
    if sent.get("state") in DebitItem.State.values:
        rows = rows.filter(state=sent["state"])
    return rows.filter(Q(mandate__payer__name__icontains=text) | Q(property__code__icontains=text) | Q(number__endswith=text)) if text else rows


@require_safe
@needs(Permission.EXPORT)
def export_items(request: StaffRequest, debit_batch_id: int) -> HttpResponse:
    """The items of a batch as a workbook: an account only by its last digits."""
    batch = get_batch(request.actor, debit_batch_id)
    request.actor.require(Permission.EXPORT, batch.community_id)
    head = [_("序号"), _("明细号"), _("缴费人"), _("房屋"), _("账号尾号"), _("应扣（元）"), _("实扣（元）"), _("状态"), _("说明"), _("扣款日期"), _("收据"), _("下次可扣")]
    sheet = Sheet(batch.number, head, [
        [row.place, row.number, row.mandate.payer.name, row.property.code, row.mandate.account_tail, Fen(row.amount_fen), Fen(row.got_fen),
         row.get_state_display(), row.words, row.answered_on, row.payment.receipt.number if row.payment and row.payment.receipt else "", row.next_try_on]
        for row in _items(items_of(batch), request.GET)[:EXPORT_LIMIT]
    ])  # fmt: skip
    return workbook_response([sheet], f"{batch.number}.xlsx")


@require_POST
@needs(Permission.DEBIT_WORK)
def download(request: StaffRequest, debit_batch_id: int) -> HttpResponse:
    """The file for the bank, accounts in clear; taking it leaves a trace, so it is asked for by a form."""
    try:
        name, data = file_of(debit_batch_id, actor=request.actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        return _detail(request, debit_batch_id, error.text)
    response = HttpResponse(data, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@needs(Permission.DEBIT_WORK)
def act(request: StaffRequest, debit_batch_id: int) -> HttpResponse:
    """Send, undo, end what was never answered, or say which bank line was this batch's money."""
    sent, actor = request.POST, request.actor
    try:
        match sent.get("act"):
            case "send":
                send(debit_batch_id, actor=actor)
                messages.success(request, _("已记为报送，等银行回盘"))
            case "undo":
                undo(debit_batch_id, actor=actor)
                messages.success(request, _("已撤销，账单可以重新报盘"))
            case "give_up":
                count = give_up(debit_batch_id, sent.get("reason", ""), actor=actor)
                messages.success(request, _("已结束 %(count)s 笔未回盘的扣款") % {"count": count})
            case "settle":
                settle(debit_batch_id, whole_number(sent.get("line", "")) or 0, actor=actor)
                messages.success(request, _("已记为到账"))
            case "unsettle":
                ask_unsettle(debit_batch_id, whole_number(sent.get("line", "")) or 0, sent.get("note", ""), actor=actor)
                messages.success(request, _("已提交撤销申请，由另一位同事审批"))
            case _:
                raise NotFound()
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        return _detail(request, debit_batch_id, error.text)
    return redirect("debits:batch", debit_batch_id)


@require_POST
@needs(Permission.DEBIT_WORK)
def answer(request: StaffRequest, debit_batch_id: int) -> HttpResponse:
    """Take the bank's file in."""
    form = AnswerForm(request.POST, request.FILES)
    if not form.is_valid():
        return _detail(request, debit_batch_id, form=form)
    file = form.cleaned_data["file"]
    try:
        done = import_answer(debit_batch_id, file.name, file.read(), form.cleaned_data["day"], actor=request.actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        form.add_error("file", error.text)
        return _detail(request, debit_batch_id, form=form)
    _tell(request, done)
    return redirect("debits:batch", debit_batch_id)


def _tell(request: StaffRequest, done: Answered) -> None:
    if done.answer is None:
        messages.info(request, _("这份回盘的 %(count)s 笔以前都导入过，什么也没有变。") % {"count": done.rows})
        return
    words = {"paid": done.paid, "partial": done.partial, "failed": done.failed, "exceptions": done.exceptions}
    messages.success(request, _("成功 %(paid)s 笔，部分 %(partial)s 笔，失败 %(failed)s 笔，多扣待处理 %(exceptions)s 笔。") % words)


@require_POST
@needs(Permission.DEBIT_WORK)
def accept_item(request: StaffRequest, debit_item_id: int) -> HttpResponse:
    """Book what was taken in excess for its payer."""
    try:
        payment = accept(debit_item_id, actor=request.actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
    else:
        messages.success(request, _("已入账，多的转为预存；收据 %(number)s") % {"number": payment.receipt.number if payment.receipt else ""})
    item = DebitItem.objects.get(pk=debit_item_id)
    return redirect("debits:batch", item.batch_id)
