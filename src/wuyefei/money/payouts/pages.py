"""Payment files, the look at the bank's answer before it is taken in, and what a refund's page shows of them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.exports import workbook_response
from wuyefei.foundation.platform.paging import paginate

from .actions.answers import Read, correct, import_answer, look, note_result, read_answer
from .actions.files import SHOWN, make_file, sheet_of, undo_file
from .forms import AnswerForm
from .models import PayoutFile
from .queries import files, get_file, may_work, payouts_of, require_in, to_pay
from .rules import Effect, Row

SALT, SECONDS = "payouts.answer", 3600
ORDER = (Effect.REFUSED, Effect.FAILED, Effect.DONE, Effect.STILL, Effect.KNOWN)


@require_safe
@needs(Permission.PAYMENT_VIEW)
def file_list(request: StaffRequest) -> HttpResponse:
    """The files, the latest first, with what the bank made of each."""
    page = paginate(files(request.actor), ["-id"], request.GET.get("at", ""))
    context = {
        "rows": page.rows, "newer": f"?at={page.newer}" if page.newer else "", "older": f"?at={page.older}" if page.older else "",
        "now": clock.now(), "to_pay": to_pay(request.actor).count(),
    }  # fmt: skip
    return render(request, "payouts/files.html", context)


@require_POST
@needs(Permission.CHANNEL_WORK)
def make(request: StaffRequest) -> HttpResponse:
    """Put what waits for a transfer into a file."""
    try:
        made = make_file(actor=request.actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
        return redirect("payouts:files")
    messages.success(request, _("付款文件 %(number)s 做好了，下载后交给银行") % {"number": made.file.number})
    if made.missing:
        facts = {"count": len(made.missing), "homes": "、".join(made.missing[:SHOWN])}
        messages.warning(request, _("%(count)s 笔没有登记收款账号，没有列入：%(homes)s。到业主档案补上后再做一份。") % facts)
    if made.own:
        facts = {"count": len(made.own), "homes": "、".join(made.own[:SHOWN])}
        messages.warning(request, _("%(count)s 笔的收款账号是您在申请退款以后改的，没有列入：%(homes)s。请另一位同事再做一份。") % facts)
    return redirect("payouts:file", made.file.pk)


@require_safe
@needs(Permission.PAYMENT_VIEW)
def file_page(request: StaffRequest, payout_file_id: int) -> HttpResponse:
    return _file(request, get_file(request.actor, payout_file_id))


def _file(request: StaffRequest, file: PayoutFile, form: AnswerForm | None = None, refused: str = "") -> HttpResponse:
    """One file: its figures, what the bank has said, and its payouts in the file's order."""
    waiting: int = file.waiting  # type: ignore[attr-defined]
    may, out = may_work(request.actor, file), file.state == PayoutFile.State.OUT
    context: dict[str, Any] = {
        "file": file, "rows": [(row, row.refund.payment or row.refund.order) for row in payouts_of(file)], "form": form or AnswerForm(), "refused": refused,
        "answers": file.answers.select_related("imported_by").order_by("-pk"), "may": may and out, "now": clock.now(),
        "may_undo": may and out and waiting == file.payout_count, "late": waiting and file.due_at < clock.now(),
    }  # fmt: skip
    return render(request, "payouts/file.html", context, status=409 if refused else 422 if form and form.errors else 200)


@require_POST
@needs(Permission.CHANNEL_WORK)
def download(request: StaffRequest, payout_file_id: int) -> HttpResponse:
    """The workbook for the bank; taking it leaves a trace, so it is asked for by a form."""
    try:
        name, sheet = sheet_of(payout_file_id, actor=request.actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        return _file(request, get_file(request.actor, payout_file_id), refused=error.text)
    response = workbook_response([sheet], name)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@needs(Permission.CHANNEL_WORK)
def undo(request: StaffRequest, payout_file_id: int) -> HttpResponse:
    """The file never went to the bank."""
    try:
        undo_file(payout_file_id, request.POST.get("reason", ""), actor=request.actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        return _file(request, get_file(request.actor, payout_file_id), refused=error.text)
    messages.success(request, _("已撤销，这些退款等下一份付款文件"))
    return redirect("payouts:file", payout_file_id)


@require_POST
@needs(Permission.CHANNEL_WORK)
def answer(request: StaffRequest, payout_file_id: int) -> HttpResponse:
    """Look at the bank's answer: what each row will become. Nothing is stored."""
    file = get_file(request.actor, payout_file_id)
    require_in(request.actor, file, Permission.CHANNEL_WORK)
    form = AnswerForm(request.POST, request.FILES)
    if not form.is_valid():
        return _file(request, file, form)
    upload = form.cleaned_data["file"]
    try:
        read = read_answer(upload.name, upload.read(), actor=request.actor)
    except DomainError as error:
        form.add_error("file", error.text)
        return _file(request, file, form)
    return _preview(request, file, read)


def _preview(request: StaffRequest, file: PayoutFile, read: Read, refused: str = "") -> HttpResponse:
    seen = sorted(look(file, read.rows), key=lambda one: (ORDER.index(one.verdict.effect), one.row.row))
    count = {effect.value: sum(one.verdict.effect is effect for one in seen) for effect in Effect}
    sums = {effect.value: sum(one.row.amount_fen or 0 for one in seen if one.verdict.effect is effect) for effect in (Effect.DONE, Effect.FAILED)}
    named = {one.payout.pk for one in seen if one.payout}
    silent = file.payouts.filter(state="waiting").exclude(pk__in=named).count()
    good = not count[Effect.REFUSED.value]
    context = {
        "file": file, "read": read, "seen": [(one, _home(one.payout)) for one in seen], "count": count, "sums": sums, "good": good, "refused": refused,
        "still": count[Effect.STILL.value] + silent, "new": good and (count[Effect.DONE.value] + count[Effect.FAILED.value] > 0), "packed": _packed(file, read),
    }  # fmt: skip
    return render(request, "payouts/preview.html", context, status=409 if refused or not good else 200)


def _home(payout: Any) -> str:
    about = (payout.refund.payment or payout.refund.order) if payout else None
    return str(about.property.code) if about else ""


def _packed(file: PayoutFile, read: Read) -> str:
    rows = [[str(value) if isinstance(value, dt.date) else value for value in dataclasses.astuple(row)] for row in read.rows]
    return signing.dumps([file.pk, read.name, read.sha256, rows], salt=SALT, compress=True)


def _unpacked(text: str, file_id: int) -> Read:
    """What the look was about. Raises ``DomainError`` where it is older than an hour, or not ours."""
    try:
        whose, name, sha, rows = signing.loads(text, salt=SALT, max_age=SECONDS)
    except signing.BadSignature as error:
        raise DomainError("payout_preview_old", "预览已经过期，请重新上传回盘文件。") from error
    if whose != file_id:
        raise NotFound()
    fields = [field.name for field in dataclasses.fields(Row)]
    made = [dict(zip(fields, row, strict=True)) for row in rows]
    return Read(name, sha, tuple(Row(**(one | {"on": dt.date.fromisoformat(one["on"]) if one["on"] else None})) for one in made))


@require_POST
@needs(Permission.CHANNEL_WORK)
def confirm(request: StaffRequest, payout_file_id: int) -> HttpResponse:
    """Take in what was looked at, judged again as it stands now."""
    file = get_file(request.actor, payout_file_id)
    try:
        read = _unpacked(request.POST.get("packed", ""), file.pk)
    except NotFound:
        raise
    except DomainError as error:
        return _file(request, file, refused=error.text)
    try:
        done = import_answer(file.pk, read, actor=request.actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        return _preview(request, file, read, error.text)
    if done.answer is None:
        messages.info(request, _("这份回盘没有新的结果，什么也没有变。"))
    else:
        messages.success(request, _("已付 %(done)s 笔，失败 %(failed)s 笔，还在等银行 %(waiting)s 笔。") % {"done": done.done, "failed": done.failed, "waiting": done.waiting})
    return redirect("payouts:file", file.pk)


@require_POST
@needs(Permission.CHANNEL_WORK)
def result(request: StaffRequest, refund_id: int) -> HttpResponse:
    """What a person does with a refund by transfer: notes the bank's result, or sends it again."""
    sent = request.POST
    try:
        match sent.get("do"):
            case "paid":
                note_result(refund_id, True, sent.get("text", ""), actor=request.actor)
                messages.success(request, _("已登记付出，退款完成"))
            case "failed":
                note_result(refund_id, False, sent.get("text", ""), actor=request.actor)
                messages.success(request, _("已登记付款失败"))
            case "again":
                correct(refund_id, sent.get("account", ""), sent.get("reason", ""), actor=request.actor)
                messages.success(request, _("这笔退款等下一份付款文件"))
            case _:
                raise NotFound()
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
    return redirect("channels:refund", refund_id)
