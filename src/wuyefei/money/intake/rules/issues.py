"""What was found wrong or worth knowing while reading: where it stands, what it is, and what would be right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """``ERROR`` keeps its row out of the plan, ``WARNING`` leaves out or corrects one cell, ``INFO`` only tells."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def label(self) -> str:
        return {"error": "错误", "warning": "提醒", "info": "说明"}[self.value]


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding. ``row`` is the row number a person sees (0: the whole sheet), ``column`` its letter or empty.

    ``sensitive`` marks a value that is personal data (mobile or identity number): mask it where it is kept.
    """

    severity: Severity
    code: str
    sheet: str
    row: int
    column: str
    header: str
    value: str
    message: str
    hint: str
    sensitive: bool = False

    @property
    def place(self) -> str:
        """``「房屋信息」第 7 行 G 列（业主编号）``."""
        parts = [f"「{self.sheet}」"] if self.sheet else []
        if self.row:
            parts.append(f"第 {self.row} 行")
        if self.column:
            parts.append(f"{self.column} 列")
        header = f"（{self.header}）" if self.header else ""
        return " ".join(parts) + header


@dataclass(frozen=True, slots=True)
class IssueGroup:
    """Issues alike in everything but the row: ``count`` of them, the first rows named."""

    first: Issue
    count: int
    rows: tuple[int, ...]


def group_issues(issues: Iterable[Issue], rows_shown: int = 10) -> tuple[IssueGroup, ...]:
    """Alike issues (same code, sheet, column, value) together, errors first, otherwise in the order found."""
    found: dict[tuple[str, ...], list[Issue]] = {}
    for issue in issues:
        key = (issue.severity.value, issue.code, issue.sheet, issue.column, issue.value)
        found.setdefault(key, []).append(issue)
    groups = [
        IssueGroup(alike[0], len(alike), tuple(one.row for one in alike[:rows_shown])) for alike in found.values()
    ]
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
    return tuple(sorted(groups, key=lambda group: order[group.first.severity]))


@dataclass(slots=True)
class Findings:
    """Collects issues while a workbook is read."""

    issues: list[Issue] = field(default_factory=list)

    def add(
        self,
        severity: Severity,
        code: str,
        message: str,
        hint: str = "",
        *,
        sheet: str = "",
        row: int = 0,
        column: str = "",
        header: str = "",
        value: str = "",
        sensitive: bool = False,
    ) -> None:
        """Notes one issue; the value is cut to 80 characters."""
        self.issues.append(
            Issue(severity, code, sheet, row, column, header, value[:80], message, hint, sensitive)
        )
