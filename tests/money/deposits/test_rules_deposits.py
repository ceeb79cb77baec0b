"""What is held and what goes back, by the worked figures of ``docs/rules/deposits.md``."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.docs import rows_of
from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.money.deposits.rules import (
    Kept,
    NothingHeld,
    Source,
    Stage,
    TooMuchBack,
    check_return,
    held_fen,
    overdue,
    spread_back,
    stage,
)


def fen(text: str) -> int:
    return -parse_yuan(text[1:]) if text.startswith("-") else parse_yuan(text)


def test_the_worked_figures() -> None:
    held, back = rows_of("rules/deposits.md"), rows_of("rules/deposits.md", 1)
    assert len(held) >= 7 and len(back) >= 6
    for row in held:
        moves = [fen(one) for one in row["变动"].split()] if row["变动"] != "—" else []
        due, paid = fen(row["应收"]), fen(row["已收"])
        assert held_fen(paid, moves) == fen(row["在押"]), row
        assert stage(due, paid, sum(moves), row["红冲"] == "是").value == row["状态"], row
    for row in back:
        kept = [Kept("墙面", fen(one), "YS-1") for one in row["扣款"].split()] if row["扣款"] != "—" else []
        try:
            deduct = check_return(fen(row["在押"]), fen(row["退还"]), kept)
            said = f"还在押 {(fen(row['在押']) - fen(row['退还']) - deduct) / 100:.2f}"
        except DomainError as error:
            said = error.code
        assert said == row["结果"], row


def test_a_deduction_is_shown_and_has_its_reason() -> None:
    for kept in ([Kept("", 100, "A")], [Kept("墙面", 0, "A")], [Kept("墙面", 100)], [Kept("墙面", 100, "A")] * 6):
        with pytest.raises(Invalid):
            check_return(200000, 0, kept)
    assert check_return(200000, 0, [Kept("墙面", 100, photo=True)]) == 100
    with pytest.raises(NothingHeld):
        check_return(0, 100, [])


def test_the_day_it_should_be_back() -> None:
    day = dt.date(2026, 4, 10)
    assert not overdue(day, 100, day) and overdue(day, 100, day + dt.timedelta(1)) and not overdue(day, 0, dt.date(2027, 1, 1))
    assert not overdue(None, 100, day)
    assert stage(0, 0, 0, False) is Stage.VOID


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(1, 10**8), st.integers(0, 10**8)), min_size=1, max_size=8), st.integers(0, 10**9))
def test_what_goes_back_is_conserved_and_never_above_what_came(parts: list[tuple[int, int]], wanted: int) -> None:
    sources = [Source(number, max(one, gone), gone) for number, (one, gone) in enumerate(parts)]
    room = sum(source.left_fen for source in sources)
    if wanted > room:
        with pytest.raises(TooMuchBack):
            spread_back(wanted, sources)
        return
    back = spread_back(wanted, sources)
    assert sum(amount for _, amount in back) == wanted and all(0 < amount <= sources[pk].left_fen for pk, amount in back)
