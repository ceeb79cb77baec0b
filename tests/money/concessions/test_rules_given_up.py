"""The worked tables of docs/rules/given-up.md line by line."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.money.concessions.rules.given_up import (
    WAY_NAMES,
    Ground,
    NotOverdue,
    Owed,
    Paper,
    Standing,
    TooYoung,
    Way,
    check_paper,
    old_enough,
    reduced,
    standings_of,
    written_off,
)

D = dt.date
DUE, TODAY = D(2026, 1, 15), D(2026, 6, 1)
PAGE = (Path(__file__).resolve().parents[3] / "docs" / "rules" / "given-up.md").read_text(encoding="utf-8")
LINES = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("|")]
WAYS = {name: way for way, name in WAY_NAMES.items()}
CUTS = [cells for cells in LINES if cells[0] in WAYS]
SINCE = [cells for cells in LINES if len(cells) == 5 and cells[0][0].isdigit()]


def owed(open_: str, exact: str, due_on: D = DUE) -> Owed:
    return Owed(due_on, parse_yuan(open_), 100_000, Decimal(parse_yuan(exact)), Decimal("0.05"))


@pytest.mark.parametrize("row", CUTS, ids=lambda row: " ".join(row[:5]))
def test_the_table_of_one_bill(row: list[str]) -> None:
    way, bill = WAYS[row[0]], owed(row[1], row[2])
    principal, late, left, late_left = (parse_yuan(cell) for cell in row[3:])
    cut = written_off(bill, Ground.ESTATE, TODAY) if way is Way.WRITE_OFF else reduced(bill, principal, late)
    assert (cut.principal_fen, cut.late_fen, cut.left_fen, cut.late_left_fen) == (principal, late, left, late_left)


@pytest.mark.parametrize("row", SINCE, ids=" ".join)
def test_the_table_of_what_came_since(row: list[str]) -> None:
    off, up, open_, paid, aside = (parse_yuan(cell) for cell in row)
    assert standings_of([(off, up)], open_) == [Standing(up, paid, aside)]


def test_the_tables_are_whole() -> None:
    assert (len(CUTS), len(SINCE)) == (7, 4)


def test_what_was_taken_up_unpaid_goes_into_the_next_and_the_last_keeps_what_is_set_aside() -> None:
    assert standings_of([(1000, 400), (300, 0)], 0) == [Standing(400, 100, 0), Standing(0, 0, 900)]


def test_three_years_are_three_years() -> None:
    assert (old_enough(D(2023, 2, 15)), old_enough(D(2024, 2, 29))) == (D(2026, 2, 15), D(2027, 2, 28))
    with pytest.raises(TooYoung) as refused:
        written_off(owed("100", "0", D(2023, 6, 2)), Ground.OLD, TODAY)
    assert refused.value.text == "逾期还不满三年：2026-06-02 起才能按这一条核销。"
    assert written_off(owed("100", "0", D(2023, 6, 1)), Ground.OLD, TODAY).principal_fen == 10_000


@pytest.mark.parametrize(
    ("way", "ground", "paper", "field"),
    [
        (Way.WRITE_OFF, Ground.OLD, Paper(" "), "证据"),
        (Way.WRITE_OFF, None, Paper("材料"), "依据"),
        (Way.WRITE_OFF, Ground.COURT, Paper("材料"), "文书号"),
        (Way.JUDGMENT, None, Paper("材料"), "文书号"),
        (Way.MEDIATION, None, Paper("材料", "人调 1 号"), "文书日期"),
        (Way.MEDIATION, None, Paper("材料", "人调 1 号", D(2026, 6, 2)), "文书日期"),
    ],
)
def test_what_is_not_proved_is_refused(way: Way, ground: Ground | None, paper: Paper, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_paper(way, ground, paper, TODAY)
    assert refused.value.data["field"] == field


def test_not_yet_due_and_too_much_and_nothing_are_refused() -> None:
    with pytest.raises(NotOverdue):
        written_off(owed("100", "0"), Ground.ESTATE, DUE)
    for principal, late in ((100_001, 0), (0, 5_001), (-1, 0), (0, 0)):
        with pytest.raises(DomainError):
            reduced(owed("1000", "70"), principal, late)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 10**7), st.integers(0, 10**6), st.data())
def test_nothing_is_left_below_zero_and_the_principal_is_conserved(open_fen: int, exact: int, data: st.DataObject) -> None:
    bill = Owed(DUE, open_fen, open_fen, Decimal(exact), Decimal("0.05"))
    principal, late = data.draw(st.integers(0, open_fen)), data.draw(st.integers(0, bill.late_fen))
    if principal or late:
        cut = reduced(bill, principal, late)
        assert cut.left_fen + principal == open_fen and 0 <= cut.late_left_fen <= bill.late_fen - late
