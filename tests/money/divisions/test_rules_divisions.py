"""The worked table of divisions, and that nothing is lost."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.docs import rows_of
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.money import parse_yuan, yuan
from wuyefei.money.divisions.rules import Shop, Way, divide, due_of

SHOPS = (("S-101", Decimal(60)), ("S-102", Decimal(30)), ("S-103", Decimal(10)))


@pytest.mark.parametrize("row", rows_of("rules/divisions.md"), ids=lambda row: row["名称"])
def test_the_worked_table(row: dict[str, str]) -> None:
    figures = [Decimal(figure) for figure in row["写法"].split()] or [None, None, None]
    shops = [Shop(code, area, figure) for (code, area), figure in zip(SHOPS, figures, strict=True)]
    if row["S-102"] == "—":
        with pytest.raises(Invalid) as refused:
            divide(parse_yuan(row["未缴"]), Way(row["拆法"]), shops)
        assert row["S-101"] in refused.value.text
        return
    parts = divide(parse_yuan(row["未缴"]), Way(row["拆法"]), shops)
    assert [yuan(part) for part in parts] == [row[code] for code, _area in SHOPS]


@given(st.integers(1000, 10**9), st.lists(st.decimals("0.01", 999, places=2), min_size=2, max_size=30))
def test_nothing_is_lost(total: int, figures: list[Decimal]) -> None:
    shops = [Shop(f"S-{number}", None, figure) for number, figure in enumerate(figures)]
    try:
        parts = divide(total, Way.SHARES, shops)
    except Invalid as refused:
        assert "一分钱" in refused.text
    else:
        assert sum(parts) == total and min(parts) > 0


def test_who_owed_it_owes_it_by_the_same_day() -> None:
    due, today = dt.date(2026, 3, 15), dt.date(2026, 4, 20)
    assert due_of(due, today, True) == due and due_of(due, today, False) == dt.date(2026, 5, 5)
    assert due_of(dt.date(2026, 6, 15), today, False) == dt.date(2026, 6, 15)
    with pytest.raises(Invalid, match="两次"):
        divide(1000, Way.AREA, [Shop("S-101", Decimal(1)), Shop("S-101", Decimal(1))])
    with pytest.raises(Invalid, match="2 到 200"):
        divide(1000, Way.AREA, [Shop("S-101", Decimal(1))])
