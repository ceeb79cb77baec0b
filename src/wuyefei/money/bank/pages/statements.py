"""Statements: taking a file in, what came of it, and its lines."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound

from ..actions.importing import Imported, import_statement
from ..forms import StatementForm
from ..models import BankLine
from ..queries import get_statement, statements
from .common import PAGE, narrowed, number_of


@require_http_methods(["GET", "POST"])
@needs(Permission.PAYMENT_VIEW)
def statement_list(request: StaffRequest) -> HttpResponse:
    """Take a file in, and the files that came before, latest first."""
    actor = request.actor
    places = visible_communities(actor, Permission.PAYMENT_BATCH)
    form = StatementForm(*((request.POST, request.FILES) if request.method == "POST" else ()), places=places)
    if request.method == "POST":
        actor.require_anywhere(Permission.PAYMENT_BATCH)
        if form.is_valid() and (done := _taken(request, form)) is not None:
            _tell(request, done)
            return redirect("bank:statement", done.statement.pk) if done.statement else redirect("bank:statements")
    rows = statements(actor).select_related("community", "imported_by").order_by("-pk")
    before = number_of(request.GET.get("before", ""))
    found = list((rows.filter(pk__lt=before) if before is not None else rows)[: PAGE + 1])
    older = f"?before={found[PAGE - 1].pk}" if len(found) > PAGE else ""
    context = {"form": form if places else None, "rows": found[:PAGE], "older": older}
    return render(request, "bank/statements.html", context, status=422 if form.errors else 200)


def _taken(request: StaffRequest, form: StatementForm) -> Imported | None:
    given, file = form.cleaned_data, form.cleaned_data["file"]
    try:
        return import_statement(given["community"], given["account"], file.name, file.read(), actor=request.actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        form.add_error("file", error.text)
    return None


def _tell(request: StaffRequest, done: Imported) -> None:
    if done.statement is None:
        messages.info(request, _("这份流水的 %(count)s 笔以前都导入过，什么也没有变。") % {"count": done.lines})
        return
    words = {"new": done.lines - done.known, "booked": done.booked, "waiting": done.waiting}
    messages.success(request, _("新增 %(new)s 笔：自动入账 %(booked)s 笔，待认领 %(waiting)s 笔。") % words)
    if done.known:
        messages.info(request, _("另有 %(known)s 笔以前导入过，没有重复入账。") % {"known": done.known})
    if done.changed:
        facts = {"rows": "、".join(map(str, done.changed[:10])), "count": len(done.changed)}
        messages.warning(request, _("第 %(rows)s 行等 %(count)s 笔像是以前导入过的，但内容不同，按新的一笔待认领。") % facts)


@require_safe
@needs(Permission.PAYMENT_VIEW)
def statement_detail(request: StaffRequest, bank_statement_id: int) -> HttpResponse:
    """One file: its figures and its lines in the file's order."""
    found = get_statement(request.actor, bank_statement_id)
    rows = narrowed(BankLine.objects.filter(statement=found), request.GET).order_by("number")
    after = number_of(request.GET.get("after", ""))
    shown = list((rows.filter(number__gt=after) if after is not None else rows)[: PAGE + 1])
    query = request.GET.copy()
    if len(shown) > PAGE:
        query["after"] = str(shown[PAGE - 1].number)
    context = {
        "statement": found, "rows": shown[:PAGE], "older": f"?{query.urlencode()}" if len(shown) > PAGE else "", "sent": request.GET,
        "states": BankLine.State.choices, "total": rows.aggregate(s=Sum("amount_fen"))["s"] or 0,
        "waiting": BankLine.objects.filter(statement=found, state__in=(BankLine.State.WAITING, BankLine.State.PART)).count(),
    }  # fmt: skip
    return render(request, "bank/statement.html", context)
