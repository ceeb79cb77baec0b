"""An acquirer's settlement file: read, joined to card payments, and its payouts found."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from tests.docs import rows_of
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.money.reconciliation.card_files import read_card_file
from wuyefei.money.reconciliation.card_rules import (
    CardFileRefused,
    CardRow,
    Swipe,
    Unpaid,
    changed,
    check_rows,
    fee_of,
    ours_of,
    paid_by,
    pair,
)
from wuyefei.money.reconciliation.rules import Row, net_fen

D = dt.date.fromisoformat
DAY = D("2026-02-14")
HEAD = "商户号,终端号,交易日期,交易时间,卡号,交易类型,交易金额（元）,手续费,清算金额,参考号,原参考号,清算日期\n"
LINE = "898310000001,T0000001,2026-02-14,10:20:01,6222****1234,消费,253.75,1.52,252.23,260214000001,,2026-02-14\n"
BACK = "898310000001,T0000001,20260214,11:00:00,6222****1234,退货,-53.75,-0.32,-53.43,260214000009,260214000001,20260214\n"


def read(text: str, merchant: str = "898310000001") -> list[CardRow]:
    return read_card_file("清算.csv", text.encode(), merchant)


def test_a_file_is_read_by_its_headers() -> None:
    rows = read("收单清算明细,,,\n" + HEAD + LINE + BACK + "合计,2笔,,,,,200.00\n")
    assert rows == [
        CardRow(3, "T0000001", "260214000001", DAY, DAY, False, 25375, 152, "1234"),
        CardRow(4, "T0000001", "260214000009", DAY, DAY, True, 5375, -32, "1234", "260214000001"),
    ]
    assert [row.net_fen for row in rows] == [25223, -5343]
    assert net_fen([Row(row.key, row.refund, row.amount_fen, row.fee_fen) for row in rows]) == 25223 - 5343
    few = read("终端编号\t,交易时间,金额,入账金额,凭证号\n`T0000001,2026-02-14 10:20:01,`100.00,99.40,000123\n")
    assert few == [CardRow(2, "T0000001", "000123", DAY, DAY, False, 10000, 60)]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("253.75,1.52", "许多,1.52", "第 2 行"), ("252.23", "252.24", "第 2 行：金额减手续费不等于清算金额"), ("消费", "理财", "第 2 行：交易类型「理财」不认识"),
        ("T0000001", "", "第 2 行：没有终端号"), ("260214000001", "", "第 2 行：没有参考号"), ("898310000001", "8", "第 2 行：商户号 8 不是所选的 898310000001"),
        ("2026-02-14,10", "2026-02-31,10", "第 2 行"), ("253.75", "0", "第 2 行：金额是 0"), ("1.52,252.23", ",", "第 2 行：没有手续费"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_is_named(old: str, new: str, words: str) -> None:
    with pytest.raises(CardFileRefused) as refused:
        read(HEAD + LINE.replace(old, new, 1))
    assert words in refused.value.text


@pytest.mark.parametrize("text", ["", "甲,乙\n1,2\n", HEAD, HEAD + "合计\n"])
def test_what_is_no_settlement_file_is_refused(text: str) -> None:
    with pytest.raises(DomainError):
        read(text)


def row(reference: str, fen: int = 10000, **more: object) -> CardRow:
    return replace(CardRow(2, "T1", reference, DAY, DAY, False, fen, 60), **more)  # type: ignore[arg-type]


def swipe(pk: int, fen: int = 10000, terminal: str = "T1", reference: str = "", **more: object) -> Swipe:
    return replace(Swipe(pk, DAY, fen, f"GY-{pk}", 1, terminal, reference), **more)  # type: ignore[arg-type]


def test_a_reference_twice_and_a_day_to_come_are_refused() -> None:
    check_rows([row("R1"), row("R1", refund=True)], DAY)
    for rows in ([row("R1"), row("R1")], [row("R1", traded_on=D("2026-02-15"))]):
        with pytest.raises(CardFileRefused):
            check_rows(rows, DAY)


def test_the_fee_comes_from_what_the_file_has() -> None:
    assert [fee_of(10000, 60, None, False, 2), fee_of(10000, None, 9940, False, 2), fee_of(10000, -60, 9940, True, 2), fee_of(10000, None, -9940, True, 2)] == [60, 60, -60, -60]


def test_a_slip_left_out_is_found_only_beyond_doubt() -> None:
    places = {"T1": 1, "T2": 2}
    assert {pk: one.reference for pk, one in pair([row("R1"), row("R2", 500)], [swipe(1), swipe(2, 500, terminal="")], places).items()} == {1: "R1", 2: "R2"}
    assert pair([row("R1"), row("R2")], [swipe(1)], places) == {}
    assert pair([row("R1")], [swipe(1), swipe(2)], places) == {}
    assert pair([row("R1", terminal="T2")], [swipe(1, terminal="")], places) == {}
    assert pair([row("R1", card_tail="1234")], [swipe(1, card_tail="9999")], places) == {}
    assert pair([row("R1", card_tail="1234"), row("R2", card_tail="9")], [swipe(1, card_tail="1234")], places)[1].reference == "R1"
    assert pair([row("R1")], [swipe(1, terminal="", reference="R1", amount_fen=1)], places)[1].reference == "R1"
    assert pair([row("R1")], [swipe(1), swipe(2, reference="R1")], places) == {}
    assert pair([row("R1")], [swipe(1, voided=True)], places) == {}


def test_one_swipe_may_pay_for_several_and_a_voided_one_has_passed() -> None:
    back = row("R9", 4000, refund=True, original="R1")
    swipes = [swipe(1, 6000, reference="R1"), swipe(2, 4000, reference="R1", voided=True), swipe(3, 700, reference="R3", voided=True)]
    ours = ours_of([row("R1"), back], swipes)
    assert ours == {"T1-R1": Row("T1-R1", False, 10000), "T1-R9-R": Row("T1-R9-R", True, 4000)}


def test_a_row_told_otherwise_is_known() -> None:
    assert not changed(row("R1"), row("R1", line=9, card_tail="1234"))
    assert changed(row("R1"), row("R1", fee_fen=61)) and changed(row("R1"), row("R1", 10001))


@pytest.mark.parametrize("row", rows_of("rules/cards.md", 0), ids=str)
def test_the_worked_fees(row: dict[str, str]) -> None:
    told = None if row["手续费"] == "没写" else parse_yuan(row["手续费"])
    facts = parse_yuan(row["交易金额"]), told, parse_yuan(row["清算金额"]), row["类型"] == "退货", 2
    if row["记 6603"] == "拒绝":
        with pytest.raises(CardFileRefused):
            fee_of(*facts)
        return
    assert fee_of(*facts) == parse_yuan(row["记 6603"])


@pytest.mark.parametrize("row", rows_of("rules/cards.md", 1), ids=str)
def test_the_worked_payouts(row: dict[str, str]) -> None:
    days = []
    for number, part in enumerate(row["未到账的日子（净额，元）"].split("、"), start=1):
        day, yuan = part.split()
        days.append(Unpaid(number, D(f"2026-{day}"), parse_yuan(yuan)))
    found = paid_by(parse_yuan(row["结算款"]), D(f"2026-{row['到账日']}"), days, dt.timedelta(days=5))
    names = {one.id: f"{one.day:%m-%d}" for one in days}
    assert "、".join(names[pk] for pk in found) == (row["付的是"] if row["付的是"] != "由人选" else "")


def test_a_weekend_is_paid_as_one_sum() -> None:
    days = [Unpaid(number, D(f"2026-02-{number}"), fen) for number, fen in [(12, 900), (13, 100), (14, 200), (15, 300)]]
    within = dt.timedelta(days=5)
    assert paid_by(600, D("2026-02-16"), days, within) == (13, 14, 15)
    assert paid_by(300, D("2026-02-16"), days, within) == (15,)
    assert paid_by(300, D("2026-02-15"), days, within) == (13, 14)
    assert paid_by(601, D("2026-02-16"), days, within) == () and paid_by(900, D("2026-02-20"), days, within) == ()
    assert paid_by(100, D("2026-02-16"), [Unpaid(1, DAY, 100), Unpaid(2, D("2026-02-15"), 100)], within) == ()
