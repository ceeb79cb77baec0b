"""Reads the cells of one row by the name of their column, noting what is wrong as it goes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

from wuyefei.foundation.kernel.errors import Phrase

from . import cells
from .cells import BadCell, text_of
from .issues import Findings, Severity
from .reader import Raw, Row, Sheet
from .xlsx import column_letter

T = TypeVar("T")
_ERROR_TEXTS = frozenset({"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!"})


class RowReader:
    """One row. ``failed`` turns true with the first error: such a row gives nothing to the plan."""

    def __init__(
        self, findings: Findings, sheet: Sheet, row: Row, columns: Mapping[Hashable, int], headers: Mapping[int, str]
    ) -> None:
        self.findings, self.sheet, self.row = findings, sheet, row
        self.columns, self.headers = columns, headers
        self.failed = False
        self._marked = bool(sheet.errors or sheet.formulas)

    def has(self, name: Hashable) -> bool:
        """Whether the sheet has this column at all."""
        return name in self.columns

    def raw(self, name: Hashable) -> Raw:
        """The cell, or None for a missing column or a blank."""
        column = self.columns.get(name)
        raw = self.row.get(column) if column is not None else None
        return None if cells.is_blank(raw) else raw

    def text(self, name: Hashable) -> str:
        return text_of(self.raw(name))

    def note(
        self, severity: Severity, code: str, name: Hashable, message: str, hint: str = "", *, sensitive: bool = False
    ) -> None:
        """One issue at the cell of that column, or at the row where ``name`` is None."""
        column = self.columns.get(name) if name is not None else None
        value = text_of(self.row.get(column)) if column is not None else ""
        if severity is Severity.ERROR:
            self.failed = True
        self.findings.add(
            severity, code, message, hint,
            sheet=self.sheet.name, row=self.row.number,
            column=column_letter(column) if column is not None else "",
            header=self.headers.get(column, "") if column is not None else "",
            value=value, sensitive=sensitive,
        )  # fmt: skip

    def error(self, code: str, name: Hashable, message: str, hint: str = "") -> None:
        self.note(Severity.ERROR, code, name, message, hint)

    def warn(self, code: str, name: Hashable, message: str, hint: str = "") -> None:
        self.note(Severity.WARNING, code, name, message, hint)

    def read(
        self,
        name: Hashable,
        convert: Callable[[Raw], T],
        *,
        required: bool = False,
        soft: bool = False,
        sensitive: bool = False,
    ) -> T | None:
        """The converted cell; None when blank or wrong. Wrong is an error, or with ``soft`` a warning."""
        column = self.columns.get(name)
        if column is None:
            if required:
                self.error("required", name, "必填，却是空的", "补上内容")
            return None
        raw = self.row.get(column)
        if (self._marked or (isinstance(raw, str) and "#" in raw)) and self._is_unreadable(name, column, raw):
            return None
        if raw is None or cells.is_blank(raw):
            if required:
                self.error("required", name, "必填，却是空的", "补上内容")
            return None
        if soft and isinstance(raw, str) and text_of(raw) in cells.NO_DATA:
            self.note(Severity.INFO, "no_data", name, "写的是没有数据，按空处理")
            return None
        try:
            return convert(raw)
        except BadCell as bad:
            severity = Severity.WARNING if soft else Severity.ERROR
            message = Phrase("{reason}，该格按空处理", reason=bad.reason) if soft else bad.reason
            self.note(severity, bad.code, name, message, bad.hint, sensitive=sensitive)
            return None

    def _is_unreadable(self, name: Hashable, column: int, raw: Raw) -> bool:
        """An error's value, or a formula without a stored result or written as text in a CSV: noted as an error."""
        place = (self.row.number, column)
        if place in self.sheet.errors or (isinstance(raw, str) and raw.strip().upper() in _ERROR_TEXTS):
            self.error("error_value", name, "公式结果是错误值", "改正公式，或填写具体内容")
            return True
        if place in self.sheet.formulas and (raw is None or (isinstance(raw, str) and raw.startswith("="))):
            self.error("formula", name, "是公式，没有算出的值", "复制后「选择性粘贴为数值」，或填写具体内容")
            return True
        return False
