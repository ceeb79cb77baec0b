"""CSV as it really arrives: UTF-8 with or without a mark, GB18030, UTF-16; comma, semicolon, tab or bar."""

from __future__ import annotations

import codecs
import csv
import io
import re

from .limits import Limits, UploadRefused

_CONTROLS = re.compile("[\x01-\x08\x0b\x0e-\x1f\x7f-\x9f\ufffd]")
"""What stands in no text: control characters but tab, line ends and page breaks, and the mark of what could not be read."""
_DELIMITERS = ",\t;|，"


def decode(data: bytes) -> str:
    """The text of a CSV; raises ``UploadRefused`` for bytes that are no text in any of the encodings."""
    text = _decoded(data)
    if "\x00" in text:
        raise UploadRefused("nul_bytes", "文件里有空字节（NUL），不是正常的文本。请重新导出为 CSV 或 xlsx。")
    controls = len(_CONTROLS.findall(text))
    if controls > max(3, len(text) // 1000):
        raise UploadRefused("not_a_spreadsheet", "这不是表格文件。请上传 xlsx、xls 或 CSV。")
    return text


def _decoded(data: bytes) -> str:
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return data.decode("utf-16")
        if data.startswith(codecs.BOM_UTF8):
            return data.decode("utf-8-sig")
        wide = _unmarked_utf16(data)
        if wide:
            return data.decode(wide)
    except UnicodeDecodeError as error:
        raise UploadRefused("encoding", "文件的文字编码有错，读不出来。请另存为 UTF-8 的 CSV 或 xlsx。") from error
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UploadRefused("encoding", "看不出文件的文字编码（试过 UTF-8、GB18030、UTF-16）。请另存为 UTF-8 的 CSV 或 xlsx。")


def _unmarked_utf16(data: bytes) -> str:
    """UTF-16 without its mark shows as zero bytes on one side of the ASCII characters."""
    head = data[:4000]
    if len(data) % 2 or head.count(0) < max(2, len(head) // 10):
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 4 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 4 * odd else ""


def parse(text: str, limits: Limits) -> list[list[str]]:
    """Records in order, blank ones kept so that the position is the row a person sees."""
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        delimiter, text = first.strip()[4], "\n" + rest
    else:
        delimiter = _delimiter(text)
    rows: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(record)
            if len(rows) > limits.max_rows:
                raise UploadRefused("too_many_rows", "文件超过 {cap} 行，请拆开上传。", cap=limits.max_rows)
            if len(record) > limits.max_columns:
                raise UploadRefused("too_many_columns", "第 {row} 行有 {n} 列，最多 {cap} 列。", row=len(rows), n=len(record), cap=limits.max_columns)
    except csv.Error as error:
        raise UploadRefused("broken_csv", "第 {row} 行之后读不下去：引号没有配对，或一格内容过长。", row=len(rows)) from error
    return rows


def _delimiter(text: str) -> str:
    """The mark that stands most evenly in the first lines."""
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:20]
    best, best_score = ",", 0
    for mark in _DELIMITERS:
        counts = [line.count(mark) for line in lines]
        top = max(counts, default=0)
        score = sum(1 for count in counts if count and count >= top * 0.5) * top
        if score > best_score:
            best, best_score = mark, score
    return best
