"""Sums in capital Chinese: a table of awkward figures, and every figure read back by an independent reader."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.money import MAX_FEN
from wuyefei.money.receipts.rules import capital_amount, receipt_number

TABLE = """
0.00 零元整
0.01 壹分
0.05 伍分
0.10 壹角整
0.50 伍角整
0.55 伍角伍分
1.00 壹元整
1.05 壹元零伍分
1.50 壹元伍角整
10.00 壹拾元整
10.50 壹拾元伍角整
11.11 壹拾壹元壹角壹分
20.08 贰拾元零捌分
100.10 壹佰元壹角整
101.00 壹佰零壹元整
110.00 壹佰壹拾元整
325.04 叁佰贰拾伍元零肆分
1000.05 壹仟元零伍分
1001.00 壹仟零壹元整
1010.00 壹仟零壹拾元整
1409.50 壹仟肆佰零玖元伍角整
1650.00 壹仟陆佰伍拾元整
1680.32 壹仟陆佰捌拾元叁角贰分
3737.86 叁仟柒佰叁拾柒元捌角陆分
6007.14 陆仟零柒元壹角肆分
10000.00 壹万元整
10001.00 壹万零壹元整
10010.00 壹万零壹拾元整
10203.40 壹万零贰佰零叁元肆角整
16409.02 壹万陆仟肆佰零玖元零贰分
105000.30 壹拾万伍仟元叁角整
107000.53 壹拾万柒仟元伍角叁分
1000001.00 壹佰万零壹元整
1010000.00 壹佰零壹万元整
10000000.00 壹仟万元整
20000000.10 贰仟万元壹角整
100000000.00 壹亿元整
100000001.00 壹亿零壹元整
100005000.00 壹亿零伍仟元整
100500000.00 壹亿零伍拾万元整
101000000.00 壹亿零壹佰万元整
110000000.00 壹亿壹仟万元整
10000000000.01 壹佰亿元零壹分
100010000000.00 壹仟亿壹仟万元整
1000000000000.00 壹万亿元整
1000000000500.00 壹万亿零伍佰元整
1000100000000.00 壹万零壹亿元整
9999999999999.99 玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分
10000000000000.00 壹拾万亿元整
-0.05 负伍分
-3.20 负叁元贰角整
-1650.00 负壹仟陆佰伍拾元整
"""


def fen_of(figure: str) -> int:
    return int(figure.replace(".", ""))


@pytest.mark.parametrize(("figure", "words"), [row.split() for row in TABLE.split("\n") if row])
def test_capital_amount_of_awkward_figures(figure: str, words: str) -> None:
    assert capital_amount(fen_of(figure)) == words


def test_capital_amount_refuses_what_cannot_be_money() -> None:
    for fen in (MAX_FEN + 1, -MAX_FEN - 1):
        with pytest.raises(Invalid):
            capital_amount(fen)


DIGIT = {word: value for value, word in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACE = {"拾": 10, "佰": 100, "仟": 1000}


def read_whole(words: str) -> int:
    """The number that Chinese numerals name, by the place words alone."""
    for unit, value in (("亿", 10**8), ("万", 10**4)):
        if unit in words:
            high, _, low = words.rpartition(unit)
            return read_whole(high) * value + read_whole(low)
    total, digit = 0, 0
    for word in words:
        if word in PLACE:
            total, digit = total + digit * PLACE[word], 0
        else:
            digit = DIGIT[word]
    return total + digit


def read_back(words: str) -> int:
    sign, words = (-1, words[1:]) if words[0] == "负" else (1, words)
    fen = 0
    for unit, value in (("元", 100), ("角", 10), ("分", 1)):
        if unit in words:
            part, _, words = words.partition(unit)
            fen += read_whole(part) * value
    assert words in ("", "整")
    return sign * fen


@given(st.integers(-MAX_FEN, MAX_FEN) | st.integers(0, 10**6) | st.integers(0, 10**7).map(lambda n: n * 10**6))
@example(1_0000_0000_0000_00)
def test_capital_amount_reads_back_to_the_same_figure(fen: int) -> None:
    words = capital_amount(fen)
    assert read_back(words) == fen
    assert "零零" not in words
    assert "零元" not in words or fen == 0
    assert words.endswith("整") == (fen % 10 == 0)
    assert words.removeprefix("负")[0] != "零" or fen == 0


def test_receipt_number() -> None:
    assert receipt_number("LX", 2026, 4182) == "LX-2026-004182"
    assert receipt_number("A1", 2027, 1) == "A1-2027-000001"
    assert receipt_number("LX", 2026, 1_000_000) == "LX-2026-1000000"


@pytest.mark.parametrize(("prefix", "serial"), [("", 1), ("lx", 1), ("澜", 1), ("ABCDEFGHI", 1), ("LX", 0), ("LX", -3)])
def test_receipt_number_refuses(prefix: str, serial: int) -> None:
    with pytest.raises(Invalid):
        receipt_number(prefix, 2026, serial)
