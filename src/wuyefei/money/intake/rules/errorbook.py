"""The error workbook: the rows as they came, wrong cells coloured, the reasons in a column of their own."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import xlsxwriter

from wuyefei.foundation.kernel.errors import Phrase, spoken

from .cells import text_of
from .issues import Issue, Severity
from .plan import ImportPlan
from .reader import Raw, Row, Sheet, Workbook
from .xlsx import column_index

_COLOURS = {Severity.ERROR: "#F8C9C4", Severity.WARNING: "#FBE7B2"}
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula: a dangerous first character gets an apostrophe before it."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def error_workbook(plan: ImportPlan, workbook: Workbook) -> bytes:
    """An .xlsx of every sheet that has errors or warnings; sheets without stay out. A first sheet lists them all."""
    told = [issue for issue in plan.issues if issue.severity in _COLOURS]
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "nan_inf_to_errors": True},
    )
    book.set_properties({"title": spoken("导入问题"), "created": dt.datetime(2000, 1, 1, tzinfo=dt.UTC)})
    formats = {severity: book.add_format({"bg_color": colour}) for severity, colour in _COLOURS.items()}
    heading = book.add_format({"bold": True})
    names = _Names()
    _list(book.add_worksheet(names.free(spoken("问题清单"))), told, heading)
    for sheet in workbook.sheets:
        own = [issue for issue in told if issue.sheet == sheet.name]
        if own:
            _copy(book.add_worksheet(names.free(sheet.name)), sheet, own, formats, heading)
    book.close()
    return target.getvalue()


class _Names:
    """Sheet names a spreadsheet accepts: at most 31 characters, none of ``[]:*?/\\``, unique."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def free(self, name: str) -> str:
        clean = "".join("_" if c in "[]:*?/\\" or ord(c) < 32 else c for c in name).strip("' ")[:28] or "表"
        chosen, count = clean, 1
        while chosen.lower() in self.used or chosen.lower() == "history":
            count += 1
            chosen = f"{clean[:25]}_{count}"
        self.used.add(chosen.lower())
        return chosen


def _list(page: Any, issues: list[Issue], heading: Any) -> None:
    titles = ("级别", "工作表", "行", "列", "列名", "内容", "问题", "怎样才对")
    for column, title in enumerate(titles):
        page.write_string(0, column, spoken(title), heading)
    for row, issue in enumerate(issues, start=1):
        texts = (
            spoken(issue.severity.label), issue.sheet, str(issue.row or ""), issue.column, issue.header, issue.value,
            spoken(issue.message), spoken(issue.hint),
        )  # fmt: skip
        for column, text in enumerate(texts):
            page.write_string(row, column, neutral(text))
    page.set_column(4, 7, 24)
    page.freeze_panes(1, 0)


def _copy(page: Any, sheet: Sheet, issues: list[Issue], formats: Mapping[Severity, Any], heading: Any) -> None:
    """Rows at their old numbers, so that what a person reads in the list is where it says."""
    wrong: dict[tuple[int, int], Severity] = {}
    reasons: dict[int, list[str]] = {}
    for issue in issues:
        reasons.setdefault(issue.row, []).append(_reason(issue))
        if issue.column:
            key = (issue.row, column_index(issue.column))
            wrong[key] = issue.severity if issue.severity is Severity.ERROR else wrong.get(key, issue.severity)
    for row in sheet.rows:
        for column in range(max(len(row.cells), 1)):
            severity = wrong.get((row.number, column))
            _write(page, row.number - 1, column, row.get(column), formats[severity] if severity else None)
    _write_missing(page, sheet.rows, wrong, formats)
    first_row = sheet.rows[0].number if sheet.rows else 1
    for number, texts in reasons.items():
        page.write_string(max(number, 1) - 1, sheet.width, neutral("；".join(texts))[:32_000])
    if first_row not in reasons:
        page.write_string(first_row - 1, sheet.width, spoken("导入问题"), heading)
    page.set_column(sheet.width, sheet.width, 60)


def _reason(issue: Issue) -> str:
    """``错误：E 列建筑面积：「一百」不是数字（填阿拉伯数字，不带单位）``, in the reader's language."""
    message = Phrase("{reason}（{what}）", reason=issue.message, what=issue.hint) if issue.hint else issue.message
    if issue.column:
        message = Phrase("{column} 列{header}：{reason}", column=issue.column, header=issue.header, reason=message)
    return spoken(Phrase("{what}：{reason}", what=issue.severity.label, reason=message))


def _write_missing(
    page: Any, rows: tuple[Row, ...], wrong: Mapping[tuple[int, int], Severity], formats: Mapping[Severity, Any]
) -> None:
    """Colours wrong cells that are empty and stand beyond their row's end."""
    lengths = {row.number: len(row.cells) for row in rows}
    for (number, column), severity in wrong.items():
        if column >= lengths.get(number, 0):
            page.write_blank(number - 1, column, None, formats[severity])


def _write(page: Any, row: int, column: int, raw: Raw, cell_format: Any) -> None:
    if raw is None:
        if cell_format is not None:
            page.write_blank(row, column, None, cell_format)
    elif isinstance(raw, Decimal) and abs(raw) < Decimal(10) ** 15:
        page.write_number(row, column, raw, cell_format)
    else:
        page.write_string(row, column, neutral(text_of(raw))[:32_000], cell_format)
