"""The worked tables of docs/rules/yearly.md line by line, and what holds for every price."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.money.concessions.rules.pricing import Concession, Kind, off_fen, priced
from wuyefei.money.concessions.rules.yearly import (
    DEFAULT_TERMS,
    TERM_NAMES,
    YearState,
    check_year_terms,
    offers,
    terms_of_plain,
    terms_to_plain,
    year_state,
)

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "rules" / "yearly.md").read_text(encoding="utf-8")


def rows(width: int, first: str) -> list[list[str]]:
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("|")]
    return [cells for cells in found if len(cells) == width and re.fullmatch(first, cells[0])]


OFFERS, PRICES = rows(3, r"\d{4}-\d\d-\d\d"), rows(4, r"\d+\.\d\d")


@pytest.mark.parametrize("row", OFFERS, ids=lambda row: f"{row[0]} {row[1]}")
def test_the_offers_of_the_worked_table(row: list[str]) -> None:
    today, delivered, open_ = row
    found = offers(Month(2027, 1), dt.date.fromisoformat(today), None if delivered == "—" else dt.date.fromisoformat(delivered), DEFAULT_TERMS)
    assert (" ".join(f"{one.percent}@{one.deadline}" for one in found) or "—") == open_


def concession(text: str) -> Concession:
    if text.endswith("%"):
        return Concession(Kind.PERCENT, int(text[:-1]), text)
    return Concession(Kind.FIXED if text.startswith("固定") else Kind.SUBSIDY, parse_yuan(text[2:]), text)


@pytest.mark.parametrize("row", PRICES, ids=lambda row: f"{row[0]} {row[1]}")
def test_the_prices_of_the_worked_table(row: list[str]) -> None:
    list_price, given_, each, pay = row
    steps = priced(parse_yuan(list_price), [concession(text) for text in given_.split()])
    assert [step.off_fen for step in steps] == [parse_yuan(text) for text in each.split()]
    assert steps[-1].left_fen == parse_yuan(pay)


def test_the_tables_are_whole_and_say_the_defaults() -> None:
    assert (len(OFFERS), len(PRICES)) == (10, 9)
    said = {cells[0]: cells[1] for cells in rows(3, "一年开始前.*|新交付.*")}
    terms = DEFAULT_TERMS
    assert said == {
        f"一年开始前 {terms.early_months} 个月付清": f"{terms.early_percent}%", f"一年开始前 {terms.near_months} 个月付清": f"{terms.near_percent}%",
        f"新交付：交付后 {terms.delivery_days} 天内提出，付一年": f"{terms.delivery_percent}%",
    }  # fmt: skip
    assert terms_of_plain(terms_to_plain(terms)) == terms == terms_of_plain({})


some = st.builds(Concession, st.sampled_from(Kind), st.integers(0, 100), st.just(""))


@given(st.integers(0, 10**8), st.lists(some, max_size=5), st.randoms())
def test_never_below_nothing_and_the_order_given_does_not_matter(fen: int, given_: list[Concession], chance: object) -> None:
    steps = priced(fen, given_)
    assert sum(step.off_fen for step in steps) == off_fen(fen, given_) <= fen
    assert all(step.off_fen >= 0 and step.left_fen >= 0 for step in steps)
    shuffled = list(given_)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert off_fen(fen, shuffled) == off_fen(fen, given_)


def test_how_a_year_stands() -> None:
    deadline = dt.date(2026, 10, 1)
    assert [year_state(fen, deadline, day) for fen, day in ((1, deadline), (0, deadline), (1, dt.date(2026, 10, 2)), (0, dt.date(2026, 10, 2)))] == [
        YearState.BILLED, YearState.EARNED, YearState.LAPSED, YearState.EARNED,
    ]  # fmt: skip


@pytest.mark.parametrize("change", [{"early_percent": 31}, {"early_months": 12}, {"near_months": 3}, {"delivery_pay": 0}])
def test_terms_out_of_bounds_are_refused(change: dict[str, int]) -> None:
    check_year_terms(DEFAULT_TERMS)
    with pytest.raises(Invalid) as error:
        check_year_terms(replace(DEFAULT_TERMS, **change))
    assert error.value.data["field"] in TERM_NAMES.values()
