"""Prices that follow from the property: terms checked, a price for each day, and every sum provable from its origin."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from wuyefei.estate.tariffs.rules.formula import BadFormula
from wuyefei.estate.tariffs.rules.pricing import TariffPrice, check_price, quantity_for
from wuyefei.estate.tariffs.rules.schedule import NobodyLivesThere, Parts, remade, schedule
from wuyefei.estate.tariffs.rules.terms import check_terms
from wuyefei.estate.tariffs.rules.typed import formulas, rent
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import DomainError, Invalid

D = Decimal
JAN = dt.date(2026, 1, 1)
TERM = Span(JAN, dt.date(2028, 12, 31))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def price(per_unit: str = "0", since: dt.date = JAN, number: int = 1, **terms: Any) -> TariffPrice:
    return TariffPrice(since, D(per_unit), D(0), number, terms)


def monthly(method: str, prices: list[TariffPrice], parts: Parts) -> list[tuple[str, Decimal]]:
    found = schedule(method, prices, parts)
    for row in found:
        assert remade(row.how, row.since) == row.fixed
    return [(str(row.since), row.fixed or row.per_unit) for row in found]


def test_per_head_follows_who_lives_there_and_the_price() -> None:
    parts = Parts(TERM, heads=((day("2025-06-01"), 2), (day("2026-03-10"), 3)))
    found = monthly("per_head", [price("10"), price("12", day("2026-07-01"), 2)], parts)
    assert found == [("2026-01-01", D(20)), ("2026-03-10", D(30)), ("2026-07-01", D(36))]
    assert monthly("per_head", [price("10")], Parts(TERM, quantity=D(4))) == [("2026-01-01", D(40))]


def test_a_home_without_anybody_is_named_and_not_charged_nothing() -> None:
    with pytest.raises(NobodyLivesThere):
        schedule("per_head", [price("10")], Parts(TERM))


def test_a_space_costs_by_whether_it_is_owned() -> None:
    parts = Parts(TERM, owned=((day("2026-05-16"), True),))
    assert monthly("parking_own", [price("60", rented="300")], parts) == [("2026-01-01", D(300)), ("2026-05-16", D(60))]


def test_a_formula_takes_its_parts_and_is_rounded_to_the_fen() -> None:
    terms = check_terms("formula", {"formulas": [["基础", "建筑面积 * 0.333"], ["合计", "最大(基础, 20) + 居住人数 * 5"]]})
    parts = Parts(TERM, area=D("89.55"), heads=((day("2025-01-01"), 2),))
    assert monthly("formula", [price(**terms)], parts) == [("2026-01-01", D("39.82"))]  # 29.82015 + 10
    assert schedule("formula", [price(**terms)], parts)[0].how["parts"] == {"建筑面积": "89.55", "居住人数": "2"}


def test_parts_have_english_names_too() -> None:
    terms = check_terms("formula", {"formulas": formulas("max(building_area * 0.5, 50) + residents * 5")})
    found = schedule("formula", [price(**terms)], Parts(TERM, area=D(120), heads=((day("2025-01-01"), 2),)))
    assert (found[0].fixed, found[0].how["parts"]) == (D(70), {"building_area": "120", "residents": "2"})


def test_a_lease_counts_its_months_from_the_lines_first_day() -> None:
    terms = check_terms("rent", rent("area", "1 80\n25 90", 12, D(5), "1 3", ""))
    parts = Parts(Span(day("2026-02-15"), day("2029-02-14")), area=D("100.5"))
    # 80 × 100.5 = 8,040; free till 2026-05-14; 90 × 100.5 = 9,045 from the 25th month, then 5 % every twelve months of the term
    assert monthly("rent", [price(**terms)], parts) == [
        ("2026-02-15", D(0)), ("2026-05-15", D(8040)), ("2028-02-15", D(9045)), ("2029-02-15", D("9497.25")),
    ][:3]  # fmt: skip
    later = Parts(Span(day("2026-02-15"), day("2030-12-31")), area=D("100.5"))
    assert monthly("rent", [price(**terms)], later)[-2:] == [("2029-02-15", D("9497.25")), ("2030-02-15", D("9972.11"))]


def test_a_lease_that_begins_on_29_february() -> None:
    terms = check_terms("rent", rent("total", "1 1000", 12, D(10), "", ""))
    parts = Parts(Span(day("2028-02-29"), day("2030-12-31")))
    assert monthly("rent", [price(**terms)], parts) == [("2028-02-29", D(1000)), ("2029-02-28", D(1100)), ("2030-02-28", D(1210))]


def test_new_terms_hold_from_their_day_and_count_from_the_same_first_day() -> None:
    old, new = (check_terms("rent", rent("total", steps, None, None, "", "")) for steps in ("1 1000", "1 900\n13 950"))
    found = monthly("rent", [price(**old), price("0", day("2026-07-01"), 2, **new)], Parts(TERM))
    assert found == [("2026-01-01", D(1000)), ("2026-07-01", D(900)), ("2027-01-01", D(950))]


@pytest.mark.parametrize(
    ("method", "terms", "field"),
    [
        ("area", {"unit": "台"}, "收费条款"),
        ("parking_own", {}, "租用单价"),
        ("parking_own", {"rented": "-1"}, "租用单价"),
        ("parking_own", {"rented": "abc"}, "租用单价"),
        ("formula", {"formulas": []}, "公式"),
        ("formula", {"formulas": [["建筑面积", "1"]]}, "公式"),
        ("rent", rent("total", "", None, None, "", ""), "租金"),
        ("rent", rent("total", "2 1000", None, None, "", ""), "租金"),
        ("rent", rent("total", "1 1000\n1 2000", None, None, "", ""), "租金"),
        ("rent", rent("total", "1 1000", 12, D(60), "", ""), "递增比例"),
        ("rent", rent("total", "1 1000", None, None, "1 3\n2 2", ""), "免租期"),
        ("rent", rent("total", "1 1000", None, None, "", "1000 5"), "分成"),
        ("rent", rent("total", "1.5 1000", None, None, "", ""), "租金"),
        ("rent", {"by": "total", "steps": [["1", "1"]], "else": 1}, "收费条款"),
    ],
)
def test_terms_that_cannot_be_are_refused_by_field(method: str, terms: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_terms(method, terms)
    assert refused.value.data["field"] == field


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("甲 = 乙 + 1\n乙 = 甲 + 1", "甲 → 乙 → 甲"),
        ("合计 = 层数 * 2", "层数"),
        ("合计 = 建筑面积 *", "没有写完"),
        ("合计 = 打折(1)", "打折"),
    ],
)
def test_a_formula_in_a_circle_or_of_unknown_parts_is_refused(text: str, reason: str) -> None:
    with pytest.raises(BadFormula) as refused:
        check_terms("formula", {"formulas": formulas(text)})
    assert reason in str(refused.value)


def test_what_cannot_be_computed_says_so() -> None:
    below, nothing = ({"formulas": [["合计", text]]} for text in ("计费数量 - 100", "1 / 居住人数"))
    for terms in (below, nothing):
        with pytest.raises(BadFormula):
            schedule("formula", [price(**terms)], Parts(TERM))
    with pytest.raises(DomainError) as missing:
        schedule("formula", [price(formulas=[["合计", "套内面积 * 2"]])], Parts(TERM, area=D(100)))
    assert missing.value.code == "area_missing"


def test_quantities_and_prices_of_the_kinds() -> None:
    assert quantity_for("quantity", "building", None, None, D(3)) == 3
    with pytest.raises(DomainError) as missing:
        quantity_for("quantity", "building", D(100), None)
    assert missing.value.code == "quantity_missing"
    assert [quantity_for(method, "building", D(100), None) for method in ("parking_day", "per_head", "formula", "rent")] == [1, 1, 1, 1]
    with pytest.raises(Invalid):
        check_price("rent", D(1), D(0))
    with pytest.raises(Invalid):
        check_price("per_head", D(1), D(1))
