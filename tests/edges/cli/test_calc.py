"""``wuyefei calc``: worked figures, and every kind of bad input as one clear line."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from wuyefei.edges.cli.main import main

LATE_FEE: dict[str, Any] = {
    "amount": "1650.00", "due": "2026-01-15", "as_of": "2026-06-30", "rate_per_day": "0.0005", "cap": "0.05",
    "payments": [{"on": "2026-03-01", "principal": "300.00"}], "holds": [{"from": "2026-04-01", "to": "2026-04-30"}],
}  # fmt: skip
PRORATION: dict[str, Any] = {
    "from": "2026-01-10", "to": "2026-04-05", "quantity": "98.76",
    "prices": [{"from": "2026-01-01", "per_month": "5.50"}, {"from": "2026-03-16", "per_month": "5.80"}],
}  # fmt: skip
SHARE: dict[str, Any] = {"total": "300.00", "weights": ["89.5", "120.1", "90.4"]}


class Piped:
    """Standard input as a pipe gives it."""

    def __init__(self, raw: bytes) -> None:
        self.buffer = io.BytesIO(raw)


def call(monkeypatch: pytest.MonkeyPatch, rule: str, raw: bytes, *flags: str) -> int:
    monkeypatch.setattr(sys, "stdin", Piped(raw))
    return main(["calc", rule, *flags])


def answer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], rule: str, document: object) -> Any:
    assert call(monkeypatch, rule, json.dumps(document).encode()) == 0
    said = capsys.readouterr()
    assert said.err == ""
    return json.loads(said.out)


def refusal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], rule: str, raw: bytes) -> str:
    assert call(monkeypatch, rule, raw) == 1
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("wuyefei: ") and "Traceback" not in said.err
    return said.err.removeprefix("wuyefei: ").strip()


@pytest.mark.parametrize(
    ("change", "late_fee", "days"),
    [
        ({}, "82.50", 136),  # 45 days on 1650 and 91 on 1350 are 98.55: the cap is 5 % of 1650
        ({"cap": None}, "98.55", 136),
        ({"as_of": "2026-01-15"}, "0.00", 0),
        ({"as_of": "2026-01-16"}, "0.83", 1),  # 0.825, half up
        ({"as_of": "2026-03-01"}, "37.13", 45),  # what is paid on a day has borne that day: 37.125
        ({"as_of": "2026-04-30"}, "57.38", 75),  # thirty more days on 1350 in March: 57.375; April is held
        ({"payments": [], "holds": [], "as_of": "2026-02-14"}, "24.75", 30),
        ({"payments": [{"on": "2026-01-10", "principal": "1650.00"}]}, "0.00", 0),
        ({"amount": "0.00", "payments": []}, "0.00", 0),
        ({"amount": 1650, "rate_per_day": 0.0005}, "82.50", 136),
        ({"holds": [{"from": "2026-01-01", "to": "2026-06-30"}, {"from": "2026-02-01", "to": "2026-02-10"}]}, "0.00", 0),
    ],
)
def test_late_fee(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], change: dict[str, Any], late_fee: str, days: int
) -> None:
    assert answer(monkeypatch, capsys, "late-fee", LATE_FEE | change) == {"late_fee": late_fee, "days": days}


def test_proration(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(monkeypatch, capsys, "proration", PRORATION) == {
        "total": "1582.60",
        "months": [
            {"month": "2026-01", "amount": "385.48"},  # 543.18 − round(543.18 × 9/31)
            {"month": "2026-02", "amount": "543.18"},
            {"month": "2026-03", "amount": "558.47"},  # 15 days at 5.50 and 16 at 5.80
            {"month": "2026-04", "amount": "95.47"},
        ],
    }


def test_share(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(monkeypatch, capsys, "share", SHARE) == {"parts": ["89.50", "120.10", "90.40"]}
    assert answer(monkeypatch, capsys, "share", {"total": "0.05", "weights": ["1", "1", "1"]}) == {"parts": ["0.02", "0.02", "0.01"]}
    assert answer(monkeypatch, capsys, "share", {"total": "-0.05", "weights": [1, 1]}) == {"parts": ["-0.03", "-0.02"]}


def test_the_answer_is_one_document_with_json_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(monkeypatch, "share", json.dumps(SHARE).encode(), "--json") == 0
    assert json.loads(capsys.readouterr().out)["parts"][0] == "89.50"
    assert call(monkeypatch, "share", b"{}", "--json") == 1
    said = json.loads(capsys.readouterr().out)
    assert said["error"]["code"] == "invalid" and "total" in said["error"]["message"]


@pytest.mark.parametrize(
    ("rule", "change", "named"),
    [
        ("late-fee", {"amount": "16,50"}, "amount"),
        ("late-fee", {"amount": "1650.005"}, "amount"),
        ("late-fee", {"amount": "-1"}, "amount"),
        ("late-fee", {"amount": True}, "amount"),
        ("late-fee", {"amount": None}, "amount"),
        ("late-fee", {"amount": ["1650.00"]}, "amount"),
        ("late-fee", {"amount": "9" * 40}, "amount"),
        ("late-fee", {"due": "2026-02-30"}, "due"),
        ("late-fee", {"due": "2202-01-01"}, "due"),
        ("late-fee", {"due": 20260115.5}, "due"),
        ("late-fee", {"as_of": {}}, "as_of"),
        ("late-fee", {"rate_per_day": "-0.1"}, "rate_per_day"),
        ("late-fee", {"rate_per_day": "5"}, "rate_per_day"),
        ("late-fee", {"rate_per_day": "1e-40"}, "rate_per_day"),
        ("late-fee", {"cap": "1e400000"}, "cap"),
        ("late-fee", {"cap": "NaN"}, "cap"),
        ("late-fee", {"payments": {}}, "payments"),
        ("late-fee", {"payments": None}, "payments"),
        ("late-fee", {"payments": ["x"]}, "payments[0]"),
        ("late-fee", {"payments": [{"on": "2026-03-01"}]}, "payments[0].principal"),
        ("late-fee", {"payments": [{"on": "2026-03-01", "principal": "9999.00"}]}, "payments"),
        ("late-fee", {"payments": [{"on": "2026-03-01", "principal": "1", "note": ""}]}, "payments[0].note"),
        ("late-fee", {"payments": [{"on": "2026-03-01", "principal": "1"}] * 1001}, "payments"),
        ("late-fee", {"holds": [{"from": "2026-04-30", "to": "2026-04-01"}]}, "起止日期"),
        ("late-fee", {"rate": "0.0005"}, "rate"),
        ("proration", {"quantity": "-98.76"}, "quantity"),
        ("proration", {"quantity": "1e15"}, "quantity"),
        ("proration", {"quantity": "约一百"}, "quantity"),
        ("proration", {"from": "1990-01-01", "to": "2090-01-01"}, "to"),
        ("proration", {"prices": []}, "收费标准"),
        ("proration", {"prices": [{"from": "2026-03-01", "per_month": "5"}]}, "收费标准"),
        ("proration", {"prices": [{"from": "2026-01-01", "per_month": "5"}] * 2}, "prices"),
        ("proration", {"convention": "lunar"}, "convention"),
        ("proration", {"convention": []}, "convention"),
        ("share", {"weights": []}, "weights"),
        ("share", {"weights": ["0", "0"]}, "weights"),
        ("share", {"weights": ["1", "-1"]}, "weights[1]"),
        ("share", {"weights": ["1", "Infinity"]}, "weights[1]"),
        ("share", {"weights": "12"}, "weights"),
        ("share", {"total": ""}, "total"),
        ("share", {"totals": "1.00"}, "totals"),
    ],
)  # fmt: skip
def test_a_bad_field_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], rule: str, change: dict[str, Any], named: str
) -> None:
    good = {"late-fee": LATE_FEE, "proration": PRORATION, "share": SHARE}[rule]
    assert refusal(monkeypatch, capsys, rule, json.dumps(good | change).encode()).startswith(f"{named}：")


@pytest.mark.parametrize("rule", ["late-fee", "proration", "share"])
@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (b"", "没有内容"),
        (b" \n", "没有内容"),
        (b"amount=1650", "第 1 行第 1 列"),
        (b'{"total": "1.00",}', "不是 JSON"),
        (b"\xff\xfe{}", "UTF-8"),
        ('{"total": "金额"'.encode("gb18030"), "UTF-8"),
        (b"[]", "应为 JSON 对象"),
        (b'"1.00"', "应为 JSON 对象"),
        (b"null", "应为 JSON 对象"),
        (b"NaN", "应为 JSON 对象"),
        (b"[" * 200_000, "JSON"),
        (b'{"a":' * 100_000, "JSON"),
        (b'{"total": "1.00", "total": "2.00"}', "total：这个字段写了两次"),
        (b'{"\\ud800": "1.00"}', "不认识的字段"),
        (b'{"total": ' + b"9" * 5_000_000 + b', "weights": [1]}', "total"),
        (b" " * (16 * 2**20 + 1), "16 MB"),
    ],
    ids=range(16),
)
def test_bad_documents(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], rule: str, raw: bytes, word: str
) -> None:
    said = refusal(monkeypatch, capsys, rule, raw)
    assert len(said) < 300
    assert word in said or (rule != "share" and "不认识的字段" in said)


NAMES = sorted({*LATE_FEE, *PRORATION, *SHARE, "convention", "on", "principal", "per_month"})
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.dates().map(str)
    | st.sampled_from(["1650.00", "0.0005", "2026-01-15", "1e9999999", "-0", "thirty", "9" * 500, "0.05", "１２"])
)  # fmt: skip
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=4), inner, max_size=8),
    max_leaves=20,
)


@given(document=ANYTHING, rule=st.sampled_from(["late-fee", "proration", "share"]))
@example(document=LATE_FEE | {"amount": "9999999999999.99", "rate_per_day": "0.999999999999", "cap": "100"}, rule="late-fee")
@example(document=SHARE | {"total": "9999999999999.99", "weights": ["999999999999.123456789012", "0.000000000001"]}, rule="share")
@example(document=PRORATION | {"quantity": "999999999999", "prices": [{"from": "2026-01-01", "per_month": "999999999999"}]}, rule="proration")
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_document_brings_it_down(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], document: object, rule: str
) -> None:
    code = call(monkeypatch, rule, json.dumps(document).encode(), "--json")
    said = json.loads(capsys.readouterr().out)
    assert code == (1 if "error" in said else 0)


@given(change=st.dictionaries(st.sampled_from(sorted(LATE_FEE)), LEAVES, max_size=2))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nor_one_that_is_nearly_right(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], change: dict[str, object]
) -> None:
    code = call(monkeypatch, "late-fee", json.dumps(LATE_FEE | change).encode(), "--json")
    said = json.loads(capsys.readouterr().out)
    assert code == (1 if "error" in said else 0)
