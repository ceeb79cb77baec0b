"""The worked tables of docs/rules/concessions-funds.md line by line, and what holds for all of them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.money.relief.rules.aid import (
    NotEnough,
    NothingToPay,
    OpenBill,
    check_balance,
    for_each,
    for_household,
    spread,
)
from wuyefei.money.relief.rules.statement import Move, statement

D = dt.date
PAGE = (Path(__file__).resolve().parents[3] / "docs" / "rules" / "concessions-funds.md").read_text(encoding="utf-8")
LINES = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("|")]
WAYS = {"资助一户": for_household, "每户定额": for_each, "按未缴分摊": spread}
SHARES = [cells for cells in LINES if cells[0] in WAYS]
MONTHS = [cells for cells in LINES if cells[0].startswith("2026-")]
MOVES = [
    Move(D(2025, 12, 31), 10_000, "业主和个人"), Move(D(2026, 2, 3), 80_000, "业主和个人"), Move(D(2026, 2, 4), 50_000, "物业公司"),
    Move(D(2026, 2, 9), -45_000, households=1), Move(D(2026, 4, 1), 45_000, households=-1), Move(D(2026, 5, 2), -60_000, households=2),
]  # fmt: skip


def fens(cell: str) -> list[int]:
    return [parse_yuan(part) for part in cell.split("、")]


def bills(opens: list[int], *, household: bool) -> list[OpenBill]:
    return [OpenBill(n, 1 if household else n, D(2026, n, 15), fen) for n, fen in enumerate(opens, start=1)]


@pytest.mark.parametrize("row", SHARES, ids=" ".join)
def test_the_table_of_shares(row: list[str]) -> None:
    way, rows, fen = WAYS[row[0]], bills(fens(row[1]), household=row[0] == "资助一户"), parse_yuan(row[2])
    if row[3] == "拒绝":
        with pytest.raises(DomainError):
            way(fen, rows)
        return
    found = way(fen, rows)
    assert [found.get(bill.id, 0) for bill in rows] == fens(row[3]) and 0 not in found.values()
    whole = fen * sum(bill.open_fen > 0 for bill in rows) if way is for_each else fen
    assert whole - sum(found.values()) == parse_yuan(row[4])


def test_the_table_of_months() -> None:
    found = statement(MOVES, Month(2026, 1), Month(2026, 5))
    assert found.opening_fen == 10_000 and found.came == {"业主和个人": 80_000, "物业公司": 50_000}
    assert [(str(row.month), row.in_fen, row.out_fen, row.households, row.closing_fen) for row in found.rows] == [
        (cells[0], parse_yuan(cells[1]), parse_yuan(cells[2]), int(cells[3]), parse_yuan(cells[4])) for cells in MONTHS
    ]
    assert (found.in_fen, found.out_fen, found.households, found.closing_fen) == (130_000, 60_000, 2, 80_000)
    assert (len(SHARES), len(MONTHS)) == (11, 3)


def test_never_more_than_there_is() -> None:
    check_balance("基金", 50_000, 20_000, 30_000)
    with pytest.raises(NotEnough) as refused:
        check_balance("基金", 50_000, 20_000, 30_001)
    assert refused.value.text == "「基金」余额 500.00 元，待审批的资助已占 200.00 元，不够付 300.01 元。"
    for way in (for_household, for_each, spread):
        with pytest.raises(Invalid):
            way(0, bills([100], household=True))
        with pytest.raises(NothingToPay):
            way(100, [])


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 200_000), st.lists(st.integers(0, 90_000), min_size=1, max_size=9))
def test_no_bill_gets_more_than_is_open_and_nothing_is_lost(fen: int, opens: list[int]) -> None:
    rows = bills(opens, household=False) if len(opens) < 10 else []
    unpaid = sum(opens)
    if not unpaid:
        return
    found = spread(fen, rows)
    assert sum(found.values()) == min(fen, unpaid) and all(found.get(bill.id, 0) <= bill.open_fen for bill in rows)
    each = for_each(fen, rows)
    assert each == {bill.id: min(fen, bill.open_fen) for bill in rows if bill.open_fen}
