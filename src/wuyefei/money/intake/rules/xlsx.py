"""The guards of a zipped workbook: sizes are checked in the zip directory, every part is unzipped under a cap,
and only what was checked is handed to the spreadsheet reader.

The reader lays a sheet out as a dense box, so one cell far away would cost gigabytes: positions are scanned first.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from xml.etree import ElementTree

from .limits import Limits, UploadRefused

_CELL = re.compile(
    rb"<(?:\w+:)?c((?:\s+[\w:.\-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*(/?)>(\s*<(?:\w+:)?f[\s/>])?"
)
_PLAIN_CELL = re.compile(rb"<c r=\"([A-Z]{1,3})([0-9]{1,7})\"(?: s=\"[0-9]+\")?(?: t=\"(?:s|n|b|str|inlineStr)\")?>")
_BLANK_CELL = re.compile(rb"<c r=\"[A-Z]{1,3}[0-9]{1,7}\"(?: s=\"[0-9]+\")?/>")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_PIECE = 4 * 1024 * 1024
"""So many bytes of a sheet are looked over at a time: the places of all its cells at once would take much memory."""
_LOOSE_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_REFERENCE = re.compile(rb"(?:^|\s)r\s*=\s*[\"']([^\"']*)[\"']")
_ERROR_TYPE = re.compile(rb"(?:^|\s)t\s*=\s*[\"']e[\"']")
_ADDRESS = re.compile(rb"([A-Z]{1,3})([0-9]{1,7})")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(slots=True)
class SheetMarks:
    """Where a sheet's formulas and error values stand, as (row, column) counted from 1 and 0."""

    formulas: set[tuple[int, int]] = field(default_factory=set)
    errors: set[tuple[int, int]] = field(default_factory=set)


def column_index(letters: str) -> int:
    """``A`` → 0, ``AA`` → 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def column_letter(index: int) -> str:
    """0 → ``A``, 26 → ``AA``."""
    letters, index = "", index + 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def unpack(data: bytes, limits: Limits) -> tuple[bytes, dict[str, SheetMarks]]:
    """A checked copy of the workbook, stored uncompressed, and the marks of each sheet by its name."""
    parts = _checked_parts(data, limits)
    paths = _sheet_paths(parts)
    if len(paths) > limits.max_sheets:
        raise UploadRefused("too_many_sheets", "工作表有 {n} 张，最多 {cap} 张。", n=len(paths), cap=limits.max_sheets)
    marks = {name: _scan(name, parts.get(path, b""), limits) for name, path in paths.items()}
    for path, part in parts.items():
        if path.startswith("xl/worksheets/") and path not in paths.values():
            _scan(path, part, limits)
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as out:
        for path, part in parts.items():
            out.writestr(path, part)
    return copy.getvalue(), marks


def _checked_parts(data: bytes, limits: Limits) -> dict[str, bytes]:
    """The parts a reader needs, each unzipped only after the directory's sums passed."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_directory(entries, limits)
            names = {entry.filename for entry in entries}
            _check_is_xlsx(names)
            return {
                entry.filename: _read(archive, entry)
                for entry in entries
                if not entry.is_dir() and not entry.filename.startswith("xl/media/")
            }
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, OSError, ValueError, KeyError) as error:
        raise UploadRefused("broken_zip", "文件已损坏，打不开。请用表格软件打开后另存为 xlsx 再上传。") from error


def _check_directory(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    unzipped = sum(entry.file_size for entry in entries)
    zipped = max(1, sum(entry.compress_size for entry in entries))
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise UploadRefused("password", "文件设了打开密码，请去掉密码后再上传。")
    if len(entries) > limits.max_parts or len({entry.filename for entry in entries}) < len(entries):
        raise UploadRefused("zip_parts", "压缩包里的部件过多或重名，不是正常的工作簿。")
    if unzipped > limits.max_unzipped:
        raise UploadRefused(
            "zip_bomb", "文件解开后有 {size} MB，超过 {cap} MB，未打开。",
            size=unzipped >> 20, cap=limits.max_unzipped >> 20,
        )  # fmt: skip
    if unzipped > limits.ratio_free_below and unzipped > zipped * limits.max_ratio:
        raise UploadRefused("zip_bomb", "文件解开后是原来的 {ratio} 倍，不像正常的工作簿，未打开。", ratio=unzipped // zipped)


def _check_is_xlsx(names: set[str]) -> None:
    if "xl/workbook.xml" in names:
        return
    if "xl/workbook.bin" in names or "content.xml" in names:
        raise UploadRefused("other_format", "请用表格软件另存为 xlsx 再上传。")
    raise UploadRefused("not_a_spreadsheet", "这是压缩包，不是工作簿。请上传 xlsx 或 CSV。")


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """One part; the directory's size is a hard cap, whatever the compressed stream would give."""
    try:
        with archive.open(entry) as stream:
            part = stream.read(entry.file_size + 1)
    except (zlib.error, RuntimeError) as error:
        raise UploadRefused("broken_zip", "文件已损坏，打不开。请用表格软件打开后另存为 xlsx 再上传。") from error
    if len(part) != entry.file_size:
        raise UploadRefused("broken_zip", "文件已损坏：部件大小与目录不符。")
    return part


def _sheet_paths(parts: dict[str, bytes]) -> dict[str, str]:
    """Sheet name → path of its part."""
    book = parts["xl/workbook.xml"]
    relations = parts.get("xl/_rels/workbook.xml.rels", b"")
    for part in (book, relations):
        if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
            raise UploadRefused("broken_xml", "文件结构不正常，未打开。")
    try:
        targets = {node.get("Id", ""): node.get("Target", "") for node in ElementTree.fromstring(relations)}
        sheets = [node for node in ElementTree.fromstring(book).iter() if node.tag.endswith("}sheet")]
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise UploadRefused("broken_xml", "文件结构不正常，请用表格软件打开后另存为 xlsx 再上传。") from error
    paths = {}
    for node in sheets:
        target = targets.get(node.get(_RELATION, ""), "")
        paths[node.get("name", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return paths


def _scan(name: str, xml: bytes, limits: Limits) -> SheetMarks:
    """Formulas and error values of one sheet; refuses a sheet whose box of cells would be too large."""
    if b"\x00" in xml[:200] or b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise UploadRefused("broken_xml", "工作表「{sheet}」的结构不正常，未打开。", sheet=name)
    box = _plain_box(xml)
    if box is not None:
        check_box(name, *box, limits)
        return SheetMarks()
    marks, rows, columns, matched = SheetMarks(), 0, 0, 0
    seen: dict[bytes, int] = {}
    for cell in _CELL.finditer(xml):
        matched += 1
        attributes, closed, formula = cell.groups()
        reference = _REFERENCE.search(attributes)
        if closed or reference is None:
            continue
        address = _ADDRESS.fullmatch(reference[1])
        if address is None:
            raise UploadRefused("broken_xml", "工作表「{sheet}」有无法识别的单元格地址，未打开。", sheet=name)
        letters, row = address[1], int(address[2])
        column = seen.get(letters)
        if column is None:
            column = seen[letters] = column_index(letters.decode())
        rows, columns = max(rows, row), max(columns, column + 1)
        if formula:
            marks.formulas.add((row, column))
        if b"e" in attributes and _ERROR_TYPE.search(attributes):
            marks.errors.add((row, column))
    if matched != len(_LOOSE_CELL.findall(xml)):
        raise UploadRefused("broken_xml", "工作表「{sheet}」的结构不正常，未打开。", sheet=name)
    check_box(name, rows, columns, limits)
    return marks


def _plain_box(xml: bytes) -> tuple[int, int] | None:
    """Rows and columns of a sheet in which every cell is written as spreadsheet programs write it and none is a formula or an
    error: what ``_scan`` would find, several times sooner. None where anything is otherwise."""
    if _FORMULA.search(xml):
        return None
    rows, columns, start = 0, 0, 0
    while start < len(xml):
        end = xml.find(b"<row", start + _PIECE)
        piece = xml[start : end if end >= 0 else len(xml)]
        cells = _PLAIN_CELL.findall(piece)
        if len(cells) + len(_BLANK_CELL.findall(piece)) != len(_LOOSE_CELL.findall(piece)):
            return None
        rows = max(rows, max((int(row) for row in {row for _, row in cells}), default=0))
        columns = max(columns, max((column_index(letters.decode()) + 1 for letters in {letters for letters, _ in cells}), default=0))
        start += len(piece)
    return rows, columns


def check_box(name: str, rows: int, columns: int, limits: Limits) -> None:
    """Refuses a sheet of too many rows, columns or cells."""
    if rows > limits.max_rows:
        raise UploadRefused("too_many_rows", "工作表「{sheet}」有 {n} 行，最多 {cap} 行，请拆开上传。", sheet=name, n=rows, cap=limits.max_rows)
    if columns > limits.max_columns:
        raise UploadRefused("too_many_columns", "工作表「{sheet}」有 {n} 列，最多 {cap} 列。", sheet=name, n=columns, cap=limits.max_columns)
    if rows * columns > limits.max_cells:
        raise UploadRefused("too_many_cells", "工作表「{sheet}」过大（{rows} 行 × {columns} 列），请拆开上传。", sheet=name, rows=rows, columns=columns)
