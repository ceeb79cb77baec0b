"""The four workbooks of the peer: exactly what is created, and the table of what is reported."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from tests.money.intake.books import ASSETS, HC, HISTORY, METERS, TODAY, shared, xlsx
from wuyefei.money.intake.rules import ImportPlan, Options, build_plan
from wuyefei.money.intake.rules.plan import PlanRefused

REAL = {
    "hc.xlsx": (
        {"buildings": 13, "entrances": 26, "properties": 8, "people": 5, "ties": 5, "parking_spaces": 1, "tariffs": 2, "contract_lines": 11},
        [
            ("warning", "placeholder_mobile", "业主信息", 2, "E", "18999999999"),
            ("warning", "shared_identity", "业主信息", 2, "F", "11010119900101000X"),
            ("warning", "shared_identity", "业主信息", 3, "F", "11010119900101000X"),
            ("warning", "shared_identity", "业主信息", 4, "F", "11010119900101000X"),
            ("warning", "shared_identity", "业主信息", 5, "F", "11010119900101000X"),
            ("warning", "shared_identity", "业主信息", 6, "F", "11010119900101000X"),
            ("warning", "absent_owner", "房屋信息", 7, "G", "6"),
            ("warning", "absent_owner", "房屋信息", 8, "G", "7"),
            ("warning", "absent_owner", "房屋信息", 9, "G", "8"),
            ("warning", "area_unusual", "车位信息", 2, "D", "98.32"),
        ],
    ),
    "importRoom.xlsx": (
        {"buildings": 1, "entrances": 1, "properties": 1, "people": 1, "ties": 1},
        [("warning", "identity_checksum", "资产信息", 2, "P", "11010119900101000X")],
    ),
    "importFeeDetail.xlsx": (
        {"payment_memos": 3},
        [("warning", "placeholder_item", "房屋缴费历史", row, "B", "和HC费用项费用名称一致") for row in (2, 3, 4)],
    ),
    "meterMachine.xlsx": (
        {},
        [
            ("error", "not_a_name", "水电表", 2, "C", "1001"),
            ("error", "bad_property_ref", "水电表", 2, "E", "33"),
            ("error", "not_an_item", "水电表", 2, "F", "有"),
            ("warning", "unknown_code", "水电表", 2, "G", "110"),
            ("error", "misaligned_row", "水电表", 2, "", ""),
        ],
    ),
}

INVENTED = {
    "hc": (
        HC,
        {"buildings": 2, "entrances": 2, "properties": 3, "people": 3, "ties": 3, "parking_spaces": 2, "vehicles": 1, "tariffs": 2, "contract_lines": 4},
        [
            ("warning", "placeholder_mobile", "业主信息", 2, "E", "18999999999"),
            ("warning", "placeholder_identity", "业主信息", 2, "F", "111111111111111111"),
            ("warning", "shared_identity", "业主信息", 3, "F", "11010119900101000X"),
            ("warning", "shared_identity", "业主信息", 4, "F", "11010119900101000X"),
            ("error", "bad_mobile", "业主信息", 5, "E", "1390000"),
            ("error", "unknown_code", "费用设置", 4, "J", "9009"),
            ("warning", "absent_owner", "房屋信息", 3, "G", "66"),
            ("error", "area_not_positive", "房屋信息", 4, "F", "-5"),
            ("error", "unknown_entrance", "房屋信息", 5, "C", "9"),
            ("error", "owner_refused", "房屋信息", 6, "G", "9"),
            ("error", "fee_refused", "房屋信息", 7, "H", "1#3"),
            ("warning", "absent_owner", "车位信息", 3, "E", "77"),
            ("error", "duplicate_number", "车位信息", 4, "B", "C1"),
        ],
    ),
    "assets": (
        ASSETS,
        {"buildings": 1, "entrances": 1, "properties": 3, "people": 4, "ties": 4},
        [
            ("warning", "identity_checksum", "资产信息", 2, "P", "11010119900101000X"),
            ("warning", "placeholder_mobile", "资产信息", 3, "O", "18999999999"),
            ("warning", "placeholder_identity", "资产信息", 3, "P", "111111111111111111"),
            ("error", "owner_missing", "资产信息", 5, "M", ""),
            ("error", "member_before_owner", "资产信息", 6, "Q", "1003"),
            ("error", "conflicting_duplicate", "资产信息", 7, "C", "1001"),
        ],
    ),
    "history": (
        HISTORY,
        {"payment_memos": 3, "opening_arrears": 1},
        [
            ("info", "shortfall", "房屋缴费历史", 3, "H", "850.5"),
            ("warning", "duplicate_row", "房屋缴费历史", 4, "", ""),
            ("error", "period_backwards", "房屋缴费历史", 5, "E", "2020-01-01"),
            ("error", "bad_property_ref", "房屋缴费历史", 6, "A", "33"),
            ("error", "date_absurd", "房屋缴费历史", 6, "E", "2202-01-01"),
            ("error", "not_money", "房屋缴费历史", 6, "G", "十元"),
            ("warning", "overpaid", "房屋缴费历史", 7, "H", "12"),
            ("warning", "cycle_span", "房屋缴费历史", 7, "C", "6"),
        ],
    ),
    "meters": (
        METERS,
        {"meters": 1},
        [
            ("error", "not_a_name", "水电表", 3, "C", "1001"),
            ("error", "bad_property_ref", "水电表", 3, "E", "33"),
            ("error", "not_an_item", "水电表", 3, "F", "有"),
            ("warning", "unknown_code", "水电表", 3, "G", "110"),
            ("error", "misaligned_row", "水电表", 3, "", ""),
            ("error", "duplicate_number", "水电表", 4, "B", "1212"),
        ],
    ),
}


def told(plan: ImportPlan) -> list[tuple[str, str, str, int, str, str]]:
    return [(i.severity.value, i.code, i.sheet, i.row, i.column, i.value) for i in plan.issues]


def made(plan: ImportPlan) -> dict[str, int]:
    return {name: count for name, count in plan.counts().items() if count}


@pytest.mark.parametrize("name", REAL)
def test_real_workbook_gives_the_expected_plan_and_errors(name: str) -> None:
    data = shared(f"peer-import/{name}")
    if data is None:
        assert not shared("README.md"), "the shared folder is there but lacks the workbook"
        return
    plan = build_plan(name, data, today=TODAY)
    counts, issues = REAL[name]
    assert plan.layout == "peer"
    assert told(plan) == issues
    assert made(plan) == counts


@pytest.mark.parametrize("name", INVENTED)
def test_invented_workbook_of_the_same_shape(name: str) -> None:
    sheets, counts, issues = INVENTED[name]
    plan = build_plan("book.xlsx", xlsx(sheets), today=TODAY)
    assert plan.layout == "peer"
    assert told(plan) == issues
    assert made(plan) == counts
    assert all(issue.message for issue in plan.issues)
    assert all(issue.hint for issue in plan.errors)


def test_sheets_are_tied_by_their_numbers() -> None:
    plan = build_plan("book.xlsx", xlsx(HC), today=TODAY)
    names = {person.key: person.name for person in plan.people}
    assert [(tie.property_key, names[tie.person_key], tie.role) for tie in plan.ties] == [
        ("1-1-101", "测试乙", "owner"),
        ("1-1-101", "测试丙", "family"),
        ("2-S01", "测试甲", "owner"),
    ]
    assert [(line.property_key, line.tariff_key, line.first, line.last) for line in plan.contract_lines] == [
        ("1-1-101", "物业服务费", dt.date(2020, 6, 10), None),
        ("1-1-101", "垃圾清运费", dt.date(2021, 7, 1), dt.date(2029, 12, 31)),
        ("1-1-102", "物业服务费", dt.date(2020, 6, 10), None),
        ("2-S01", "垃圾清运费", dt.date(2020, 6, 10), dt.date(2029, 12, 31)),
    ]
    by_item = {tariff.item: tariff for tariff in plan.tariffs}
    service, fixed = by_item["物业服务费"], by_item["垃圾清运费"]
    assert (service.method, service.price, service.fixed_fen, service.cycle_months) == ("area_plus_fixed", Decimal("1.3"), 2000, 6)
    assert (fixed.method, fixed.price, fixed.fixed_fen, fixed.in_advance) == ("fixed", Decimal(0), 1000, False)


def test_placeholders_are_taken_as_empty() -> None:
    plan = build_plan("book.xlsx", xlsx(HC), today=TODAY)
    people = {person.name: person for person in plan.people}
    assert (people["测试甲"].mobile, people["测试甲"].identity, people["测试甲"].age) == ("", "", None)
    assert (people["测试乙"].mobile, people["测试乙"].identity, people["测试乙"].age) == ("13900000002", "", 40)
    assert {one.layout for one in plan.properties} == {""}
    shop = next(one for one in plan.properties if one.key == "2-S01")
    assert (shop.kind, shop.entrance, shop.note) == ("office", "", "导入时的租金 900 元")


def test_parking_spaces_and_cars() -> None:
    plan = build_plan("book.xlsx", xlsx(HC), today=TODAY)
    first, second = plan.parking_spaces
    assert (first.code, first.place, first.area, first.tenure, first.last) == ("C1", "地下", None, "let", dt.date(2026, 12, 31))
    assert (second.area, second.tenure, second.last, second.person_key) == (Decimal("12.5"), "sold", None, "")
    assert [(car.plate, car.kind, car.space_code) for car in plan.vehicles] == [("浙A12345", "家用小汽车", "C1")]


def test_payment_history_is_memo_and_its_shortfall_an_opening_arrear() -> None:
    plan = build_plan("book.xlsx", xlsx(HISTORY), today=TODAY)
    first, second = plan.payment_memos[:2]
    assert (first.first, first.last) == (dt.date(2016, 1, 1), dt.date(2016, 12, 31))
    assert (second.first, second.last, second.paid_on) == (dt.date(2017, 1, 1), dt.date(2017, 12, 31), dt.date(2017, 1, 5))
    assert (second.due_fen, second.paid_fen, second.shortfall_fen) == (100000, 85050, 14950)
    (arrear,) = plan.opening_arrears
    assert (arrear.property_key, arrear.amount_fen, arrear.origin, arrear.due_on) == ("1-1-1001", 14950, "shortfall", dt.date(2017, 12, 31))
    assert plan.arrears_fen == 14950


def test_references_are_checked_against_the_estate_when_it_is_known() -> None:
    options = Options(known_properties=frozenset({"1-1-1002"}))
    plan = build_plan("book.xlsx", xlsx(METERS), today=TODAY, options=options)
    assert ("error", "unknown_property", "水电表", 2, "E", "1-1-1001") in told(plan)
    assert [(meter.number, meter.kind, meter.mode) for meter in plan.meters] == [("1212", "electricity", "prepaid")]


def test_meters_come_without_readings() -> None:
    (meter,) = build_plan("book.xlsx", xlsx(METERS), today=TODAY).meters
    assert (meter.number, meter.kind, meter.mode, meter.property_key, meter.item) == ("1212", "water", "read", "1-1-1001", "水费")
    assert not any("reading" in name for name in meter.__dataclass_fields__)


def test_absent_owner_can_refuse_the_row() -> None:
    plan = build_plan("book.xlsx", xlsx(HC), today=TODAY, options=Options(absent_owner_is_error=True))
    assert "1-1-102" not in {one.key for one in plan.properties}
    assert ("error", "absent_owner", "房屋信息", 3, "G", "66") in told(plan)


def test_all_or_nothing_refuses_a_plan_with_an_error() -> None:
    plan = build_plan("book.xlsx", xlsx(METERS), today=TODAY)
    with pytest.raises(PlanRefused, match="5 处错误"):
        plan.require_faultless()
    build_plan("book.xlsx", xlsx({"水电表": METERS["水电表"][:2]}), today=TODAY).require_faultless()


def test_columns_in_another_order_and_explanations_below_give_the_same() -> None:
    head, *rows = METERS["水电表"]
    turned = [list(reversed(head))] + [list(reversed(row)) for row in rows[:1]] + [["说明", "下面都是说明"], ["1001", "充值"]]
    plan = build_plan("book.xlsx", xlsx({"水电表": turned}), today=TODAY)
    assert [meter.number for meter in plan.meters] == ["1212"]
    assert not plan.issues
