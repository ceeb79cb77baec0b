"""The worked table of docs/rules/emergency.md line by line."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest

from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.money.billing.rules.public import Convention, Price, charge_by_month
from wuyefei.money.concessions.rules.emergency import (
    Billed,
    Terms,
    check_measure,
    effect,
    put_off,
)

D = dt.date
PAGE = (Path(__file__).resolve().parents[3] / "docs" / "rules" / "emergency.md").read_text(encoding="utf-8")
ROWS = [cells for line in PAGE.splitlines() if len(cells := [cell.strip() for cell in line.strip("|").split("|")]) == 6 and re.match(r"\d{4}-", cells[0])]
TERMS = Terms(Span(D(2026, 2, 1), D(2026, 3, 31)), 2, 20)
PRICES = [Price(D(2026, 1, 1), Decimal("2.50"))]


def span(text: str) -> Span | None:
    return None if text == "—" else Span(*(D.fromisoformat(day) for day in text.split()))


def bill(days: str, due: str, open_: str, **more: object) -> Billed:
    whole = span(days)
    assert whole is not None
    amount = sum(fen for _, fen in charge_by_month(whole, Decimal(100), PRICES))
    known: dict[str, object] = {"quantity": Decimal(100), "prices": PRICES, "convention": Convention.CALENDAR, "late_fee": True, "own_income": True, **more}
    return Billed(whole, D.fromisoformat(due), amount, parse_yuan(open_), **known)  # type: ignore[arg-type]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[2]}")
def test_the_worked_table(row: list[str]) -> None:
    days, due, open_, base, off, rests = row
    found = effect(bill(days, due, open_), TERMS)
    if (off, rests) == ("0.00", "—"):
        assert found is None
    else:
        assert found is not None and (found.base_fen, found.off_fen, found.rests) == (parse_yuan(base), parse_yuan(off), span(rests))


def test_the_table_is_whole() -> None:
    assert len(ROWS) == 8


def test_what_is_collected_for_others_is_put_off_only_and_one_without_prices_counts_whole_or_not() -> None:
    others = effect(bill("2026-02-01 2026-02-28", "2026-02-15", "250.00", own_income=False, late_fee=False), TERMS)
    whole = effect(bill("2026-02-01 2026-02-28", "2026-02-15", "250.00", prices=()), TERMS)
    part = effect(bill("2026-01-01 2026-02-28", "2026-01-15", "500.00", prices=()), TERMS)
    assert others is None and whole is not None and whole.off_fen == 5000 and part is None


def test_put_off_to_a_shorter_month() -> None:
    assert [put_off(D(2025, 11, 30), months) for months in (1, 2, 3)] == [D(2025, 12, 30), D(2026, 1, 30), D(2026, 2, 28)]


@pytest.mark.parametrize(
    ("terms", "field"),
    [(Terms(TERMS.span, 4, 0), "缓缴月数"), (Terms(TERMS.span, 0, 101), "减免百分比"), (Terms(TERMS.span, 0, 0), "减免百分比"),
     (Terms(Span(D(2026, 1, 1), D(2027, 1, 2)), 1, 0), "止日")],
)  # fmt: skip
def test_terms_out_of_bounds_are_refused(terms: Terms, field: str) -> None:
    check_measure(TERMS)
    with pytest.raises(Invalid) as error:
        check_measure(terms)
    assert error.value.data["field"] == field
