"""The row-by-row preview: each row that was read, as it came, with what is wrong about it; personal data masked."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.text import mask_identity, mask_mobile

from .cells import text_of
from .headers import find_header, read_header
from .issues import Issue, Severity
from .plan import ImportPlan
from .reader import Sheet, Workbook
from .xlsx import column_index

OK, ERROR, DUPLICATE, WARNING = "ok", "error", "dup", "warn"
DUPLICATES = frozenset(
    {"duplicate_row", "conflicting_duplicate", "duplicate_number", "space_twice", "plate_twice", "already_there"}
)
COLUMNS = 12
_MOBILE, _IDENTITY = re.compile("手机|电话|联系方式|mobile|phone", re.IGNORECASE), re.compile("身份证|证件|信用代码")


@dataclass(frozen=True, slots=True)
class RowView:
    """One row: ``cells`` under the sheet's headers, ``bad`` their positions that are wrong, ``reasons`` in words."""

    number: int
    result: str
    cells: tuple[str, ...]
    bad: tuple[int, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SheetView:
    name: str
    headers: tuple[str, ...]
    rows: tuple[RowView, ...]


def row_table(workbook: Workbook, plan: ImportPlan, issues: tuple[Issue, ...]) -> tuple[SheetView, ...]:
    """Every row that gave something to the plan or has an issue; explanations and blank rows stay out."""
    told: dict[tuple[str, int], list[Issue]] = defaultdict(list)
    for issue in issues:
        if issue.row:
            told[issue.sheet, issue.row].append(issue)
    used = _sources(plan)
    views = [_sheet(sheet, told, used) for sheet in workbook.sheets]
    return tuple(view for view in views if view.rows)


def _sources(plan: ImportPlan) -> set[tuple[str, int]]:
    kinds = (
        plan.buildings, plan.entrances, plan.properties, plan.people, plan.ties, plan.parking_spaces, plan.vehicles,
        plan.tariffs, plan.contract_lines, plan.meters, plan.opening_arrears, plan.opening_prepayments,
        plan.payment_memos,
    )  # fmt: skip
    return {(one.source.sheet, one.source.row) for kind in kinds for one in kind}


def _sheet(sheet: Sheet, told: dict[tuple[str, int], list[Issue]], used: set[tuple[str, int]]) -> SheetView:
    rows = [row for row in sheet.rows if (sheet.name, row.number) in used or (sheet.name, row.number) in told]
    if not rows:
        return SheetView(sheet.name, (), ())
    header = find_header(sheet) or read_header(sheet.rows[0])
    marked = {column_index(issue.column) for row in rows for issue in told.get((sheet.name, row.number), ()) if issue.column}
    wanted = [column for column in range(sheet.width) if header.text(column)]
    shown = sorted([c for c in wanted if c in marked][:COLUMNS] + [c for c in wanted if c not in marked][: max(0, COLUMNS - len(marked))])
    headers = tuple(header.text(column)[:12] for column in shown)
    views = []
    for row in rows:
        if row.number == header.number:
            continue
        found = told.get((sheet.name, row.number), [])
        wrong = {column_index(issue.column) for issue in found if issue.column and issue.severity is not Severity.INFO}
        cells = tuple(_masked(header.text(column), text_of(row.get(column))[:40]) for column in shown)
        bad = tuple(position for position, column in enumerate(shown) if column in wrong)
        views.append(RowView(row.number, _result(found), cells, bad, tuple(_reason(issue) for issue in found)))
    return SheetView(sheet.name, headers, tuple(views))


def _result(found: list[Issue]) -> str:
    """The gravest: an error keeps the row out, a duplicate is passed over, a warning only tells."""
    if any(issue.severity is Severity.ERROR for issue in found):
        return ERROR
    if any(issue.code in DUPLICATES and issue.severity is Severity.WARNING for issue in found):
        return DUPLICATE
    return WARNING if any(issue.severity is Severity.WARNING for issue in found) else OK


def _reason(issue: Issue) -> str:
    message = shown_message(issue)
    if issue.hint:
        message = Phrase("{reason}（{what}）", reason=message, what=issue.hint)
    return Phrase("{header}：{reason}", header=issue.header, reason=message) if issue.header else message


def _masked(header: str, text: str) -> str:
    if _MOBILE.search(header):
        return mask_mobile(text) if len(text) >= 8 else text
    if _IDENTITY.search(header):
        return mask_identity(text) if len(text) >= 8 else text
    return text


def shown_value(issue: Issue) -> str:
    """The value of an issue as pages may show it."""
    return mask_identity(issue.value) if issue.sensitive and len(issue.value) >= 8 else issue.value


def shown_message(issue: Issue) -> str:
    """The message of an issue without the number it may quote."""
    if not (issue.sensitive and issue.value):
        return issue.message
    return _hidden(issue.message, issue.value, shown_value(issue))


def _hidden(text: str, secret: str, shown: str) -> str:
    if not isinstance(text, Phrase):
        return text.replace(secret, shown)
    facts = {name: _hidden(value, secret, shown) if isinstance(value, str) else value for name, value in text.facts.items()}
    return Phrase(text.pattern, **facts)
