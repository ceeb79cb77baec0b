"""A receipt's snapshot survives storage and is refused when its figures contradict each other."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.money.receipts.sample import ORDINARY, line
from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.money.receipts.rules import ReceiptLine, ReceiptSnapshot, Tender, Unbalanced, check

days = st.dates(dt.date(1950, 1, 1), dt.date(2100, 12, 31))
fen = st.integers(0, 10**12)
lines = st.builds(
    ReceiptLine, st.text(max_size=9), st.text(max_size=9), days | st.none(), days | st.none(), fen, fen, fen
)
snapshots = st.builds(
    ReceiptSnapshot,
    **{name: st.text(max_size=9) for name in ("number", "organisation", "community", "payer", "property_code")},
    **{name: st.text(max_size=9) for name in ("cashier", "remark", "void_reason", "verify_url")},
    **dict.fromkeys(("total_fen", "prepayment_fen", "change_fen"), fen),
    issued_on=days,
    value_date=days,
    lines=st.lists(lines, max_size=3).map(tuple),
    tenders=st.lists(st.builds(Tender, st.text(max_size=9), fen), max_size=3).map(tuple),
    voided=st.booleans(),
    voided_on=days | st.none(),
    duplicate_no=st.integers(0, 99),
)


@given(snapshots)
def test_json_keeps_everything(snapshot: ReceiptSnapshot) -> None:
    assert ReceiptSnapshot.from_json(json.loads(json.dumps(snapshot.to_json()))) == snapshot


def test_json_form_is_plain() -> None:
    document = ORDINARY.to_json()
    assert document["issued_on"] == "2026-11-23"
    assert document["lines"][0] == {
        "item": "物业服务费",
        "period": "三季度",
        "service_from": "2026-07-01",
        "service_to": "2026-09-30",
        "principal_fen": 162000,
        "late_fee_fen": 11868,
        "amount_fen": 173868,
    }
    assert document["tenders"] == [
        {"method": "微信支付", "amount_fen": 353786},
        {"method": "预存抵扣", "amount_fen": 20000},
    ]
    assert document["voided_on"] is None


def test_fields_added_later_have_defaults() -> None:
    document = ORDINARY.to_json()
    for name in ("remark", "duplicate_no", "voided", "void_reason", "voided_on", "change_fen", "prepayment_fen"):
        del document[name]
    assert ReceiptSnapshot.from_json(document) == ORDINARY


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"total_fen": "373786"}, "total_fen"),
        ({"total_fen": 3737.86}, "total_fen"),
        ({"total_fen": True}, "total_fen"),
        ({"voided": 1}, "voided"),
        ({"issued_on": "2026-11-31"}, "issued_on"),
        ({"issued_on": None}, "issued_on"),
        ({"surprise": 1}, "surprise"),
        ({"lines": None}, "lines"),
        ({"lines": ["x"]}, "lines[0]"),
        ({"tenders": [{"method": "现金"}]}, "tenders[0].amount_fen"),
    ],
)
def test_json_refuses_what_is_misshapen(change: dict[str, Any], named: str) -> None:
    with pytest.raises(Invalid, match=named.replace("[", r"\[")):
        ReceiptSnapshot.from_json({**ORDINARY.to_json(), **change})


def test_json_refuses_a_missing_key() -> None:
    document = ORDINARY.to_json()
    del document["payer"]
    with pytest.raises(Invalid, match="payer"):
        ReceiptSnapshot.from_json(document)


def test_check_accepts_ordinary_prepaid_change_and_voided() -> None:
    check(ORDINARY)
    check(replace(ORDINARY, total_fen=383786, prepayment_fen=10000, tenders=(Tender("现金", 400000),), change_fen=16214))
    check(replace(ORDINARY, lines=(), total_fen=50000, prepayment_fen=50000, tenders=(Tender("现金", 50000),)))
    check(replace(ORDINARY, voided=True, void_reason="金额录错", voided_on=dt.date(2026, 11, 24)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"total_fen": 373787}, "合计应为 3,737.86，实为 3,737.87"),
        ({"prepayment_fen": 1}, "合计应为 3,737.87，实为 3,737.86"),
        ({"lines": ORDINARY.lines[:2]}, "合计应为 3,358.68，实为 3,737.86"),
        ({"tenders": (Tender("现金", 373785),)}, "收款减找零应为 3,737.86，实为 3,737.85"),
        ({"change_fen": 1}, "收款减找零应为 3,737.86，实为 3,737.85"),
        (
            {"lines": (replace(ORDINARY.lines[0], late_fee_fen=11867), *ORDINARY.lines[1:])},
            "「物业服务费」的金额应为 1,738.67，实为 1,738.68",
        ),
    ],
)
def test_check_refuses_figures_that_contradict(change: dict[str, Any], words: str) -> None:
    with pytest.raises(Unbalanced) as refused:
        check(replace(ORDINARY, **change))
    assert refused.value.text == f"收据 LX-2026-004182 的金额对不上：{words}。"
    assert refused.value.code == "receipt_unbalanced"


@pytest.mark.parametrize(
    "change",
    [
        {"lines": (), "tenders": (), "total_fen": 0},
        {"lines": (*ORDINARY.lines, line("冲减", "", None, None, -100)), "prepayment_fen": 100},
        {"voided": True},
        {"voided": True, "void_reason": "  ", "voided_on": dt.date(2026, 11, 24)},
        {"voided_on": dt.date(2026, 11, 24)},
        {"void_reason": "金额录错"},
        {"duplicate_no": -1},
        {"lines": (replace(ORDINARY.lines[0], service_to=None), *ORDINARY.lines[1:])},
        {"lines": (replace(ORDINARY.lines[0], service_to=dt.date(2026, 6, 30)), *ORDINARY.lines[1:])},
    ],
)
def test_check_refuses_other_contradictions(change: dict[str, Any]) -> None:
    with pytest.raises(DomainError):
        check(replace(ORDINARY, **change))
