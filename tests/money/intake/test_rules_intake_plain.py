"""Plain sheets: headers under any of their names in any order, several encodings, hand mapping, duplicates, money."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from tests.money.intake.books import TODAY, as_csv, shared, xlsx
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.money.intake.rules import (
    Field,
    ImportPlan,
    Options,
    UploadRefused,
    build_plan,
    describe_columns,
    group_issues,
)
from wuyefei.money.intake.rules.headers import ALIASES, guess, normal

HEAD = ["楼栋", "单元", "房号", "业主姓名", "手机号", "建筑面积", "户型", "单价", "期初欠费", "欠费起", "欠费止", "期初预收", "车位号", "车牌号"]
ROWS: list[list[Any]] = [
    ["3号楼", "2单元", "1201室", "测试甲", "13900000001", "94.56", "2室1厅", "1.80", "1,022.40", "2026-01", "2026-06", "", "B1-023", "浙A12345"],
    ["3号楼", "2单元", "1202", "测试乙", "13900000002", "120", "3室2厅", "1.80", "", "", "", "500", "", ""],
    ["4号楼", "", "S01", "测试商贸有限公司", "", "35.5", "", "6.5", "", "", "", "", "", ""],
]


def shuffled(names: dict[str, str], seed: int) -> list[list[Any]]:
    order = list(range(len(HEAD)))
    random.Random(seed).shuffle(order)
    head = [names.get(name, name) for name in HEAD]
    return [[row[i] for i in order] for row in [head, *ROWS]]


def bare(plan: ImportPlan) -> list[tuple[Any, ...]]:
    """The plan's content without where it was read."""
    return [
        tuple(getattr(one, field.name) for field in dataclasses.fields(one) if field.name != "source")
        for kind in (plan.properties, plan.people, plan.ties, plan.tariffs, plan.contract_lines, plan.opening_arrears,
                     plan.opening_prepayments, plan.parking_spaces, plan.vehicles, plan.buildings, plan.entrances)
        for one in kind
    ]  # fmt: skip


def test_what_a_plain_sheet_creates() -> None:
    plan = build_plan("房屋.xlsx", xlsx({"Sheet1": [HEAD, *ROWS]}), today=TODAY)
    assert not plan.issues
    assert [(p.key, p.building, p.entrance, p.room, p.building_area) for p in plan.properties] == [
        ("3-2-1201", "3", "2", "1201", Decimal("94.56")),
        ("3-2-1202", "3", "2", "1202", Decimal(120)),
        ("4-S01", "4", "", "S01", Decimal("35.5")),
    ]
    assert [(p.name, p.mobile) for p in plan.people] == [("测试甲", "13900000001"), ("测试乙", "13900000002"), ("测试商贸有限公司", "")]
    assert [(t.key, t.method, t.price) for t in plan.tariffs] == [("物业费@1.8", "area", Decimal("1.80")), ("物业费@6.5", "area", Decimal("6.5"))]
    (arrear,) = plan.opening_arrears
    assert (arrear.amount_fen, arrear.first, arrear.last, arrear.origin) == (102240, dt.date(2026, 1, 1), dt.date(2026, 6, 30), "stated")
    assert plan.prepayments_fen == 50000
    assert [(s.code, s.property_key) for s in plan.parking_spaces] == [("B1-023", "3-2-1201")]
    assert [v.plate for v in plan.vehicles] == ["浙A12345"]


ALIASED = [
    {},
    {"楼栋": "楼号", "房号": "房屋编号*", "业主姓名": "业主名称", "手机号": "联系电话", "建筑面积": "面积㎡", "期初欠费": "欠费金额（元）", "期初预收": "预存余额"},
    {"楼栋": "幢", "单元": "单元号", "房号": "房 间 号", "业主姓名": "产权人", "手机号": "手机", "建筑面积": "建筑面积(㎡)", "单价": "收费标准"},
    {"楼栋": "栋号", "房号": "门牌号（必填）", "业主姓名": "姓名", "手机号": "电话", "建筑面积": "面积（平方米）", "单价": "物业费单价(元/㎡·月)", "欠费起": "欠费开始日期"},
]


@pytest.mark.parametrize("seed, names", list(enumerate(ALIASED)))
def test_aliases_in_any_order_and_any_encoding_give_one_plan(seed: int, names: dict[str, str]) -> None:
    expected = bare(build_plan("a.xlsx", xlsx({"Sheet1": [HEAD, *ROWS]}), today=TODAY))
    rows = shuffled(names, seed)
    uploads = {
        "a.xlsx": xlsx({"资料": [["某小区房屋资料"], ["带星号的必填，请勿改动表头"], [], *rows]}),
        "utf8.csv": as_csv(rows),
        "bom.csv": as_csv(rows, "utf-8-sig"),
        "gb.csv": as_csv(rows, "gb18030"),
        "wide.csv": as_csv(rows, "utf-16"),
        "semi.csv": as_csv(rows, "gb18030", ";"),
        "tab.txt": as_csv(rows, "utf-16-le", "\t"),
    }
    for name, data in uploads.items():
        plan = build_plan(name, data, today=TODAY)
        assert not plan.issues, (name, plan.issues)
        assert bare(plan) == expected, name


def test_every_alias_means_one_field() -> None:
    seen: dict[str, Field] = {}
    for field, aliases in ALIASES.items():
        for alias in aliases:
            assert seen.setdefault(normal(alias), field) is field, alias
            assert guess(f" *{alias}（必填）") is field


BAD_CELLS = [
    ("建筑面积", "-5", "area_not_positive"),
    ("建筑面积", "0", "area_not_positive"),
    ("建筑面积", "九十四", "not_a_number"),
    ("建筑面积", "100001", "area_absurd"),
    ("建筑面积", "94.56789", "too_many_decimals"),
    ("建筑面积", "", "required"),
    ("建筑面积", "1e400", "not_a_number"),
    ("建筑面积", "=B2*2", "formula"),
    ("手机号", "1390000", "bad_mobile"),
    ("单价", "-1", "price_absurd"),
    ("期初欠费", "12.345", "not_money"),
    ("期初欠费", "-12", "money_negative"),
    ("期初欠费", "一百", "not_money"),
    ("欠费起", "2202-01-01", "date_absurd"),
    ("欠费起", "1899-01-01", "date_absurd"),
    ("欠费起", "2026-02-30", "not_a_date"),
    ("欠费起", "2026-07-01", "period_backwards"),
    ("欠费止", "", "half_period"),
    ("车牌号", "自行车", "bad_plate"),
    ("房号", "#REF!", "error_value"),
    ("房号", "", "money_without_property"),
]


@pytest.mark.parametrize("name, value, code", BAD_CELLS)
def test_a_bad_cell_is_named_and_its_row_left_out(name: str, value: str, code: str) -> None:
    column = HEAD.index(name)
    rows = [list(row) for row in ROWS]
    rows[0][column] = value
    plan = build_plan("a.csv", as_csv([HEAD, *rows]), today=TODAY)
    (issue,) = plan.errors[:1]
    assert (issue.code, issue.sheet, issue.row) == (code, "a", 2)
    if code != "period_backwards":
        assert issue.column == "ABCDEFGHIJKLMN"[column]
        assert issue.value == value
        assert issue.header == name
    assert issue.hint
    assert [one.key for one in plan.properties] == ["3-2-1202", "4-S01"]
    assert not plan.opening_arrears
    assert plan.rows_refused == 1


def test_a_row_that_names_neither_room_nor_space_is_an_error() -> None:
    plan = build_plan("a.csv", as_csv([["房号", "业主姓名", "面积"], ["", "测试甲", "90"], ["101", "测试乙", "90"]]), today=TODAY)
    assert [(i.code, i.row, i.column) for i in plan.errors] == [("required", 2, "A")]
    assert [p.name for p in plan.people] == ["测试乙"]


def test_cells_of_a_workbook_keep_their_kind() -> None:
    rows: list[list[Any]] = [
        ["房号", "业主姓名", "身份证号", "建筑面积", "交房日期"],
        [1011, "测试甲", 110101199001010007, 94.56, dt.date(2020, 6, 10)],
        ["3-2-1202", "测试乙", "110101199001010007", ("=", "=40+50", 90), 43992],
        ["3栋2单元1203室", "测试丙", "", ("=", "=1/0", "#DIV/0!"), "2020年6月10日"],
        ["十二号楼1204", "测试丁", "", 90, dt.date(2202, 1, 1)],
    ]
    plan = build_plan("a.xlsx", xlsx({"Sheet1": rows}), today=TODAY)
    assert [(p.key, p.building_area, p.delivered_on) for p in plan.properties] == [
        ("1011", Decimal("94.56"), dt.date(2020, 6, 10)),
        ("3-2-1202", Decimal(90), dt.date(2020, 6, 10)),
    ]
    assert Counter((i.severity.value, i.code, i.row, i.column) for i in plan.issues) == Counter(
        {
            ("warning", "identity_lost_digits", 2, "C"): 1,
            ("warning", "formula", 3, "D"): 1,
            ("error", "error_value", 4, "D"): 1,
            ("error", "date_absurd", 5, "E"): 1,
        }
    )


def test_duplicates_are_flagged() -> None:
    rows = [*ROWS, list(ROWS[1]), [*ROWS[1][:5], "121", *ROWS[1][6:]], [*ROWS[1][:3], "测试丙", "13900000003", "120", *[""] * 8]]
    plan = build_plan("a.csv", as_csv([HEAD, *rows]), today=TODAY)
    assert [(i.severity.value, i.code, i.row) for i in plan.issues] == [
        ("warning", "duplicate_row", 5),
        ("error", "conflicting_duplicate", 6),
    ]
    owners = [tie.person_key for tie in plan.ties if tie.property_key == "3-2-1202"]
    assert owners == ["测试乙|13900000002", "测试丙|13900000003"]
    assert plan.prepayments_fen == 50000


def test_several_periods_of_one_property_are_no_duplicates() -> None:
    again = list(ROWS[0])
    again[8:11] = ["100", "2025-07", "2025-12"]
    plan = build_plan("a.csv", as_csv([HEAD, *ROWS, again, ["合计", *[""] * 7, "1122.40", *[""] * 5]]), today=TODAY)
    assert not plan.issues
    assert [one.amount_fen for one in plan.opening_arrears] == [102240, 10000]
    plan.tie_out(arrears_fen=112240, prepayments_fen=50000)
    with pytest.raises(Invalid, match="相差 0.40 元"):
        plan.tie_out(arrears_fen=112200, prepayments_fen=50000)


def test_unknown_and_repeated_columns_are_told() -> None:
    rows = [["房号", "建筑面积", "面积", "幸运数字", "性别"], ["101", "90", "91", "8", "男"]]
    plan = build_plan("a.csv", as_csv(rows), today=TODAY)
    assert [(i.code, i.column, i.header) for i in plan.issues] == [("duplicate_header", "C", "面积"), ("unknown_header", "D", "幸运数字")]
    assert [one.what for one in plan.ignored] == ["E 列「性别」：不需要，未读"]
    assert [one.building_area for one in plan.properties] == [Decimal(90)]


def test_hand_mapping_replaces_every_guess() -> None:
    rows = [["甲", "乙", "丙"], ["101", "张", "90"], ["102", "李", "91"]]
    data = as_csv(rows)
    with pytest.raises(UploadRefused, match="没有找到表头"):
        build_plan("a.csv", data, today=TODAY)
    plan = build_plan("a.csv", data, today=TODAY, mapping={0: Field.ROOM, 2: Field.AREA, 1: None})
    assert [(p.key, p.building_area) for p in plan.properties] == [("101", Decimal(90)), ("102", Decimal(91))]
    assert not plan.people


def test_sheet_without_room_column_needs_row_numbers() -> None:
    data = as_csv([["小区", "面积"], ["甲苑", "90"], ["甲苑", "90"]])
    plan = build_plan("a.csv", data, today=TODAY)
    assert [i.code for i in plan.errors] == ["no_room_column"]
    assert plan.is_empty
    numbered = build_plan("a.csv", data, today=TODAY, options=Options(number_rows=True))
    assert [p.key for p in numbered.properties] == ["甲苑/00002", "甲苑/00003"]
    assert [i.code for i in numbered.issues] == ["rows_alike"]


def test_merged_places_are_filled_down_but_merged_money_is_not() -> None:
    import io

    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    page = book.add_worksheet("Sheet1")
    for row, line in enumerate([["楼栋", "房号", "建筑面积", "期初欠费"], ["", "101", 90, ""], ["", "102", 91, ""]]):
        page.write_row(row, 0, line)
    page.merge_range("A2:A3", "5号楼")
    page.merge_range("D2:D3", 300)
    book.close()
    plan = build_plan("a.xlsx", target.getvalue(), today=TODAY)
    assert [p.key for p in plan.properties] == ["5-101", "5-102"]
    assert plan.arrears_fen == 30000
    assert [(i.severity.value, i.code, i.row, i.column) for i in plan.issues] == [
        ("info", "merged_cells", 2, "A"), ("warning", "merged_cells", 2, "D"),
    ]  # fmt: skip


FLATS = [
    ["Region", "District", "Garden", "Floor", "Size", "Layout", "Year", "Elevator"],
    ["东城", "甲街", "测试苑", "6", "62.0", "2室1厅", "1990", "板楼"],
    ["东城", "甲街", "测试苑", "6", "44.0", "1室0厅", "2006", "塔楼"],
    ["Region", "District", "Garden", "Floor", "Size", "Layout", "Year", "Elevator"],
    ["西城", "乙街", "试验里", "18", "58.0", "2室1厅", "9", "塔楼"],
    ["西城", "乙街", "试验里", "18", "58.0", "2室1厅", "2105", "暂无数据"],
]
BY_HAND = {1: Field.DISTRICT, 2: Field.BUILDING, 3: Field.FLOOR, 4: Field.AREA, 5: Field.LAYOUT, 6: Field.YEAR_BUILT}


@pytest.mark.parametrize(
    "last, invented, real",
    [
        (Field.STRUCTURE, {"misaligned": 1}, {"misaligned": 1}),
        (Field.HAS_LIFT, {"misaligned": 4}, {"misaligned": 33_484}),
    ],
)
def test_flats_mapped_by_hand_report_their_misaligned_cells(last: Field, invented: dict[str, int], real: dict[str, int]) -> None:
    mapping: dict[int, Field | None] = {**BY_HAND, 7: last}
    options = Options(number_rows=True)
    plan = build_plan("flats.csv", as_csv(FLATS), mapping=mapping, today=TODAY, options=options)
    assert [p.key for p in plan.properties] == ["测试苑-00002", "测试苑-00003", "试验里-00005", "试验里-00006"]
    assert Counter(i.code for i in plan.issues) == {**invented, "repeated_header": 1, "out_of_range": 1, "no_data": 1}
    data = shared("beijing-flats.csv")
    if data is not None:
        plan = build_plan("beijing-flats.csv", data, mapping=mapping, today=TODAY, options=options)
        assert (plan.rows_read, len(plan.properties), len(plan.buildings)) == (34_020, 34_019, 5_708)
        assert Counter(i.code for i in plan.issues) == {**real, "repeated_header": 1, "out_of_range": 1, "no_data": 536, "rows_alike": 1}
        assert [(i.code, i.row, i.column, i.value) for i in plan.issues if i.column == "G" or i.code == "repeated_header"] == [
            ("repeated_header", 652, "", ""),
            ("out_of_range", 1506, "G", "2105"),
            ("misaligned", 30_689, "G", "9"),
        ]
        assert not plan.errors
        assert len(group_issues(plan.issues)) < 12


def test_columns_are_described_for_the_mapping_page() -> None:
    (sheet,) = describe_columns("flats.csv", as_csv(FLATS))
    assert (sheet.sheet, sheet.header_row, sheet.rows, sheet.is_peer) == ("flats", 1, 5, False)
    guesses = {column.header: column.guess for column in sheet.columns}
    assert guesses == {
        "Region": None, "District": Field.DISTRICT, "Garden": Field.COMMUNITY, "Floor": Field.FLOOR,
        "Size": Field.AREA, "Layout": Field.LAYOUT, "Year": Field.YEAR_BUILT, "Elevator": Field.HAS_LIFT,
    }  # fmt: skip
    clean = [row for row in FLATS if row[0] != "Region"]
    (sheet,) = describe_columns("flats.csv", as_csv([FLATS[0], *clean]))
    assert sheet.columns[7].guess is Field.STRUCTURE
    assert sheet.columns[7].samples == ("板楼", "塔楼", "暂无数据")
