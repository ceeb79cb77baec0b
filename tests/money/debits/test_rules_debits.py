"""Which bills a file asks for, how it is written, and what the bank's answer makes of an item. Worked by hand."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.money.debits.rules.answers import (
    Answer,
    AnswerRefused,
    Outcome,
    digest,
    judge,
    parse_codes,
    said,
)
from wuyefei.money.debits.rules.choosing import Open, Retry, Tried, Why, choose
from wuyefei.money.debits.rules.layouts import (
    BACK_COLUMNS,
    CSV_COLUMNS,
    FIXED_COLUMNS,
    Field,
    LayoutRefused,
    Out,
    Shape,
    answer_of,
    headed,
    parse_layout,
    read_fixed,
    write,
)

D = dt.date.fromisoformat
ON = D("2026-02-13")
RETRY = Retry(attempts=2, days_apart=5)


def bill(pk: int, payer: int = 1, fen: int = 10_000, due: str = "2026-01-15", **held: bool) -> Open:
    return Open(pk, payer, 100 + payer, D(due), fen, **held)


def test_the_oldest_bills_up_to_the_limit() -> None:
    """Limit 250.00: 100.00 and 90.00 fit, 80.00 would make 270.00 and stays out, 60.00 makes exactly 250.00."""
    bills = [bill(4, fen=6_000, due="2026-02-10"), bill(1), bill(2, fen=9_000, due="2026-01-20"), bill(3, fen=8_000, due="2026-02-01"), bill(9, payer=2)]
    chosen = choose(bills, {1: 25_000}, (), {}, RETRY, ON)
    (one,) = chosen.asked
    assert [row.receivable_id for row in one.bills] == [1, 2, 4] and one.fen == 25_000 and one.property_id == 101
    assert chosen.left_out == {Why.LIMIT: 1}


def test_what_stays_out_and_why() -> None:
    bills = [bill(1, due="2026-02-14"), bill(2), bill(3, disputed=True), bill(4, in_plan=True), bill(5, deferred=True), bill(6), bill(7), bill(8, due="2026-02-13")]
    tried = {6: Tried(1, D("2026-02-09")), 7: Tried(2, D("2026-01-20"))}
    chosen = choose(bills, {1: None}, {2}, tried, RETRY, ON)
    assert [row.receivable_id for row in chosen.asked[0].bills] == [8]
    assert chosen.left_out == {why: 1 for why in Why if why is not Why.LIMIT}


def test_tries_lie_days_apart_and_end() -> None:
    assert RETRY.next_on(None) == dt.date.min
    assert RETRY.next_on(Tried(1, D("2026-02-09"))) == D("2026-02-14")
    assert RETRY.next_on(Tried(2, D("2026-02-14"))) is None


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 50_000), st.integers(-40, 10)), max_size=30), st.integers(1, 90_000))
def test_nobody_is_asked_above_the_limit_or_twice(rows: list[tuple[int, int, int]], limit: int) -> None:
    bills = [Open(pk, payer, payer, ON + dt.timedelta(days=days), fen) for pk, (payer, fen, days) in enumerate(rows)]
    chosen = choose(bills, {1: limit, 2: None, 3: limit}, (), {}, RETRY, ON)
    asked = [one.receivable_id for asked in chosen.asked for one in asked.bills]
    assert len(asked) == len(set(asked)) and all(one.fen <= limit for one in chosen.asked if one.payer_id != 2)
    assert len(asked) + sum(chosen.left_out.values()) == sum(one.payer_id != 4 for one in bills)


def out(**other: object) -> Out:
    facts = {"place": 1, "number": "DK26021300100001", "name": "陆小满", "account": "6200000000010001", "bank": "桂语银行", "fen": 40_012,
             "on": ON, "merchant": "QY1", "batch": "DK260213001", "note": "物业费"} | other  # fmt: skip
    return Out(**facts)  # type: ignore[arg-type]


def test_a_file_by_headers() -> None:
    data = write([out()], parse_layout(CSV_COLUMNS, Shape.CSV), Shape.CSV).decode("gb18030")
    assert data == (
        "序号,商户明细号,户名,账号,开户行,扣款金额,扣款日期,摘要\r\n1,DK26021300100001,陆小满,6200000000010001,桂语银行,400.12,20260213,物业费\r\n"
    )


def test_a_file_by_widths() -> None:
    """Numbers are filled with zeros from the left, texts with blanks to the right; a Chinese sign is two bytes wide."""
    (line, rest) = write([out()], parse_layout(FIXED_COLUMNS, Shape.FIXED), Shape.FIXED).split(b"\r\n")
    assert len(line) == 121 and rest == b"" and line.startswith(b"000001DK26021300100001    6200000000010001" + b" " * 16)
    assert line[58:98] == "陆小满".encode("gb18030").ljust(40) and line[98:113] == b"000000000040012" and line[113:] == b"20260213"
    with pytest.raises(LayoutRefused, match="超过宽度 4"):
        write([out()], parse_layout("明细号=明细号,20\n账号=账号,4\n金额=金额分,9", Shape.FIXED), Shape.FIXED)


@pytest.mark.parametrize(
    ("text", "shape", "why"),
    [("明细号=明细号\n账号=账号", Shape.CSV, "还缺「金额元」"), ("甲=乙", Shape.CSV, "没有「乙」"), ("明细号", Shape.CSV, "应写成"), ("明细号=明细号", Shape.FIXED, "要写宽度")],
)
def test_a_layout_that_cannot_be(text: str, shape: Shape, why: str) -> None:
    with pytest.raises(LayoutRefused, match=why):
        parse_layout(text, shape)


def fixed(result: str = "00", got: str = "000000000040012", reason: str = "") -> bytes:
    texts = (("000001", 6), ("DK26021300100001", 20), ("6200000000010001", 32), ("陆小满", 40), ("000000000040012", 15), ("20260213", 8), (result, 4), (got, 15), (reason, 40))
    return b"".join(text.encode("gb18030").ljust(width) for text, width in texts)


def test_an_answer_by_widths() -> None:
    columns = parse_layout(BACK_COLUMNS, Shape.FIXED, back=True)
    rows = read_fixed(fixed() + b"\r\n" + fixed("51", "0" * 15, "余额不足").rstrip() + b"\r\n\r\n", columns)
    first, second = (answer_of(number, found, ON) for number, found in rows)
    assert (first.number, first.result, first.asked_fen, first.got_fen) == ("DK26021300100001", "00", 40_012, 40_012)
    assert (second.row, second.got_fen, second.reason) == (2, 0, "余额不足")
    with pytest.raises(AnswerRefused, match="第 1 行：有 181 字节，应为 180"):
        read_fixed(fixed() + b"x", columns)
    with pytest.raises(AnswerRefused, match="不是金额"):
        answer_of(3, {Field.GOT_FEN: "4x"}, ON)


def test_headers_of_an_answer() -> None:
    assert headed(["序号", "商户明细号", "扣款金额（元）", "处理结果"]) == {Field.NUMBER: 1, Field.RESULT: 3, Field.YUAN: 2}
    assert headed(["序号", "金额"]) is None
    own = parse_layout("单号=明细号\n回执=结果", Shape.CSV, back=True)
    assert headed(["单号", "回执"], own) == {Field.NUMBER: 0, Field.RESULT: 1}


def answer(result: str, got: int | None = None, asked: int | None = None, reason: str = "") -> Answer:
    return Answer(5, "N1", result, asked, got, reason)


@pytest.mark.parametrize(
    ("given", "outcome", "got"),
    [
        (answer("成功"), Outcome.PAID, 10_000), (answer("00", 10_000, 10_000), Outcome.PAID, 10_000), (answer("部分成功", 4_000), Outcome.PARTIAL, 4_000),
        (answer("成功", 4_000), Outcome.PARTIAL, 4_000), (answer("成功", 10_001), Outcome.EXCEPTION, 10_001), (answer("失败"), Outcome.FAILED, 0), (answer("51", 0), Outcome.FAILED, 0),
    ],
)  # fmt: skip
def test_how_an_item_ends(given: Answer, outcome: Outcome, got: int) -> None:
    judged = judge(given, 10_000, {})
    assert (judged.outcome, judged.got_fen) == (outcome, got)


@pytest.mark.parametrize(
    ("given", "why"),
    [(answer("失败", 100), "写着失败，但有实扣金额"), (answer("成功", 0), "写着成功，但没有实扣金额"), (answer("部分成功"), "没有实扣金额"), (answer(""), "没有扣款结果"),
     (answer("成功", asked=9_999), "应扣金额与报盘不同"), (answer("成功", -1), "负数")],
)  # fmt: skip
def test_an_answer_that_contradicts_itself(given: Answer, why: str) -> None:
    with pytest.raises(AnswerRefused, match=f"第 5 行：.*{why}"):
        judge(given, 10_000, {})


def test_a_failure_in_words() -> None:
    codes = parse_codes("E4=卡里钱不够\n\nE5 ＝ 账户已销户\n")
    assert said("E4", "", codes) == "卡里钱不够" and said("51", "", codes) == "余额不足" and said("ZZ", "", codes) == "返回码 ZZ"
    assert judge(answer("E5"), 1, codes).ends_mandate and not judge(answer("E4"), 1, codes).ends_mandate
    assert judge(answer("失败", reason="户名不符"), 1, {}).ends_mandate
    with pytest.raises(DomainError, match="返回码第 2 行"):
        parse_codes("E4=好\nE5")


def test_an_answer_is_known_by_what_bears_on_it() -> None:
    one = answer("成功", 100)
    assert digest(one, ON) == digest(Answer(9, "N1", "成功 ", None, 100), ON) != digest(answer("成功", 101), ON)
    assert digest(one, ON) != digest(one, D("2026-02-14"))
