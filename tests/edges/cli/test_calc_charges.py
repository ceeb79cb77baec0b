"""``wuyefei calc`` for kinds of charges: worked figures, and what is wrong named by its field."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.edges.cli.test_calc import answer, refusal

STEPS = [{"upto": "180", "price": "2.07"}, {"upto": "260", "price": "4.07"}, {"price": "6.07"}]
RENT: dict[str, Any] = {
    "from": "2026-01-01", "to": "2027-12-31", "steps": [{"from": "2026-01-01", "monthly": "8000.00"}],
    "escalation": {"months": 12, "share": "0.05"}, "free": [{"from": "2026-12-16", "to": "2027-01-15"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "document", "expected"),
    [
        ("tiers", {"steps": STEPS, "used": "30", "before": "170"},
         {"total": "102.10", "parts": [{"step": 1, "quantity": "10", "amount": "20.70"}, {"step": 2, "quantity": "20", "amount": "81.40"}]}),
        ("tiers", {"steps": [{"price": "3.45"}], "used": "0"}, {"total": "0.00", "parts": []}),
        ("usage", {"start": "99990", "end": "12", "rolled": True}, {"used": "22"}),
        ("usage", {"start": "1520.4", "end": "1533.6", "multiplier": "30", "digits": 6}, {"used": "396"}),
        ("usage", {"start": "1240", "end": "1232", "estimated": True}, {"used": "-8"}),
        ("shared", {"total": "100.00", "by": "unit", "participants": [{"code": "101", "factor": "0.7"}, {}, {}]},
         {"parts": [{"code": "101", "weight": "0.7", "amount": "25.92"}, {"code": "2", "weight": "1", "amount": "37.04"},
                    {"code": "3", "weight": "1", "amount": "37.04"}]}),
        ("rent", RENT, {"prices": [{"from": "2026-01-01", "monthly": "8000.00"}, {"from": "2026-12-16", "monthly": "0.00"},
                                   {"from": "2027-01-16", "monthly": "8400.00"}]}),
        ("formula", {"formula": "最大(建筑面积 × 0.6, 50)", "parts": {"建筑面积": "60"}}, {"value": "50"}),
    ],
)  # fmt: skip
def test_worked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], rule: str, document: object, expected: object
) -> None:
    assert answer(monkeypatch, capsys, rule, document) == expected


@pytest.mark.parametrize(
    ("rule", "document", "named"),
    [
        ("tiers", {"steps": STEPS}, "used"), ("tiers", {"steps": [], "used": "1"}, "阶梯"), ("tiers", {"steps": STEPS, "used": "-1"}, "used"),
        ("tiers", {"steps": [{"upto": "2", "price": "x"}], "used": "1"}, "steps[0].price"),
        ("usage", {"start": "20", "end": "10"}, "读数"), ("usage", {"start": "1", "end": "2", "rolled": "yes"}, "rolled"),
        ("shared", {"total": "1.00", "by": "luck", "participants": []}, "by"), ("shared", {"total": "1.00", "participants": []}, "没有参与"),
        ("shared", {"total": "1.00", "participants": [{"code": "101"}]}, "101"),
        ("rent", RENT | {"steps": []}, "租金"), ("rent", RENT | {"escalation": {"months": 12}}, "escalation.share"),
        ("rent", RENT | {"free": [{"from": "2025-01-01", "to": "2025-02-01"}]}, "免租期"),
        ("formula", {"formula": "1 / 0"}, "除数为零"), ("formula", {"formula": "楼层 × 2"}, "楼层"), ("formula", {"formula": ["1"]}, "formula"),
        ("formula", {"formula": "1", "parts": []}, "parts"), ("formula", {"formula": "打开(1)"}, "打开"),
    ],
)  # fmt: skip
def test_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], rule: str, document: object, named: str) -> None:
    assert named in refusal(monkeypatch, capsys, rule, json.dumps(document).encode())
