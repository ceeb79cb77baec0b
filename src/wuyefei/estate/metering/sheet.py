"""The readings sheet 抄表单: a workbook or text file with a row a meter, filled in elsewhere and taken back whole.

A row is found by its meter's number. Nothing is written where a row is wrong: each is named with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.platform.tables import TableRefused, read_table

HEAD = ("房号", "表号", "上次读数", "上次日期", "本次读数", "过满度", "备注")
NUMBER, VALUE, ROLLED, NOTE = HEAD[1], HEAD[4], HEAD[5], HEAD[6]
YES = ("是", "y", "yes", "1", "true", "√")


@dataclass(frozen=True, slots=True)
class Typed:
    """A row of the sheet with a figure: ``line`` as a spreadsheet counts, ``wrong`` why it cannot be taken."""

    line: int
    number: str
    value: Decimal
    rolled: bool
    note: str
    wrong: str = ""


def typed(name: str, content: bytes) -> list[Typed]:
    """The rows that hold a reading now; those left empty are skipped. Raises ``TableRefused``."""
    rows = read_table(name, content, (NUMBER, VALUE))
    found = list(_typed(rows))
    if not found:
        raise TableRefused(reason="没有填「本次读数」的行")
    return found


def _typed(rows: Sequence[Mapping[str, str]]) -> Iterator[Typed]:
    seen: set[str] = set()
    for line, cells in enumerate(rows, start=2):
        text = cells.get(VALUE, "")
        if not text:
            continue
        number = cells.get(NUMBER, "").lstrip("'")
        try:
            value, wrong = Decimal(text.replace(",", "")), ""
            if not value.is_finite():
                raise InvalidOperation
        except InvalidOperation:
            value, wrong = Decimal(0), Phrase("「{text}」不是读数", text=text[:20])
        if number in seen:
            wrong = "同一块表写了两行"
        seen.add(number)
        yield Typed(line, number, value, cells.get(ROLLED, "").lower() in YES, cells.get(NOTE, ""), wrong)
