"""Codes, areas and plates."""

from __future__ import annotations

from decimal import Decimal

import pytest

from wuyefei.estate.properties.rules import (
    check_area,
    compose_code,
    normalise_code,
    normalise_plate,
    squeezed,
)
from wuyefei.foundation.kernel.errors import Invalid


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("3-2-1201", "3-2-1201"),
        ("3栋2单元1201", "3-2-1201"),
        ("3栋2单元1201室", "3-2-1201"),
        ("3号楼 2单元 1201室", "3-2-1201"),
        ("３－２－１２０１", "3-2-1201"),
        (" 3/2/1201 ", "3-2-1201"),
        ("3幢—2单元—1201", "3-2-1201"),
        ("a座1201房", "A-1201"),
        ("一期3栋1201", "一-3-1201"),
        ("B1-023", "B1-023"),
        ("商铺12", "商铺12"),
        ("地下一层A023", "地下一层A023"),
        ("", ""),
        (None, ""),
    ],
)
def test_code_is_written_one_way(text: object, code: str) -> None:
    assert normalise_code(text) == code
    assert normalise_code(code) == code


@pytest.mark.parametrize(
    ("building", "entrance", "number", "code"),
    [
        ("3栋", "2单元", "1201", "3-2-1201"),
        ("3", "2", "1201室", "3-2-1201"),
        ("3栋", "", "1201", "3-1201"),
        ("3栋", "2单元", "3-2-1201", "3-2-1201"),
        ("", "", "B1-001", "B1-001"),
        ("A座", "", "A-1201", "A-1201"),
    ],
)
def test_code_composed_of_its_parts(building: str, entrance: str, number: str, code: str) -> None:
    assert compose_code(building, entrance, number) == code


def test_squeezed_code_has_no_separators() -> None:
    assert squeezed("3栋2单元1201") == squeezed("3-2-1201") == "321201"


@pytest.mark.parametrize("area", ["0.01", "98.76", "100000", "89.5"])
def test_area_accepted(area: str) -> None:
    assert check_area(Decimal(area)) == Decimal(area)


@pytest.mark.parametrize("area", ["0", "-1", "100000.01", "12.345", "NaN", "Infinity"])
def test_area_refused(area: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_area(Decimal(area))
    assert caught.value.data["field"] == "建筑面积"


@pytest.mark.parametrize(
    ("text", "plate"),
    [
        ("浙A12345", "浙A12345"),
        ("浙a·d12346", "浙AD12346"),
        ("沪A D12345", "沪AD12345"),
        ("京A12345D", "京A12345D"),
        ("粤Z1234港", "粤Z1234港"),
        ("苏E1234学", "苏E1234学"),
    ],
)
def test_plate_accepted(text: str, plate: str) -> None:
    assert normalise_plate(text) == plate


@pytest.mark.parametrize("text", ["", "12345", "浙A1234", "浙AI1234", "浙A123456", "ABC12345", "浙112345"])
def test_plate_refused(text: str) -> None:
    with pytest.raises(Invalid):
        normalise_plate(text)
