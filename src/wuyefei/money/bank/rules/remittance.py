"""A remittance advice 汇款清单: which homes one transfer pays for, and how much each (product row D1). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.kernel.money import parse_yuan

from .layouts import CODE_WORDS, FEN_WORDS, FOOTERS, PLACE_WORDS

MOST_ROWS = 500


class ListRefused(DomainError):
    """The whole list is refused, naming the row."""

    code = "remittance_refused"
    message = "清单第 {row} 行：{reason}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the list; ``place`` is empty where the list does not say the community."""

    number: int
    place: str
    code: str
    amount_fen: int

    def line(self) -> str:
        """As it stands in the box that a person may correct."""
        return "\t".join((self.place, self.code, f"{self.amount_fen // 100}.{self.amount_fen % 100:02d}"))


def read_list(rows: Iterable[tuple[int, Sequence[str]]]) -> list[Entry]:
    """The rows of a list, with or without a header: place, code, amount, or code and amount. Blank rows and totals are none.

    Raises ``ListRefused`` naming the row, and ``Invalid`` for an empty list or too many rows.
    """
    found: list[Entry] = []
    columns: tuple[int, int, int] | None = None
    for number, cells in rows:
        texts = [cell.strip() for cell in cells]
        if not any(texts) or texts[0].startswith(FOOTERS):
            continue
        header = _columns(texts)
        if header is not None:
            columns = header
            continue
        found.append(_entry(number, texts, columns or ((0, 1, 2) if len(texts) > 2 else (-1, 0, 1))))
    if not found:
        raise Invalid(field="清单", reason="没有一行，每行写项目、房号、金额")
    if len(found) > MOST_ROWS:
        raise Invalid(field="清单", reason=Phrase("有 {count} 行，最多 {most} 行", count=len(found), most=MOST_ROWS))
    _once(found)
    return found


def _columns(texts: Sequence[str]) -> tuple[int, int, int] | None:
    places = [next((texts.index(word) for word in words if word in texts), -1) for words in (PLACE_WORDS, CODE_WORDS, FEN_WORDS)]
    return (places[0], places[1], places[2]) if places[1] >= 0 and places[2] >= 0 else None


def _entry(number: int, texts: Sequence[str], columns: tuple[int, int, int]) -> Entry:
    place, code, money = (texts[at] if 0 <= at < len(texts) else "" for at in columns)
    if not code:
        raise ListRefused(row=number, reason=Phrase("没有房号"))
    if not money:
        raise ListRefused(row=number, reason=Phrase("缺金额，每行写项目、房号、金额"))
    try:
        fen = parse_yuan(money)
    except Invalid as error:
        raise ListRefused(row=number, reason=Phrase("「{text}」不是金额", text=money[:20])) from error
    if fen <= 0:
        raise ListRefused(row=number, reason=Phrase("金额应大于 0"))
    return Entry(number, place[:60], code[:40], fen)


def _once(entries: Sequence[Entry]) -> None:
    seen: dict[tuple[str, str], int] = {}
    for one in entries:
        if (one.place, one.code) in seen:
            raise ListRefused(row=one.number, reason=Phrase("与第 {other} 行是同一处，请合并", other=seen[one.place, one.code]))
        seen[one.place, one.code] = one.number


def split_text(text: str) -> list[tuple[int, list[str]]]:
    """What was pasted: cells apart by tabs, commas or blanks."""
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        mark = "\t" if "\t" in line else "," if "," in line.replace("，", ",") else None
        cells = line.replace("，", ",").split(mark) if mark == "," else line.split(mark)
        rows.append((number, [cell.strip() for cell in cells]))
    return rows
