"""A line that pays for many homes, by its list: pasted or uploaded, looked at, then booked."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.money.intake.public import cell_text, read_upload

from ..actions.remitting import Home, book_list, line_for_list, look_up
from ..models import BankLine
from ..rules.remittance import Entry, read_list, split_text
from .common import number_of

MOST_TEXT = 60_000
OPEN = (BankLine.State.WAITING, BankLine.State.PART)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.PAYMENT_BATCH)
def remittance(request: StaffRequest, bank_line_id: int) -> HttpResponse:
    """The list in a box that may be corrected, what each row means, and the button that books it all."""
    line = line_for_list(request.actor, bank_line_id)
    if line.state not in OPEN:
        return redirect("bank:line", line.pk)
    text, name, refused = request.POST.get("list", "")[:MOST_TEXT], request.POST.get("name", "")[:120], ""
    homes: list[Home] = []
    if request.method == "POST":
        try:
            entries, text, name = _entries(request, text, name)
            homes = look_up(line, entries, actor=request.actor)
            if request.POST.get("act") == "book":
                return _booked(request, line, entries, name)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            refused = error.text
    total = sum(home.entry.amount_fen for home in homes)
    context = {
        "line": line, "text": text, "name": name, "refused": refused, "homes": homes, "total": total, "rest": line.suspense_fen - total, "over": total - line.suspense_fen,
        "places": len({home.community_id for home in homes}), "ahead": number_of(request.POST.get("ahead", "")),
    }  # fmt: skip
    return render(request, "bank/remittance.html", context, status=409 if refused else 200)


def _entries(request: StaffRequest, text: str, name: str) -> tuple[list[Entry], str, str]:
    """The rows of the file where one was sent, else of the box; with how they stand in the box."""
    file = request.FILES.get("file")
    if file is None:
        return read_list(split_text(text)), text, name
    sheet = read_upload(file.name or "", file.read()).sheets[0]
    entries = read_list((row.number, [cell_text(cell) for cell in row.cells]) for row in sheet.rows)
    return read_list(split_text(text := "\n".join(one.line() for one in entries))), text, (file.name or "")[:120]


def _booked(request: StaffRequest, line: BankLine, entries: list[Entry], name: str) -> HttpResponse:
    made = book_list(line.pk, name, entries, actor=request.actor, ahead=number_of(request.POST.get("ahead", "")))
    line.refresh_from_db()
    messages.success(request, _("已入账 %(count)s 户，开了收据") % {"count": len(made)})
    if line.suspense_fen:
        messages.info(request, _("余下 %(sum)s 元留在待查款") % {"sum": yuan_text(line.suspense_fen)})
    return redirect("bank:line", line.pk)
