"""The one entry: bytes of an upload to a plan, and the description of its columns for mapping by hand."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from wuyefei.foundation.kernel.errors import Phrase

from .builder import Builder
from .cells import is_blank, text_of
from .headers import Field, find_header, read_header
from .issues import Severity
from .limits import Limits, UploadRefused
from .options import Options
from .peer import read_peer, recognised
from .plain import read_plain
from .plainmap import guess_by_content, prepare
from .plan import ImportPlan
from .reader import Sheet, Workbook, read_upload
from .xlsx import column_letter


@dataclass(frozen=True, slots=True)
class ColumnInfo:
    """One column for the mapping page. ``samples`` are the first distinct values below the header."""

    index: int
    letter: str
    header: str
    samples: tuple[str, ...]
    guess: Field | None


@dataclass(frozen=True, slots=True)
class SheetColumns:
    """A sheet for the mapping page. ``is_peer``: the whole workbook is recognised and needs no mapping."""

    sheet: str
    header_row: int
    rows: int
    is_peer: bool
    columns: tuple[ColumnInfo, ...]


def build_plan(
    name: str,
    data: bytes,
    *,
    mapping: Mapping[int, Field | None] | None = None,
    today: dt.date,
    options: Options | None = None,
    limits: Limits | None = None,
) -> ImportPlan:
    """What the upload would create. ``mapping`` (column from 0 → field) replaces every guess on a plain sheet.

    Raises ``UploadRefused`` when the file as a whole cannot be read.
    """
    return build_plan_from(read_upload(name, data, limits), mapping=mapping, today=today, options=options)


def build_plan_from(
    workbook: Workbook,
    *,
    mapping: Mapping[int, Field | None] | None = None,
    today: dt.date,
    options: Options | None = None,
) -> ImportPlan:
    """``build_plan`` for a workbook already read."""
    chosen = options or Options()
    peers = () if mapping is not None else recognised(workbook)
    builder = Builder(workbook.name, "peer" if peers else "plain", today, chosen)
    builder.community_hint = _community_hint(workbook.name)
    if peers:
        read_peer(builder, peers, workbook)
    else:
        _read_plain_sheets(builder, workbook, mapping, chosen)
    for sheet in workbook.sheets:
        _note_formulas(builder, sheet)
    return builder.plan()


def _read_plain_sheets(
    builder: Builder, workbook: Workbook, mapping: Mapping[int, Field | None] | None, options: Options
) -> None:
    """Every visible sheet with headers; with a mapping, only the one it was made for."""
    sheets = [sheet for sheet in workbook.sheets if sheet.rows and not sheet.hidden]
    if options.sheet is not None:
        sheets = [sheet for sheet in workbook.sheets if sheet.name == options.sheet]
    elif mapping is not None:
        sheets = sheets[:1]
    read = 0
    for sheet in sheets:
        prepared = prepare(builder, sheet, mapping, options)
        if prepared is None:
            builder.ignore(sheet.name, "没有找到表头，未读", len(sheet.rows))
            continue
        read_plain(builder, prepared)
        read += 1
    for sheet in workbook.sheets:
        if sheet.hidden and sheet not in sheets and sheet.rows:
            builder.ignore(sheet.name, "隐藏的工作表，未读", len(sheet.rows))
    if not read:
        raise UploadRefused("no_header", "没有找到表头。表头要有「房号」「建筑面积」等列名，也可以手工指定各列。")


def _note_formulas(builder: Builder, sheet: Sheet) -> None:
    """A formula's last result was read as its value; that is said, because the result may be stale."""
    rows = {row.number: row for row in sheet.rows}
    found = []
    for row, column in sorted(sheet.formulas):
        raw = rows[row].get(column) if row in rows else None
        if raw is not None and not (isinstance(raw, str) and raw.startswith("=")):
            found.append((row, column, text_of(raw)))
    for row, column, value in found[:100]:
        builder.findings.add(
            Severity.WARNING, "formula", "是公式，读的是它上次算出的值", "复制后「选择性粘贴为数值」",
            sheet=sheet.name, row=row, column=column_letter(column), value=value,
        )  # fmt: skip
    if len(found) > 100:
        builder.findings.add(
            Severity.WARNING, "formula", Phrase("还有 {difference} 个公式格", difference=len(found) - 100), "复制后「选择性粘贴为数值」", sheet=sheet.name
        )


def _community_hint(file_name: str) -> str:
    """A Chinese file name without its usual words, offered as the community's name."""
    stem = PurePath(file_name).stem
    text = re.sub(r"(房屋|业主|房产|资产|信息|资料|台账|清单|导入|模板|明细|表|数据|欠费|期初|\d|[_\-()（）\s])", "", stem)
    return text[:40] if re.search(r"[\u4e00-\u9fff]{2,}", text) else ""


def describe_columns(
    name: str, data: bytes, *, header_row: int | None = None, limits: Limits | None = None
) -> tuple[SheetColumns, ...]:
    """Headers, samples and guesses of each sheet, for the page where columns are mapped by hand.

    ``header_row`` (from 1) replaces the guess where the headers stand.
    """
    workbook = read_upload(name, data, limits)
    is_peer = bool(recognised(workbook))
    return tuple(_describe(sheet, is_peer, header_row) for sheet in workbook.sheets if sheet.rows)


def _describe(sheet: Sheet, is_peer: bool, header_row: int | None) -> SheetColumns:
    chosen = next((row for row in sheet.rows if row.number == header_row), None)
    header = read_header(chosen) if chosen else find_header(sheet) or read_header(sheet.rows[0])
    below = [row for row in sheet.rows if row.number > header.number]
    columns = []
    for index in range(sheet.width):
        found: dict[str, None] = {}
        for row in below[:500]:
            raw = row.get(index)
            if not is_blank(raw):
                found.setdefault(text_of(raw)[:40])
            if len(found) >= 8:
                break
        samples = tuple(found)
        if not header.text(index) and not samples:
            continue
        guessed = guess_by_content(header.text(index), list(samples))
        columns.append(ColumnInfo(index, column_letter(index), header.text(index), samples[:5], guessed))
    return SheetColumns(sheet.name, header.number, len(below), is_peer, tuple(columns))
