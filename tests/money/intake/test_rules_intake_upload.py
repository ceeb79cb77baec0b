"""Uploads that must not be read, each with its own clear sentence; and that nothing else ever comes out."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.money.intake.books import HC, METERS, TODAY, as_csv, xlsx
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.money.intake.rules import Limits, UploadRefused, build_plan, error_workbook, read_upload
from wuyefei.money.intake.rules import xlsx as xlsx_rules
from wuyefei.money.intake.rules.errorbook import neutral

GOOD = xlsx({"Sheet1": [["房号", "建筑面积"], ["101", 90]]})
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def patched(change: dict[str, bytes], drop: tuple[str, ...] = ()) -> bytes:
    """The good workbook with parts replaced or added."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename not in change and entry.filename not in drop:
                new.writestr(entry.filename, old.read(entry.filename))
        for path, part in change.items():
            new.writestr(path, part)
    return target.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
ROOT = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
FAR = ROOT % b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
HIDDEN_FAR = ROOT % b'<row r="1"><c s=">" r="XFD1048576"><v>1</v></c></row>'


def lying_zip() -> bytes:
    """A part whose directory claims a few bytes while its stream holds millions."""
    bomb = patched({SHEET: b" " * 5_000_000})
    size = (5_000_000).to_bytes(4, "little")
    return bomb.replace(size, (100).to_bytes(4, "little"))


REFUSED: list[tuple[str, str, bytes, str]] = [
    ("empty", "a.xlsx", b"", "empty_file"),
    ("only blanks", "a.csv", b"\xef\xbb\xbf \r\n", "empty_file"),
    ("empty sheet", "a.xlsx", xlsx({"Sheet1": []}), "empty_sheet"),
    ("blank csv", "a.csv", b",,,\n,,\n", "empty_sheet"),
    ("100 MB", "a.csv", b"a" * 100_000_000, "too_large"),
    ("zip bomb", "a.xlsx", patched({"xl/media/x.bin": b"\0" * 50_000_000}), "zip_bomb"),
    ("huge when unzipped", "a.xlsx", patched({"xl/x.bin": b"\0" * 300_000_000}), "zip_bomb"),
    ("lying zip", "a.xlsx", lying_zip(), "broken_zip"),
    ("cell far away", "a.xlsx", patched({SHEET: FAR}), "too_many_rows"),
    ("cell far away, hidden", "a.xlsx", patched({SHEET: HIDDEN_FAR}), "too_many_rows"),
    ("broken attributes", "a.xlsx", patched({SHEET: ROOT % b'<row><c s="1 r="A1"><v>1</v></c></row>'}), "broken_xml"),
    ("entities", "a.xlsx", patched({SHEET: b'<!DOCTYPE x [<!ENTITY a "b">]>' + ROOT % b""}), "broken_xml"),
    ("workbook is not xml", "a.xlsx", patched({"xl/workbook.xml": b"<a"}), "broken_xml"),
    ("no sheet part", "a.xlsx", patched({}, drop=(SHEET,)), "broken_workbook"),
    ("truncated", "a.xlsx", GOOD[: len(GOOD) // 2], "broken_zip"),
    ("other zip", "a.zip", patched({}, drop=("xl/workbook.xml",)), "not_a_spreadsheet"),
    ("old format, damaged", "a.xls", OLE + b"\0" * 2000, "broken_workbook"),
    ("password", "a.xlsx", OLE + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le"), "password"),
    ("pdf", "a.pdf", b"%PDF-1.7 ...", "not_a_spreadsheet"),
    ("picture", "a.xlsx", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "not_a_spreadsheet"),
    ("web page", "a.xls", "<html><table><tr><td>房号</td></tr></table>".encode(), "not_a_spreadsheet"),
    ("text named xlsx", "a.xlsx", "房号,面积\n101,90".encode(), "not_a_spreadsheet"),
    ("control characters", "a.csv", bytes(range(1, 9)) * 200, "not_a_spreadsheet"),
    ("nul bytes", "a.csv", "房号,面积\n101,9\x000".encode(), "nul_bytes"),
    ("no encoding", "a.csv", "房号,面积\n".encode() + b"\xff\xff\xfe,1\n", "encoding"),
    ("no header", "a.csv", "你好,世界\n一,二\n".encode(), "no_header"),
    ("too many columns", "a.csv", b",".join([b"a"] * 400), "too_many_columns"),
    ("too long a cell", "a.csv", b'a,"' + b"b" * 200_000, "broken_csv"),
]  # fmt: skip


@pytest.mark.parametrize("name, data, code", [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refused_with_a_clear_sentence(name: str, data: bytes, code: str) -> None:
    with pytest.raises(UploadRefused) as refusal:
        build_plan(name, data, today=TODAY)
    assert refusal.value.code == code
    assert refusal.value.text.endswith("。")
    assert "{" not in refusal.value.text


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(UploadRefused, match="超过 100 行"):
        read_upload("a.csv", as_csv([["a", "b"]] * 101), Limits(max_rows=100))
    with pytest.raises(UploadRefused, match="101 行，最多 100 行"):
        read_upload("a.xlsx", xlsx({"Sheet1": [["a", "b"]] * 101}), Limits(max_rows=100))


def test_only_a_header_is_an_error_of_the_sheet() -> None:
    plan = build_plan("a.xlsx", xlsx({"Sheet1": [["房号", "建筑面积"]]}), today=TODAY)
    assert [(i.code, i.row) for i in plan.errors] == [("no_rows", 1)]


def test_formatting_far_below_the_data_does_no_harm() -> None:
    far = ROOT % (
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>\xe6\x88\xbf\xe5\x8f\xb7</t></is></c>'
        b'<c r="B1" t="inlineStr"><is><t>\xe9\x9d\xa2\xe7\xa7\xaf</t></is></c></row>'
        b'<row r="2"><c r="A2"><v>101</v></c><c r="B2"><v>90</v></c></row><row r="1048576"><c r="XFD1048576" s="1"/></row>'
    )
    plan = build_plan("a.xlsx", patched({SHEET: far}), today=TODAY)
    assert [one.key for one in plan.properties] == ["101"]


def rows_of(data: bytes) -> dict[str, list[tuple[Any, ...]]]:
    return {sheet.name: [row.cells for row in sheet.rows] for sheet in read_upload("e.xlsx", data).sheets}


def test_error_workbook_keeps_the_rows_and_names_the_reasons() -> None:
    data = xlsx(METERS)
    plan = build_plan("book.xlsx", data, today=TODAY)
    pages = rows_of(error_workbook(plan, read_upload("book.xlsx", data)))
    assert list(pages) == ["问题清单", "水电表"]
    assert len(pages["问题清单"]) == 1 + len(plan.issues)
    reason = str(pages["水电表"][2][-1])
    assert "错误：E 列房屋：「33」不是「楼栋-单元-房屋」（填如 1-1-1001；商铺填 1-0-商铺号）" in reason
    assert pages["水电表"][1][:2] == ("1-1-1001智能水表", 1212)
    again = build_plan("book.xlsx", error_workbook(build_plan("book.xlsx", xlsx(HC), today=TODAY), read_upload("a.xlsx", xlsx(HC))), today=TODAY)
    assert again.layout == "peer"


def test_error_workbook_carries_no_formula() -> None:
    rows = [["房号", "业主姓名", "建筑面积", "备注"], ["101", "=HYPERLINK(1)", "-5", "@SUM(1)"], ["102", "+8613", "x", "-1+1"]]
    data = as_csv(rows)
    plan = build_plan("a.csv", data, today=TODAY)
    book = error_workbook(plan, read_upload("a.csv", data))
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert all(b"<f>" not in archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/"))
    texts = [cell for page in rows_of(book).values() for row in page for cell in row if isinstance(cell, str)]
    assert "'=HYPERLINK(1)" in texts
    assert not [text for text in texts if text.startswith(("=", "+", "-", "@"))]
    assert neutral("-5") == "'-5"


@given(st.binary(max_size=3000))
@settings(max_examples=300, deadline=None)
def test_random_bytes_give_a_plan_or_a_domain_error(data: bytes) -> None:
    for name in ("a.csv", "a.xlsx"):
        try:
            plan = build_plan(name, data, today=TODAY)
        except DomainError as error:
            assert error.text
        else:
            assert plan.properties or plan.issues or plan.ignored


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=8))
@settings(max_examples=200, deadline=None)
def test_a_damaged_workbook_gives_a_plan_or_a_domain_error(changes: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for position, value in changes:
        data[position] = value
    try:
        build_plan("a.xlsx", bytes(data), today=TODAY)
    except DomainError as error:
        assert error.text


with zipfile.ZipFile(io.BytesIO(GOOD)) as _good:
    PARTS = {path: _good.read(path) for path in (SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml")}


@given(
    st.sampled_from(sorted(PARTS)),
    st.lists(st.tuples(st.integers(0, 5000), st.sampled_from(list(b'<>/"=&;A9 \x00\xff')), st.booleans()), min_size=1, max_size=6),
)
@settings(max_examples=300, deadline=None)
def test_damaged_parts_inside_a_sound_zip(path: str, changes: list[tuple[int, int, bool]]) -> None:
    part = bytearray(PARTS[path])
    for position, value, insert in changes:
        at = position % len(part)
        part[at : at + (not insert)] = bytes([value])
    try:
        build_plan("a.xlsx", patched({path: bytes(part)}), today=TODAY)
    except DomainError as error:
        assert error.text


CELL = st.one_of(st.text(max_size=20), st.floats().map(str), st.integers().map(str), st.dates().map(str))


@given(st.lists(st.lists(CELL, min_size=6, max_size=6), max_size=8))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_cells_under_real_headers_give_a_plan_whose_numbers_hold(rows: list[list[str]]) -> None:
    head = ["房号", "业主姓名", "手机号", "建筑面积", "期初欠费", "交房日期"]
    clean = [[cell.replace("\x00", "").encode("utf-8", "ignore").decode() for cell in row] for row in rows]
    try:
        plan = build_plan("a.csv", as_csv([head, ["1-1-101", "测试甲", "", "90", "1.50", ""], *clean]), today=TODAY)
    except DomainError as error:
        assert error.text
        return
    assert plan.rows_refused <= len(plan.errors)
    assert all(one.building_area and 0 < one.building_area <= 100_000 for one in plan.properties)
    assert all(one.amount_fen > 0 for one in plan.opening_arrears)
    assert len({one.key for one in plan.properties}) == len(plan.properties)


CELLS = st.sampled_from([
    '<c r="A1"><v>1</v></c>', '<c r="C7" s="3" t="s"><v>0</v></c>', '<c r="AA12" t="inlineStr"><is><t>&lt;f</t></is></c>',
    '<c r="XFD9000" s="2"/>', '<c r="B300"/>', '<c t="s" r="D4"><v>0</v></c>', '<c r="E5" t="e"><v>#N/A</v></c>',
    '<c r="F6"><f>A1+1</f><v>2</v></c>', '<c r="G2"><f/><v>2</v></c>', '<x:c r="H8"><x:v>1</x:v></x:c>', '<c  r="I400"><v>1</v></c>',
    '<c><v>1</v></c>', '<c r="J"><v>1</v></c>', '<c r="a1"><v>1</v></c>', '<c r="K9" cm="1"><v>1</v></c>', '<c s="1 r="A1"><v>1</v></c>',
])  # fmt: skip


@given(st.lists(st.lists(CELLS, max_size=4), max_size=8), st.integers(1, 200))
def test_a_sheet_of_plain_cells_is_looked_over_as_any_other(rows: list[list[str]], piece: int) -> None:
    """The short way finds the marks, and refuses what the long way refuses, wherever the sheet is cut."""
    page = "".join(f"<row>{''.join(cells)}</row>" for cells in rows).encode()

    def told() -> object:
        try:
            marks = xlsx_rules._scan("表", page, Limits(max_rows=399, max_columns=100))
        except UploadRefused as refused:
            return refused.code, refused.text
        return marks.formulas, marks.errors

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xlsx_rules, "_PIECE", piece)
        short = told()
        patch.setattr(xlsx_rules, "_plain_box", lambda xml: None)
        assert short == told()
