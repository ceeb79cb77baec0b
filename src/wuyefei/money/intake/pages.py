"""Pages of the import: choose a file, match its headers, see what it would do, do it."""

from __future__ import annotations

import dataclasses
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wuyefei.foundation.access.gate import StaffRequest, needs
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound, spoken, unpacked
from wuyefei.foundation.platform import clock

from . import actions, storage
from .comparing.work import KINDS
from .documents import spoken_document
from .forms import ChoicesForm, ColumnsForm, UploadForm
from .models import ImportFile
from .queries import get_import, places
from .queries import imports as all_imports
from .rules.choices import CHARGE_ITEM
from .rules.rowtable import DUPLICATE, ERROR, OK, WARNING

STEPS = ("选文件", "对表头", "看预览", "导入")
PAGE = 50
RECENT = 20
FILTERS = {"": None, "wrong": {ERROR, DUPLICATE, WARNING}, "error": {ERROR}, "dup": {DUPLICATE}}
importer = needs(Permission.IMPORT)
State = ImportFile.State


def _steps(current: int) -> dict[str, Any]:
    return {"steps": [_(step) for step in STEPS], "current": current}


@importer
@require_http_methods(["GET", "POST"])
def imports(request: StaffRequest) -> HttpResponse:
    may_found = Permission.IMPORT in request.actor.wide
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    asked = request.GET.get("place", "")
    form = UploadForm(*given, places=places(request.actor), may_found=may_found, initial={"place": asked})
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            row = actions.keep_upload(file.name, file.read(), form.cleaned_data["community"], actor=request.actor)
        except (NotFound, Forbidden):
            raise
        except DomainError as error:
            form.add_error("file", error.text)
        else:
            return _first_look(request, row)
    recent = all_imports(request.actor).select_related("community", "uploaded_by")[:RECENT]
    context = {"form": form, "recent": recent, "kept": storage.KEPT_DAYS, **_steps(1)}
    return render(request, "intake/imports.html", context, status=422 if form.errors else 200)


def _first_look(request: StaffRequest, row: ImportFile) -> HttpResponse:
    """Straight to the preview where the headers are understood, else to the page where they are matched."""
    try:
        row = actions.preview(row.pk, actions.choices_of(row), actor=request.actor)
    except DomainError as error:
        messages.warning(request, error.text)
        return redirect("intake:columns", row.pk)
    if any(issue["code"] == "no_room_column" for issue in row.preview["issues"]):
        return redirect("intake:columns", row.pk)
    return redirect("intake:show", row.pk)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() and len(text) < 6 else None


def _columns_form(request: StaffRequest, row: ImportFile) -> tuple[ColumnsForm, list[str]]:
    """The form of the sheet asked for, as chosen before or as guessed; and the names of all sheets."""
    asked = request.POST if request.method == "POST" else request.GET
    before = actions.choices_of(row)
    header_row = _number(asked.get("header_row")) or before.header_row
    sheets = actions.columns_of(row, header_row)
    name = asked.get("sheet") or before.sheet
    sheet = next((one for one in sheets if one.sheet == name), sheets[0])
    if request.method == "POST":
        return ColumnsForm(request.POST, sheet=sheet), [one.sheet for one in sheets]
    chosen = before.mapping if before.mapping is not None and sheet.sheet == (before.sheet or sheets[0].sheet) else {}
    initial: dict[str, Any] = {
        "header_row": sheet.header_row, "number_rows": before.number_rows, "charge_item": before.charge_item or CHARGE_ITEM,
    }  # fmt: skip
    seen = set()
    for column in sheet.columns:
        field = chosen.get(column.index) if chosen else column.guess
        if field is not None and field not in seen:
            initial[f"c{column.index}"] = field.value
            seen.add(field)
    return ColumnsForm(initial=initial, sheet=sheet), [one.sheet for one in sheets]


@importer
@require_http_methods(["GET", "POST"])
def columns(request: StaffRequest, pk: int) -> HttpResponse:
    row = get_import(request.actor, pk)
    form, sheets = _columns_form(request, row)
    if request.method == "POST" and form.is_valid() and not form.findings():
        before = actions.choices_of(row)
        given = form.cleaned_data
        choices = dataclasses.replace(
            before, sheet=form.sheet.sheet, header_row=given["header_row"], number_rows=given["number_rows"],
            charge_item=given["charge_item"], mapping=form.mapping(),
        )  # fmt: skip
        try:
            actions.preview(pk, choices, actor=request.actor)
        except DomainError as error:
            form.add_error(None, error.text)
        else:
            return redirect("intake:show", pk)
    rows = [(column, form[f"c{column.index}"]) for column in form.sheet.columns]
    context = {"row": row, "form": form, "rows": rows, "sheets": sheets, "findings": _findings(form), **_steps(2)}
    return render(request, "intake/columns.html", context, status=422 if form.errors else 200)


def _findings(form: ColumnsForm) -> list[str]:
    return form.findings() if form.is_bound and form.is_valid() else []


@importer
@require_POST
def check_columns(request: StaffRequest, pk: int) -> HttpResponse:
    """What is wrong about the mapping so far, while it is being made."""
    form, _sheets = _columns_form(request, get_import(request.actor, pk))
    return render(request, "intake/_findings.html", {"findings": _findings(form), "checked": True})


@importer
@require_safe
def show(request: StaffRequest, pk: int) -> HttpResponse:
    row = actions.settled(get_import(request.actor, pk))
    if row.state == State.APPLYING:
        return render(request, "intake/progress.html", {"row": row, **_steps(4)})
    if row.state == State.APPLIED and "again" not in request.GET:
        return _result(request, row)
    if not row.preview:
        return redirect("intake:columns", pk)
    return _preview(request, row, ChoicesForm.of(actions.choices_of(row)))


def _preview(request: StaffRequest, row: ImportFile, form: ChoicesForm, refused: str = "") -> HttpResponse:
    """The preview; ``refused`` says why nothing was imported just now."""
    document = spoken_document(row.preview)
    for name in ("arrears", "prepayments"):
        form.fields[name].required = bool(document[f"{name}_fen"])
    choices = actions.choices_of(row)
    context = {
        "row": row, "document": document, "form": form, "refused": refused or row.message, "kinds": _kinds(document),
        "groups": document["issues"], "chips": _chips(document), "differences": _differences(document, choices),
        "until": row.uploaded_at + actions.KEPT, **_table(request, row), **_steps(3),
    }  # fmt: skip
    return render(request, "intake/preview.html", context, status=409 if refused else 200)


def _kinds(document: dict[str, Any]) -> list[dict[str, Any]]:
    """One line a kind that the file has anything of."""
    lines = []
    for kind, name in KINDS.items():
        counts = [document[what][kind] for what in ("created", "changed", "ignored", "left_out")]
        if any(counts):
            lines.append({"name": _(name), "created": counts[0], "changed": counts[1], "same": counts[2], "left_out": counts[3]})
    return lines


def _chips(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Header → field; for a recognised workbook the sheets alone."""
    return [column | {"field": spoken(column["field"])} for column in document["columns"] if not column["peer"]]


def _differences(document: dict[str, Any], choices: Any) -> list[dict[str, Any]]:
    """Opening totals: what the file holds, what was stated, the difference."""
    pairs = (
        (_("期初欠费"), document["arrears_fen"], choices.arrears_total_fen, "arrears"),
        (_("期初预收"), document["prepayments_fen"], choices.prepayments_total_fen, "prepayments"),
    )
    return [
        {"name": name, "read": read, "stated": stated, "off": None if stated is None else read - stated, "field": field}
        for name, read, stated, field in pairs
        if read or stated
    ]


def _table(request: StaffRequest, row: ImportFile) -> dict[str, Any]:
    """One page of the row-by-row preview of one sheet; ``after`` is the row number it begins behind."""
    try:
        table = storage.load_table(row.stored)
    except storage.UploadGone:
        return {"sheet": None}
    asked, which = request.GET.get("sheet"), request.GET.get("rows", "")
    sheet = next((one for one in table if one["name"] == asked), table[0] if table else None)
    if sheet is None:
        return {"sheet": None}
    if "rows" not in request.GET and any(line[1] != OK for line in sheet["rows"]):
        which = "wrong"
    wanted = FILTERS.get(which)
    lines = [line for line in sheet["rows"] if wanted is None or line[1] in wanted]
    after = _number(request.GET.get("after")) or 0
    start = next((number for number, line in enumerate(lines) if line[0] > after), len(lines))
    page = lines[start : start + PAGE]
    results = [line[1] for line in sheet["rows"]]
    filters = [
        ("wrong", _("有问题"), len(results) - results.count(OK)), ("error", _("错误"), results.count(ERROR)),
        ("dup", _("重复"), results.count(DUPLICATE)), ("", _("全部"), len(results)),
    ]  # fmt: skip
    shown = _("第 %(first)s–%(last)s 行，共 %(all)s 行") % {"first": start + 1, "last": start + len(page), "all": len(lines)}
    return {
        "sheet": sheet, "table_sheets": [one["name"] for one in table], "which": which, "filters": filters, "shown": shown if page else "",
        "lines": [_line(line) for line in page],
        "older": page[-1][0] if start + PAGE < len(lines) else None,
        "newer": (lines[start - PAGE - 1][0] if start > PAGE else 0) if start else None,
    }  # fmt: skip


def _line(line: list[Any]) -> dict[str, Any]:
    number, result, cells, bad, reasons = line
    return {"number": number, "result": result, "cells": [(text, position in bad) for position, text in enumerate(cells)], "reasons": [spoken(unpacked(reason)) for reason in reasons]}


@importer
@require_POST
def choose(request: StaffRequest, pk: int) -> HttpResponse:
    """Keeps the choices and compares anew; with ``do=apply`` imports."""
    row = get_import(request.actor, pk)
    form = ChoicesForm(request.POST)
    if not form.is_valid():
        return _preview(request, row, form, _("有一项填得不对，见下面。"))
    choices = form.choices(actions.choices_of(row))
    apply = request.POST.get("do") == "apply"
    try:
        row = actions.preview(pk, choices, actor=request.actor)
        if not apply:
            return redirect("intake:show", pk)
        _require_totals(row.preview, choices)
        actions.start(pk, choices, actor=request.actor)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        row.refresh_from_db()
        return _preview(request, row, ChoicesForm(request.POST), error.text)
    return redirect("intake:show", pk)


def _require_totals(document: dict[str, Any], choices: Any) -> None:
    """On the page the totals must be typed in where the file brings any money."""
    for name, read, stated in (
        (_("期初欠费总数"), document["arrears_fen"], choices.arrears_total_fen),
        (_("期初预收总数"), document["prepayments_fen"], choices.prepayments_total_fen),
    ):
        if read and stated is None:
            raise Invalid(field=name, reason=_("请填写老账上的总数，与表内合计一致才导入"))


@importer
@require_safe
def progress(request: StaffRequest, pk: int) -> HttpResponse:
    """The progress row, asked for again every second; when the work is over the page is loaded anew."""
    row = actions.settled(get_import(request.actor, pk))
    response = render(request, "intake/_progress.html", {"row": row})
    if row.state != State.APPLYING:
        response.headers["HX-Refresh"] = "true"
    return response


@importer
@require_POST
def stop(request: StaffRequest, pk: int) -> HttpResponse:
    row = get_import(request.actor, pk)
    if row.state == State.APPLYING and row.job_id:
        actions.stop(pk, actor=request.actor)
        messages.info(request, _("已请它停下；停下后什么也没有改变。"))
    return redirect("intake:show", pk)


def _result(request: StaffRequest, row: ImportFile) -> HttpResponse:
    document = spoken_document(row.result)
    context = {
        "row": row, "document": document, "kinds": _kinds(document), "groups": document["issues"],
        "nothing": not any(document["created"].values()) and not any(document["changed"].values()),
        "until": row.uploaded_at + actions.KEPT, "today": clock.today(), **_steps(5),
    }  # fmt: skip
    return render(request, "intake/result.html", context)


@importer
@require_safe
def errors(request: StaffRequest, pk: int) -> HttpResponse:
    row = get_import(request.actor, pk)
    book = actions.errors_of(pk, actor=request.actor)
    name = _("%(name)s 的问题.xlsx") % {"name": row.name.rpartition(".")[0] or row.name}
    response = HttpResponse(book, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    response.headers["Content-Disposition"] = f"attachment; filename=\"errors.xlsx\"; filename*=UTF-8''{quote(name)}"
    return response


@importer
@require_POST
def discard(request: StaffRequest, pk: int) -> HttpResponse:
    actions.discard(pk, actor=request.actor)
    messages.success(request, _("原文件已删除，记录保留。"))
    return redirect("intake:imports")


