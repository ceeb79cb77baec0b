"""The turnover table 营业额表: a row a shop and month, filled in elsewhere and taken back whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.foundation.platform.tables import TableRefused, read_table

from .rules import MOST_ROWS, DeclaredRow

HEAD = ("房号", "月份", "营业额（元）", "备注")
CODE, MONTH, AMOUNT, NOTE = HEAD


@dataclass(frozen=True, slots=True)
class Typed:
    """A row with a figure: ``line`` as a spreadsheet counts; ``row`` is None where ``wrong`` says why it cannot be taken."""

    line: int
    code: str
    row: DeclaredRow | None
    wrong: str = ""


def typed(name: str, content: bytes, leases: Mapping[tuple[str, Month], int], codes: frozenset[str]) -> list[Typed]:
    """The rows that hold a turnover; those left empty are skipped. ``leases``: by code and month; ``codes``: every
    property with a lease. Raises ``TableRefused``."""
    rows = read_table(name, content, (CODE, MONTH, AMOUNT))
    found = [_row(line, cells, leases, codes) for line, cells in enumerate(rows, start=2) if cells.get(AMOUNT, "")]
    if not found:
        raise TableRefused(reason="没有填「营业额」的行")
    if len(found) > MOST_ROWS:
        raise TableRefused(reason="行数太多，请分几次")
    return found


def months_of(name: str, content: bytes) -> set[Month]:
    """The months that a table speaks of, those that are none left out."""
    found = set()
    for cells in read_table(name, content, (CODE, MONTH, AMOUNT)):
        try:
            found.add(month_of(cells.get(MONTH, "")))
        except Invalid:
            continue
    return found


def month_of(text: str) -> Month:
    """``2026-09``, ``2026/9``, ``2026年9月`` or a day of it. Raises ``Invalid``."""
    plain = text.replace("年", "-").replace("月", "").replace("/", "-").replace(".", "-").strip("-")
    parts = plain.split("-")
    return Month.parse(f"{parts[0]}-{parts[1]:0>2}" if len(parts) > 1 else plain)


def _row(line: int, cells: Mapping[str, str], leases: Mapping[tuple[str, Month], int], codes: frozenset[str]) -> Typed:
    code = cells.get(CODE, "").lstrip("'")
    try:
        month, amount = month_of(cells.get(MONTH, "")), parse_yuan(cells[AMOUNT], AMOUNT)
    except Invalid as error:
        return Typed(line, code, None, error.text)
    lease = leases.get((code, month))
    if lease is None:
        return Typed(line, code, None, "这个月没有带营业额分成的租约" if code in codes else "没有带营业额分成的租约")
    return Typed(line, code, DeclaredRow(lease, month, amount, cells.get(NOTE, "")))
