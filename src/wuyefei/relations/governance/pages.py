"""Statements for staff: the list, one quarter's lines, and the sheet for the notice board."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wuyefei.foundation import environment
from wuyefei.foundation.access.actor import visible_communities
from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.kernel.money import parse_yuan, yuan
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.paging import paginate
from wuyefei.foundation.platform.pictures import MOST_BYTES

from . import actions, filing, queries
from .models import Statement
from .rules import MAX_FILES, MAX_PARTS, Entry, Part, StatementFixed, sums_of
from .serving import shown_file
from .sheet import rate_words, render_sheet

FROM = "board"
"""Where those who follow the code on the sheet come from, as they are counted."""
BLANK = 4
"""Empty rows under those that are filled in."""


@require_http_methods(["GET", "POST"])
@needs(Permission.DISCLOSURE_EDIT)
def statements(request: StaffRequest) -> HttpResponse:
    """The statements, the latest quarter first; a new one begins with a community and a quarter."""
    actor = request.actor
    if request.method == "POST":
        try:
            place = request.POST.get("community", "")
            day = parse_day(request.POST.get("day", ""), "季度")
            row = actions.new_statement(int(place[:18]) if place.isascii() and place.isdigit() else 0, day, actor=actor)
            return redirect("governance:statement", row.pk)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            messages.error(request, error.text)
            return redirect("governance:statements")
    page = paginate(queries.statements(actor), ["-quarter", "-pk"], request.GET.get("at", ""))
    context = {
        "rows": [(row, queries.sums(row)) for row in page.rows], "page": page, "today": clock.today(),
        "places": visible_communities(actor, Permission.DISCLOSURE_EDIT),
    }  # fmt: skip
    return render(request, "governance/statements.html", context)


def _typed(sent: QueryDict) -> tuple[list[Entry], list[Part]]:
    """The rows of the form; a row without a name and a sum is left out. Raises ``Invalid`` naming the row."""
    entries = []
    columns = [sent.getlist(name) for name in ("book", "name", "amount", "note")]
    for number, (book, name, amount, note) in enumerate(zip(*columns, strict=False), start=1):
        if not name.strip() and not amount.strip():
            continue
        if book not in BOOKS:
            raise Invalid(field=_("第 %(number)s 行") % {"number": number}, reason="请选择类别")
        entries.append(Entry(*BOOKS[book], name, parse_yuan(amount, _("第 %(number)s 行金额") % {"number": number}), note))
    parts = []
    for name, percent, note in zip(*[sent.getlist(f"part_{key}") for key in ("name", "percent", "note")], strict=False):
        if name.strip() or percent.strip():
            parts.append(Part(name, int(percent) if percent.isascii() and percent.isdigit() and len(percent) < 4 else 0, note))
    return entries, parts


BOOKS: dict[str, tuple[bool, bool]] = {
    "in": (False, True), "out": (False, False), "public_in": (True, True), "public_out": (True, False)
}
BOOK_NAMES = {"in": "收入", "out": "支出", "public_in": "公共收益收入", "public_out": "公共收益支出"}


@require_http_methods(["GET", "POST"])
@needs(Permission.DISCLOSURE_EDIT)
def statement(request: StaffRequest, statement_id: int) -> HttpResponse:
    """One quarter: its lines to be filled in while it is a draft, to be read afterwards."""
    row = queries.get_statement(request.actor, statement_id)
    status = 200
    if request.method == "POST":
        try:
            entries, parts = _typed(request.POST)
            actions.save_draft(row.pk, entries, parts, request.POST.get("services", ""), actor=request.actor)
            if "submit" in request.POST:
                actions.ask_publish(row.pk, actor=request.actor)
                messages.success(request, _("已提交，由另一位同事复核后公示。"))
            else:
                messages.success(request, _("已保存。"))
            return redirect("governance:statement", row.pk)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            messages.error(request, error.text)
            status = 422
    return render(request, "governance/statement.html", _context(request, row), status=status)


def _context(request: StaffRequest, row: Statement) -> dict[str, object]:
    entries, parts = queries.entries_of(row), list(queries.parts_of(row))
    codes = {which: code for code, which in BOOKS.items()}
    filled = [(codes[entry.public, entry.income], entry.name, yuan(entry.amount_fen), entry.note) for entry in entries]
    services = row.services
    if request.method == "POST":
        sent = request.POST
        filled = list(zip(*[sent.getlist(name) for name in ("book", "name", "amount", "note")], strict=False))
        services = sent.get("services", "")
    blank = ("out", "", "", "")
    return {
        "statement": row, "sums": sums_of(entries), "entries": [(entry, _(BOOK_NAMES[codes[entry.public, entry.income]])) for entry in entries],
        "filled": [*filled, *[blank] * BLANK], "parts": parts, "blank_parts": range(MAX_PARTS - len(parts)),
        "books": [(code, _(name)) for code, name in BOOK_NAMES.items()], "services": services, "files": queries.files_of(row), "most_files": MAX_FILES,
        "editable": row.state == Statement.State.DRAFT and request.actor.may(Permission.DISCLOSURE_EDIT, row.community_id),
    }  # fmt: skip


@require_GET
@needs(Permission.DISCLOSURE_EDIT)
def sheet(request: StaffRequest, statement_id: int) -> HttpResponse:
    """The statement for the notice board, also as a draft to look at."""
    row = queries.get_statement(request.actor, statement_id)
    content = render_sheet(row, environment.owners_url(FROM) or request.build_absolute_uri(f"{environment.OWNERS_PATH}?from={FROM}"), rate_words(row))
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(str(row))}.pdf"
    return response


@require_POST
@needs(Permission.DISCLOSURE_EDIT)
def add_file(request: StaffRequest, statement_id: int) -> HttpResponse:
    """Add a voucher or photograph to a draft."""
    row, sent = queries.get_statement(request.actor, statement_id), request.FILES.get("file")
    try:
        content = sent.read(MOST_BYTES + 1) if sent is not None else b""
        filing.add_file(row.pk, request.POST.get("name", ""), content, checked=bool(request.POST.get("checked")), actor=request.actor)
        messages.success(request, _("附件已加上，随公示一起由第二人复核。"))
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
    return redirect("governance:statement", row.pk)


@require_POST
@needs(Permission.DISCLOSURE_EDIT)
def drop_file(request: StaffRequest, file_id: int) -> HttpResponse:
    try:
        row = filing.drop_file(file_id, actor=request.actor)
        messages.success(request, _("附件已去掉。"))
    except StatementFixed as error:
        messages.error(request, error.text)
        row = queries.get_file(request.actor, file_id).statement
    return redirect("governance:statement", row.pk)


@require_GET
@needs(Permission.DISCLOSURE_EDIT)
def file(request: StaffRequest, file_id: int) -> HttpResponse:
    """A file as it will be public, for whoever makes or checks it."""
    return shown_file(queries.get_file(request.actor, file_id))


@require_POST
@needs(Permission.DISCLOSURE_EDIT)
def correct(request: StaffRequest, statement_id: int) -> HttpResponse:
    """A correction: a new draft of the same quarter with the same lines."""
    row = queries.get_statement(request.actor, statement_id)
    try:
        made = actions.correct(row.pk, actor=request.actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        messages.error(request, error.text)
        return redirect("governance:statement", row.pk)
    return redirect("governance:statement", made.pk)
