"""Voucher files for other programs: choose, be told what went before, download; and how accounts are called there."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform.exports import XLSX, attachment
from wuyefei.money.ledger.public import ACCOUNT_NAMES, Account, turnover

from ..actions import export_vouchers, save_codes
from ..queries.exports import codes, earlier, exports
from ..vouchers import KINGDEE, TARGETS
from .common import Asked

PAGE = 30
TEXT = "text/plain; charset=gb18030"


@require_http_methods(["GET", "POST"])
@needs(Permission.EXPORT)
def files(request: StaffRequest) -> HttpResponse:
    """What the file will hold, what was handed over before; posted, the file itself."""
    asked = Asked(request, Permission.EXPORT)
    target = request.GET.get("target", KINGDEE)
    target = target if target in TARGETS else KINGDEE
    refused = ""
    if request.method == "POST" and not asked.wrong:
        try:
            made = export_vouchers(
                asked.scope, target, actor=request.actor, each=request.GET.get("each") == "1",
                again=request.POST.get("again") == "1",
            )  # fmt: skip
            return attachment(made.content, made.name, XLSX if target == KINGDEE else TEXT)
        except DomainError as error:
            if isinstance(error, (NotFound, Forbidden)):
                raise
            refused = error.text
    return render(request, "books/files.html", _context(request, asked, target, refused), status=409 if refused else 200)


def _context(request: StaffRequest, asked: Asked, target: str, refused: str) -> dict[str, Any]:
    moved = turnover(asked.actor, asked.scope.communities, asked.scope.first, asked.scope.last).values()
    rows = exports(asked.actor).order_by("-pk")
    before = request.GET.get("before", "")
    rows = rows.filter(pk__lt=int(before[:18])) if before.isascii() and before.isdigit() else rows
    found = list(rows[: PAGE + 1])
    may_make = asked.community is not None or {Permission.EXPORT, Permission.LEDGER_VIEW} <= asked.actor.wide
    return asked.context("files") | {
        "target": target, "targets": [(key, _(name)) for key, name in TARGETS.items()], "each": request.GET.get("each") == "1",
        "debit": sum(part.debit_fen for part in moved), "earlier": earlier(asked.scope, target) if may_make else None, "refused": refused,
        "rows": [(row, _(TARGETS[row.target])) for row in found[:PAGE]], "may_make": may_make,
        "older": f"?before={found[PAGE - 1].pk}" if len(found) > PAGE else "", "may_codes": asked.actor.may(Permission.LEDGER_VIEW),
    }  # fmt: skip


@require_GET
@needs(Permission.LEDGER_VIEW)
def account_codes(request: StaffRequest, target: str) -> HttpResponse:
    """Our accounts and theirs, side by side."""
    return _codes(request, target, {}, "")


@require_http_methods(["POST"])
@needs(Permission.BOOKS_SETUP, wide=True)
def change_codes(request: StaffRequest, target: str) -> HttpResponse:
    """Save the whole table; what is refused is said and what was typed stays."""
    sent = {
        account.value: (request.POST.get(f"code-{account.value}", "")[:60], request.POST.get(f"name-{account.value}", "")[:60])
        for account in Account
        if f"code-{account.value}" in request.POST
    }
    try:
        changed = save_codes(target, sent, actor=request.actor)
    except DomainError as error:
        if isinstance(error, (NotFound, Forbidden)):
            raise
        return _codes(request, target, sent, error.text)
    messages.success(request, _("已保存，改了 %(count)s 个科目") % {"count": changed})
    return redirect("books:codes", target)


def _codes(request: StaffRequest, target: str, sent: dict[str, tuple[str, str]], refused: str) -> HttpResponse:
    if target not in TARGETS:
        raise NotFound()
    found = codes(request.actor, target) | sent
    rows = [(account.value, _(ACCOUNT_NAMES[account]), *found[account.value]) for account in sorted(Account)]
    context = {
        "rows": rows, "target": target, "targets": [(key, _(name)) for key, name in TARGETS.items()], "refused": refused,
        "may_change": Permission.BOOKS_SETUP in request.actor.wide,
    }  # fmt: skip
    return render(request, "books/codes.html", context, status=422 if refused else 200)
