"""Tax numbers, the split of what was paid, and what a provider's answer means."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.money import parse_yuan, tax_included
from wuyefei.money.invoices.rules.lines import Settled, Why, percent, principal_tax, split
from wuyefei.money.invoices.rules.states import MOVES, Report, Said, State, next_wait, verdict
from wuyefei.money.invoices.rules.titles import (
    SIGNS,
    Title,
    TitleKind,
    check_sign,
    check_tax_number,
    check_title,
)

DOC = Path(__file__).resolve().parents[3] / "docs" / "rules" / "invoices.md"
DAY = dt.date(2026, 1, 1)


def settled(part: str = "principal", fen: int = 25000, **more: object) -> Settled:
    facts: dict[str, object] = {
        "allocation_id": 1, "receivable_id": 1, "part": part, "amount_fen": fen, "item": "物业服务费", "nature": "income",
        "tax_rate": Decimal("0.06"), "service_from": DAY, "service_to": DAY, "due_fen": 25000, "due_tax_fen": 1415,
    }  # fmt: skip
    return Settled(**(facts | more))  # type: ignore[arg-type]


def test_what_a_fund_paid_stands_on_no_invoice_of_the_owner() -> None:
    (line,), (left,) = split([settled(fen=15000, by_fund=True), settled(fen=10000)])
    assert (line.amount_fen, line.tax_fen) == (10000, 566) and (left.amount_fen, left.why.value) == (15000, "fund")
    assert split([settled("late_fee", 300, by_fund=True)])[0] == []


def test_the_code_of_the_standard() -> None:
    """The example of GB 32100-2015 itself, also as people write it."""
    assert check_tax_number("91350100M000100Y43") == "91350100M000100Y43"
    assert check_tax_number(" 91350100m000 100y43 ") == "91350100M000100Y43"


@pytest.mark.parametrize(
    ("text", "reason"),
    [("91350100M000100Y4", "现有 17 位"), ("91350100M000100Y44", "校验位不对"), ("9135O100M000100Y43", "不会有「O」"), ("", "现有 0 位")],
)
def test_a_wrong_code(text: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        check_tax_number(text)


@given(st.text(SIGNS, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(SIGNS))
def test_one_wrong_sign_is_always_found(body: str, place: int, other: str) -> None:
    code = body + check_sign(body)
    assert check_tax_number(code) == code
    wrong = code[:place] + other + code[place + 1 :]
    if wrong != code:
        with pytest.raises(Invalid):
            check_tax_number(wrong)


def test_titles() -> None:
    assert check_title(Title(TitleKind.PERSONAL, " 陆小满 ", "乱填", "11010519491231002x")) == Title(
        TitleKind.PERSONAL, "陆小满", "", "11010519491231002X"
    )
    for wrong, field in (
        (Title(TitleKind.PERSONAL, ""), "抬头名称"), (Title(TitleKind.PERSONAL, "陆", identity="110105194912310021"), "身份证号"),
        (Title(TitleKind.COMPANY, "青石咨询有限公司"), "税号"), (Title(TitleKind.PERSONAL, "陆", email="a b@c"), "电子邮箱"),
    ):  # fmt: skip
        with pytest.raises(Invalid, match=field):
            check_title(wrong)


def test_worked_figures_of_the_document() -> None:
    """Each row of the table: due, its tax, the parts paid, and the tax of each part."""
    rows = re.findall(r"^\| ([\d.,]+) \| (\d+)% \| ([\d.,]+) \| ([\d.、,]+) \| ([\d.、,]+) \|$", DOC.read_text("utf-8"), flags=re.M)
    assert len(rows) == 5
    for due, rate, tax, parts, taxes in rows:
        due_fen, tax_fen = parse_yuan(due), parse_yuan(tax)
        assert tax_included(due_fen, Decimal(rate) / 100) == tax_fen
        done = done_tax = 0
        found = []
        for part in parts.split("、"):
            fen = parse_yuan(part)
            found.append(principal_tax(fen, due_fen, tax_fen, done, done_tax))
            done, done_tax = done + fen, done_tax + found[-1]
        assert found == [parse_yuan(one) for one in taxes.split("、")] and done == due_fen


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=12), st.sampled_from(["0", "0.01", "0.03", "0.06", "0.09", "0.13"]))
def test_however_a_bill_is_paid_its_lines_hold_its_tax(parts: list[int], rate: str) -> None:
    due = sum(parts)
    tax = tax_included(due, Decimal(rate))
    lines, left = split(
        [settled(fen=fen, allocation_id=at, due_fen=due, due_tax_fen=tax, tax_rate=Decimal(rate)) for at, fen in enumerate(parts)]
    )
    assert left == [] and sum(line.tax_fen for line in lines) == tax and sum(line.amount_fen for line in lines) == due
    assert all(0 <= line.tax_fen <= line.amount_fen for line in lines)


def test_the_split() -> None:
    lines, left = split(
        [settled("late_fee", 375), settled("principal", 25000, allocation_id=2), settled("cost", 100), settled(nature="pass_through", fen=900),
         settled(nature="deposit", fen=800)]
    )  # fmt: skip
    assert [(line.part, line.amount_fen, line.tax_fen) for line in lines] == [("late_fee", 375, 21), ("principal", 25000, 1415)]
    assert [(one.amount_fen, one.why) for one in left] == [(100, Why.COST), (900, Why.PASS_THROUGH), (800, Why.DEPOSIT)]
    assert (percent(Decimal("0.0600")), percent(Decimal("0.0150")), percent(Decimal(0))) == ("6%", "1.5%", "0%")


def test_what_an_answer_means() -> None:
    good = Report("FP1", Said.ISSUED, "2601", DAY, 25375, 1436)
    assert verdict(good, "FP1", 25375, 1436) is State.ISSUED
    assert verdict(good, "FP1", 25375, 1437) is State.MISMATCH
    assert verdict(good, "FP2", 25375, 1436) is State.MISMATCH
    assert verdict(Report("FP1", Said.ISSUED, "", DAY, 25375, 1436), "FP1", 25375, 1436) is State.MISMATCH
    assert verdict(Report("FP1", Said.FAILED), "FP1", 1, 0) is State.FAILED
    assert verdict(Report("FP1", Said.PROCESSING), "FP1", 1, 0) is None


def test_a_document_the_bureau_may_have_is_never_cancelled() -> None:
    cancellable = {state for state, then in MOVES.items() if State.CANCELLED in then}
    assert cancellable == {State.ASKED, State.FAILED}
    assert [int(next_wait(asks).total_seconds()) for asks in (0, 1, 2, 5, 60)] == [30, 60, 120, 600, 600]
