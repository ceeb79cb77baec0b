"""Inspections 巡检: what a round looks at, what it may find, and the rows of its sheet (product rows H6, I1). Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from wuyefei.foundation.kernel.dates import CHINA, parse_day
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.kernel.text import limited


class Sort(StrEnum):
    """What a round looks at, by the parts of a property-service contract (物业管理条例 2, 34)."""

    ORDER = "order"
    FACILITY = "facility"
    FIRE = "fire"
    CLEANING = "cleaning"
    GREEN = "green"


class Result(StrEnum):
    FINE = "fine"
    WRONG = "wrong"


Code = TypeVar("Code", Sort, Result)
SORT_NAMES: dict[Sort, str] = {
    Sort.ORDER: "秩序", Sort.FACILITY: "设施设备", Sort.FIRE: "消防", Sort.CLEANING: "保洁", Sort.GREEN: "绿化",
}  # fmt: skip
RESULT_NAMES: dict[Result, str] = {Result.FINE: "正常", Result.WRONG: "有问题"}
POINT, WHO, NOTE, WHY = 40, 20, 300, 200
"""Characters at most of a point, a name, what was found, and why a record does not hold."""
OLDEST = dt.timedelta(days=7)
"""How far back a round is written down by hand; a sheet may bring older ones."""
OLDEST_OF_SHEET = dt.timedelta(days=366 * 5)
SKEW = dt.timedelta(minutes=5)
MOST_ROWS = 5_000
"""Rows of one sheet."""
HEAD = ("日期", "时间", "楼栋", "点位", "类别", "巡检人", "结果", "情况")


class AlreadyNoted(DomainError):
    code = "inspection_known"
    message = "这个点位在 {at} 已经记过一次，没有再记。"


class Voided(DomainError):
    code = "inspection_voided"
    message = "这条巡检记录已经作废。"


@dataclass(frozen=True, slots=True)
class Round:
    """A look at one point as people give it. ``building``: its id, None for what belongs to the whole community; ``at`` a moment in
    China's zone."""

    building: int | None
    point: str
    sort: Sort
    at: dt.datetime
    who: str
    result: Result
    note: str = ""


def check_round(given: Round, now: dt.datetime, *, oldest: dt.timedelta = OLDEST) -> Round:
    """The round with its words tidied. Raises ``Invalid`` naming the field: no point, nobody, a moment ahead or too far back, or
    something wrong without saying what."""
    if given.at > now + SKEW:
        raise Invalid(field="时间", reason="不能在将来")
    if given.at < now - oldest:
        raise Invalid(field="时间", reason=Phrase("最多补记 {days} 天以前的", days=oldest.days))
    note = limited(given.note, "情况", NOTE)
    if given.result is Result.WRONG and not note:
        raise Invalid(field="情况", reason="有问题的写明是什么问题")
    return Round(
        given.building, limited(given.point, "点位", POINT, required=True), given.sort, given.at, limited(given.who, "巡检人", WHO, required=True),
        given.result, note,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the sheet: ``line`` as a spreadsheet counts, ``round`` what it says, ``wrong`` why it cannot be taken."""

    line: int
    point: str
    round: Round | None
    wrong: str = ""


def lines_of(rows: Sequence[Mapping[str, str]], buildings: Mapping[str, int], who: str, now: dt.datetime) -> list[Line]:
    """The rows of a sheet read; ``buildings`` ids by name, ``who`` where the row names nobody. Empty rows are skipped."""
    return list(_lines(rows, buildings, who, now))


def _lines(rows: Sequence[Mapping[str, str]], buildings: Mapping[str, int], who: str, now: dt.datetime) -> Iterator[Line]:
    seen: dict[tuple[int | None, str, Sort, dt.datetime], int] = {}
    for line, cells in enumerate(rows, start=2):
        if not any(cells.get(name, "").strip() for name in HEAD):
            continue
        point = cells.get("点位", "").strip()
        try:
            found = check_round(_round(cells, buildings, who), now, oldest=OLDEST_OF_SHEET)
        except Invalid as error:
            yield Line(line, point, None, error.text)
            continue
        key = (found.building, found.point, found.sort, found.at)
        if key in seen:
            yield Line(line, point, None, Phrase("和第 {line} 行是同一次", line=seen[key]))
            continue
        seen[key] = line
        yield Line(line, point, found)


def _round(cells: Mapping[str, str], buildings: Mapping[str, int], who: str) -> Round:
    name = cells.get("楼栋", "").strip()
    if name and name not in buildings:
        raise Invalid(field="楼栋", reason=Phrase("没有「{name}」，公共部位留空", name=name[:20]))
    day = parse_day(cells.get("日期", "").strip()[:10], "日期")
    return Round(
        buildings.get(name), cells.get("点位", ""), _one(cells.get("类别", ""), SORT_NAMES, "类别"), dt.datetime.combine(day, _time(cells.get("时间", "")), tzinfo=CHINA),
        cells.get("巡检人", "").strip() or who, _one(cells.get("结果", "") or RESULT_NAMES[Result.FINE], RESULT_NAMES, "结果"), cells.get("情况", ""),
    )  # fmt: skip


def _time(text: str) -> dt.time:
    """``9:05`` or ``09:05``; blank is midnight: the day alone is known. A spreadsheet's own time comes as 09:05:00."""
    text = text.strip().replace("T", " ").split(" ")[-1]
    if not text:
        return dt.time()
    parts = text.replace("：", ":").split(":")
    try:
        return dt.time(int(parts[0]), int(parts[1]))
    except (ValueError, IndexError) as error:
        raise Invalid(field="时间", reason="应如 09:30") from error


def _one(text: str, names: Mapping[Code, str], label: str) -> Code:
    found = next((code for code, name in names.items() if text.strip() in (name, code.value)), None)
    if found is None:
        raise Invalid(field=label, reason=Phrase("应为{names}之一", names="、".join(names.values())))
    return found
