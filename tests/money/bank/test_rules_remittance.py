"""A remittance advice as it is pasted or uploaded."""

from __future__ import annotations

import pytest

from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.money.bank.rules.remittance import MOST_ROWS, Entry, ListRefused, read_list, split_text


def read(text: str) -> list[Entry]:
    return read_list(split_text(text))


def test_with_a_header_in_any_order_or_none() -> None:
    assert read("铺号\t付款金额\t项目\nS1-01\t1,200.50\t桂语花园\n\n合计\t1200.50\n") == [Entry(2, "桂语花园", "S1-01", 120050)]
    assert read("桂语花园,S1-01,12\n青禾里，S2-02，13.5") == [Entry(1, "桂语花园", "S1-01", 1200), Entry(2, "青禾里", "S2-02", 1350)]
    assert read("S1-01 12\nS1-02 13") == [Entry(1, "", "S1-01", 1200), Entry(2, "", "S1-02", 1300)]


def test_what_is_read_is_written_alike() -> None:
    rows = read("桂语花园,S1-01,1200.5\nS9 1")
    assert read("\n".join(one.line() for one in rows)) == rows


@pytest.mark.parametrize(
    ("text", "words"),
    [("S1 许多", "第 1 行：「许多」"), ("S1 0", "第 1 行：金额应大于 0"), ("S1 -5", "第 1 行"), ("项目\t房号\t金额\n甲\t\t5", "第 2 行：没有房号"), ("S1 5\nS1 6", "第 2 行：与第 1 行是同一处")],
)  # fmt: skip
def test_a_wrong_row_is_named(text: str, words: str) -> None:
    with pytest.raises(ListRefused) as refused:
        read(text)
    assert words in refused.value.text


def test_nothing_and_too_much() -> None:
    for text in ("", "\n合计 5\n", "\n".join(f"S{number} 5" for number in range(MOST_ROWS + 1))):
        with pytest.raises((Invalid, DomainError)):
            read(text)
