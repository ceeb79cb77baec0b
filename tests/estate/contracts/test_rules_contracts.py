"""What a contract may say, and what the clause checker says of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from wuyefei.estate.contracts.clauses import Severity, check_clauses
from wuyefei.estate.contracts.rules import (
    AboveCeiling,
    ClauseMissing,
    ContractDraft,
    EitherOr,
    LineRow,
    WrongState,
    check_ceiling,
    clean_contract,
    clean_line,
    default_anchor,
    next_state,
    overlaps,
)
from wuyefei.foundation.kernel.errors import DomainError, Invalid

SAMPLE = ContractDraft(
    number="HT-2026-01", title="物业服务合同", starts_on=dt.date(2026, 4, 10), cycle_months=3, due_day=15,
    late_fee_rate=Decimal("0.0005"), late_fee_cap=Decimal("0.05"), late_fee_clause="第九条", fee_clause="第六条",
    channels=("cash", "wechat"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("starts_on", "months", "anchor"),
    [
        ("2026-04-10", 1, "2026-01-01"),
        ("2026-04-10", 3, "2026-01-01"),
        ("2026-11-30", 12, "2026-01-01"),
        ("2026-04-10", 5, "2026-04-01"),
        ("2026-11-30", 7, "2026-11-01"),
    ],
)
def test_anchor(starts_on: str, months: int, anchor: str) -> None:
    assert default_anchor(dt.date.fromisoformat(starts_on), months) == dt.date.fromisoformat(anchor)


def test_sample_stands_and_gets_its_anchor() -> None:
    assert clean_contract(SAMPLE) == replace(SAMPLE, cycle_anchor=dt.date(2026, 1, 1))
    assert clean_contract(replace(SAMPLE, cycle_anchor=dt.date(2026, 4, 10))).cycle_anchor == dt.date(2026, 4, 1)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"cycle_months": 0}, Invalid),
        ({"cycle_months": 13}, Invalid),
        ({"due_day": 0}, Invalid),
        ({"due_day": 32}, Invalid),
        ({"due_day": None}, Invalid),
        ({"due_month": 4}, Invalid),
        ({"due_month": 0}, Invalid),
        ({"ends_on": dt.date(2026, 4, 9)}, Invalid),
        ({"starts_on": dt.date(2202, 1, 1)}, Invalid),
        ({"late_fee_cap": None}, Invalid),
        ({"late_fee_rate": None}, Invalid),
        ({"late_fee_rate": Decimal("0.05")}, Invalid),
        ({"late_fee_rate": Decimal("0.0000005")}, Invalid),
        ({"late_fee_cap": Decimal(5)}, Invalid),
        ({"late_fee_clause": " "}, ClauseMissing),
        ({"dispute_path": "仲裁或诉讼"}, EitherOr),
        ({"dispute_path": "向仲裁委员会申请仲裁或向人民法院起诉"}, EitherOr),
        ({"dispute_path": "arbitration,court"}, EitherOr),
        ({"dispute_path": "duel"}, Invalid),
        ({"channels": ("cash", "barter")}, Invalid),
        ({"allocation_order": "newest"}, Invalid),
        ({"convention": "360"}, Invalid),
        ({"price_regime": "free"}, Invalid),
        ({"ceiling_per_m2": Decimal(0)}, Invalid),
        ({"number": ""}, Invalid),
        ({"title": "长" * 81}, Invalid),
    ],
)
def test_refused_terms(change: dict[str, Any], error: type[DomainError]) -> None:
    with pytest.raises(error):
        clean_contract(replace(SAMPLE, **change))


@pytest.mark.parametrize(
    "change",
    [
        {"late_fee_rate": None, "late_fee_cap": None, "late_fee_clause": ""},
        {"due_month": 3},
        {"due_day": 31},
        {"cycle_months": 12, "due_month": 12},
        {"dispute_path": "arbitration"},
        {"price_regime": "guided", "ceiling_per_m2": Decimal("2.85")},
    ],
)
def test_accepted_terms(change: dict[str, Any]) -> None:
    clean_contract(replace(SAMPLE, **change))


def test_states() -> None:
    assert next_state("activate", "draft", "A") == "active"
    assert next_state("end", "active", "A") == "ended"
    for verb, state in (("activate", "active"), ("activate", "ended"), ("end", "draft"), ("end", "ended")):
        with pytest.raises(WrongState):
            next_state(verb, state, "A")


def test_line_lies_within_its_contract() -> None:
    first, last = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
    row = LineRow(1, 1, first)
    assert clean_line(row, "area", first, last) == row
    for wrong in (
        replace(row, starts_on=dt.date(2025, 12, 31)),
        replace(row, starts_on=dt.date(2027, 1, 1)),
        replace(row, ends_on=dt.date(2027, 1, 1)),
        replace(row, starts_on=dt.date(2026, 3, 1), ends_on=dt.date(2026, 2, 1)),
        replace(row, quantity=Decimal(0)),
        replace(row, quantity=Decimal("1.00001")),
    ):
        with pytest.raises(Invalid):
            clean_line(wrong, "area", first, last)
    with pytest.raises(Invalid):
        clean_line(replace(row, quantity=Decimal(2)), "fixed", first, last)


def test_ceiling_binds_only_guided_area_prices() -> None:
    prices = [Decimal("2.50"), Decimal("3.00")]
    with pytest.raises(AboveCeiling) as caught:
        check_ceiling("guided", Decimal("2.85"), "area", prices)
    assert caught.value.text == "单价 3.00 元高于合同约定的政府指导价上限 2.85 元/平方米·月。"
    check_ceiling("guided", Decimal("3.00"), "area", prices)
    check_ceiling("market", Decimal("2.85"), "area", prices)
    check_ceiling("guided", None, "area", prices)
    check_ceiling("guided", Decimal("2.85"), "parking", [Decimal(150)])


def test_overlap_needs_a_shared_day() -> None:
    jan, feb, mar = dt.date(2026, 1, 31), dt.date(2026, 2, 1), dt.date(2026, 3, 1)
    assert not overlaps(dt.date(2026, 1, 1), jan, feb, None)
    assert overlaps(dt.date(2026, 1, 1), feb, feb, None)
    assert overlaps(dt.date(2026, 1, 1), None, mar, mar)


def _found(draft: ContractDraft, text: str = "") -> list[tuple[str, str]]:
    return [(note.severity.value, note.clause) for note in check_clauses(draft, text)]


def test_checker_is_silent_about_the_sample() -> None:
    text = "物业服务费按建筑面积每月每平方米计收，标准为 5.50 元/平方米·月，于每季度首月 15 日前缴纳。争议由人民法院管辖。"
    assert check_clauses(SAMPLE, text) == []


@pytest.mark.parametrize(
    ("change", "findings"),
    [
        ({"due_day": None}, [("error", "缴费期限")]),
        ({"due_day": 31}, [("note", "缴费期限")]),
        ({"late_fee_rate": Decimal("0.001")}, []),
        ({"late_fee_rate": Decimal("0.0011")}, [("warning", "违约金")]),
        ({"late_fee_cap": Decimal("0.30")}, []),
        ({"late_fee_cap": Decimal("0.31")}, [("warning", "违约金")]),
        ({"late_fee_rate": None, "late_fee_cap": None}, [("note", "违约金")]),
        ({"late_fee_clause": ""}, [("error", "违约金")]),
        ({"dispute_path": "仲裁或诉讼"}, [("error", "争议解决")]),
        ({"dispute_path": "arbitration"}, [("note", "争议解决")]),
        ({"fee_clause": ""}, [("warning", "收费标准")]),
        ({"price_regime": "guided"}, [("warning", "收费标准"), ("note", "收费标准")]),
    ],
)
def test_checker_on_terms(change: dict[str, Any], findings: list[tuple[str, str]]) -> None:
    assert _found(replace(SAMPLE, **change)) == findings


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("物业费每户每月收取若干。", [("warning", "计价单位"), ("warning", "计价单位")]),
        ("按建筑面积 2.5 元/㎡·月，特约服务另收合理费用。", [("warning", "用语")]),
        ("按建筑面积 2.5 元/㎡·月。争议可向仲裁委员会申请仲裁或者向人民法院起诉。", [("error", "争议解决")]),
        ("按建筑面积 2.5 元/㎡·月。争议提交人民法院或仲裁机构，由仲裁裁决。", [("error", "争议解决")]),
        ("按建筑面积 2.5 元/平方米/月。逾期两个月的，乙方有权停水停电。", [("error", "催缴方式")]),
    ],
)
def test_checker_on_wording(text: str, findings: list[tuple[str, str]]) -> None:
    assert _found(SAMPLE, text) == findings


def test_findings_cite_their_source_and_come_gravest_first() -> None:
    notes = check_clauses(replace(SAMPLE, late_fee_rate=Decimal("0.002"), dispute_path="仲裁或诉讼", due_day=30))
    assert [note.severity for note in notes] == [Severity.ERROR, Severity.WARNING, Severity.NOTE]
    assert notes[0].source.startswith("法释〔2006〕7号第七条")
    assert notes[1].source.startswith("《民法典》第五百八十五条")
    assert "0.2000%" in notes[1].message
