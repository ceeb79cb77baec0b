"""No cell that leaves is a formula, whatever people wrote into it."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from wuyefei.foundation.platform.exports import Fen, Sheet, csv_response, harmless, workbook

ROW = ("=1+1", "1-1-101", Fen(-123456), Decimal("98.76"), dt.date(2026, 1, 15), None)
SHEET = Sheet("应收[明细]", ("房号", "@缴费人", "金额", "面积", "到期日", "备注"), [ROW])


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠A"])
def test_what_could_be_a_formula_is_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["1-1-101", "陆小满", "", " =1"])
def test_what_could_not_stays(text: str) -> None:
    assert harmless(text) == text


def test_a_workbook_holds_numbers_days_and_text() -> None:
    page = CalamineWorkbook.from_filelike(io.BytesIO(workbook([SHEET]))).get_sheet_by_index(0)
    assert page.name == "应收 明细 "
    head, row = page.to_python()
    assert head[:3] == ["房号", "'@缴费人", "金额"]
    assert row[:5] == ["'=1+1", "1-1-101", -1234.56, 98.76, dt.date(2026, 1, 15)]


def test_comma_separated_text_opens_in_a_spreadsheet() -> None:
    response = csv_response(SHEET, "应收.csv")
    assert response.content.startswith(b"\xef\xbb\xbf")
    lines = response.content.decode("utf-8-sig").splitlines()
    assert lines == ["房号,'@缴费人,金额,面积,到期日,备注", "'=1+1,1-1-101,-1234.56,98.76,2026-01-15,"]
    assert response.headers["Content-Disposition"] == "attachment; filename*=UTF-8''%E5%BA%94%E6%94%B6.csv"
