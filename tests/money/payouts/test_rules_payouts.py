"""What a row of the bank's answer does to a payout."""

from __future__ import annotations

import datetime as dt

import pytest

from wuyefei.money.payouts.layouts import Field
from wuyefei.money.payouts.rules import Asked, Effect, Row, digest, headed, judge, number_in, said

D = dt.date.fromisoformat
MADE, TODAY = D("2026-01-15"), D("2026-01-17")
NUMBER = "TK202601150123456789ABCDEF"
WAITS = Asked(NUMBER, 10000, "mark-1", "0001", "waiting")


def of(result: str = "成功", fen: int | None = 10000, **more: object) -> Row:
    return Row(3, NUMBER, result, fen, **more)  # type: ignore[arg-type]


def verdict(row: Row, asked: Asked | None = WAITS, earlier: int | None = None) -> tuple[str, str, str]:
    found = judge(row, asked, earlier, MADE, TODAY)
    return found.effect.value, found.field, str(found.words)


@pytest.mark.parametrize(("word", "effect"), [
    ("成功", "done"), ("交易成功", "done"), ("s", "done"), ("0000", "done"), ("失败", "failed"), ("退票", "failed"), ("N", "failed"), ("处理中", "still"), ("", "still"), ("未知", "still"),
])  # fmt: skip
def test_words_of_banks(word: str, effect: str) -> None:
    found = said(word)
    assert found is not None and found.value == effect


@pytest.mark.parametrize("word", ["不成功", "部分成功", "E4", "成功？", "撤销成功"])
def test_a_word_nobody_knows_is_not_guessed(word: str) -> None:
    assert said(word) is None
    effect, field, words = verdict(of(word))
    assert (effect, field) == ("refused", "结果") and word in words


def test_each_row_ends_in_one_effect() -> None:
    assert verdict(of()) == ("done", "", "")
    assert verdict(of("失败", reason="户名不符")) == ("failed", "", "户名不符")
    assert verdict(of("退票")) == ("failed", "", "退票")
    assert verdict(of("处理中")) == ("still", "", "")


def test_what_is_wrong_is_named_by_its_field() -> None:
    for row, asked, earlier, field, words in (
        (of(), None, None, "明细号", NUMBER), (of(), WAITS, 2, "明细号", "第 2 行"), (of(fen=9999), WAITS, None, "金额", "99.99，付款文件是 100.00"),
        (of(fen=None), WAITS, None, "金额", "—"), (of(account_mark="mark-2", account_tail="0001"), WAITS, None, "收款账号", "0001"),
        (of(account_tail="0009"), WAITS, None, "收款账号", "0001"), (of(on=D("2026-01-14")), WAITS, None, "日期", "2026-01-14"),
        (of(on=D("2026-01-18")), WAITS, None, "日期", "2026-01-18"), (of(), Asked(NUMBER, 10000, "", "", "undone"), None, "明细号", "已经撤销"),
    ):  # fmt: skip
        effect, said_of, why = verdict(row, asked, earlier)
        assert (effect, said_of) == ("refused", field) and words in why


def test_the_account_may_be_whole_hidden_or_left_out() -> None:
    for more in ({"account_mark": "mark-1", "account_tail": "0001"}, {"account_tail": "0001"}, {}):
        assert verdict(of(**more))[0] == "done"  # type: ignore[arg-type]


def test_what_was_answered_is_answered_once() -> None:
    first = of(reference="B1", on=MADE)
    done = Asked(NUMBER, 10000, "mark-1", "0001", "done", digest(first, Effect.DONE))
    assert verdict(first, done)[0] == "known"
    assert verdict(of("处理中"), done)[0] == "known", "an earlier file of the bank again"
    assert verdict(of(reference="B2", on=MADE), done)[:2] == ("refused", "结果")
    assert "退汇" in verdict(of("失败"), done)[2]
    noted = Asked(NUMBER, 10000, "mark-1", "0001", "done")
    assert verdict(first, noted)[0] == "known" and verdict(of("失败"), noted)[0] == "refused"
    failed = Asked(NUMBER, 10000, "mark-1", "0001", "failed", digest(of("失败", reason="户名不符"), Effect.FAILED))
    assert verdict(of("失败", reason="户名不符"), failed)[0] == "known"
    assert verdict(of("成功"), failed)[0] == "refused" and verdict(of("失败", reason="销户"), failed)[0] == "refused"


def test_headers_and_numbers() -> None:
    assert headed(["序号", "业务编号", "付款金额（元）", "处理结果", "失败原因"]) == {Field.NUMBER: 1, Field.AMOUNT: 2, Field.RESULT: 3, Field.REASON: 4}
    assert headed(["收款人", "金额", "用途", "状态"]) == {Field.AMOUNT: 1, Field.PURPOSE: 2, Field.RESULT: 3}
    assert headed(["收款人", "金额", "状态"]) is None and headed(["明细号", "状态"]) is None
    assert number_in("", f"退款 {NUMBER}-2 谢谢") == f"{NUMBER}-2" and number_in("退款", "") == ""
