"""The class of a conduct: the worked table, and what holds for every conduct."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wuyefei.insight.risk.rules import USUAL, Conduct, Track, classify, server

TODAY = dt.date(2026, 11, 25)
PAGE = Path(__file__).resolve().parents[3] / "docs" / "rules" / "payment-classes.md"


def day(text: str) -> dt.date | None:
    return None if text == "—" else dt.date.fromisoformat(text)


def table() -> list[tuple[Conduct, str, str]]:
    found = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 9 and re.fullmatch(r"\d+", cells[0]):
            conduct = Conduct(int(cells[0]), int(cells[1]), int(cells[2]), day(cells[3]), day(cells[4]), int(cells[5]), cells[6] == "是")
            found.append((conduct, cells[7].replace("暂不分类", ""), cells[8]))
    return found


@pytest.mark.parametrize(("conduct", "letter", "why"), [pytest.param(*row, id=row[2]) for row in table()])
def test_the_worked_table(conduct: Conduct, letter: str, why: str) -> None:
    assert classify(conduct, TODAY).letter == letter, why


def test_the_table_is_whole() -> None:
    assert len(table()) == 17 and {letter for _c, letter, _w in table()} == {"", "A", "B", "C", "D"}


def test_the_deciding_reason_stands_first() -> None:
    refusing = classify(Conduct(8, 3, 3, dt.date(2026, 5, 29), dt.date(2026, 4, 10), 2), TODAY)
    assert refusing.reasons == ("欠 3 期，180 天没有缴过", "现欠 3 期，最早逾期 180 天", "最近缴费 2026-04-10", "近两年催缴 2 次")
    assert classify(Conduct(2, 0, 0), TODAY).reasons == ("2 期里准时 2 期，现在没有逾期",)


def test_who_serves_whom() -> None:
    assert [server(letter, Track.HOUSEHOLD) for letter in "ABCD"] == ["前台", "催缴专员", "催缴专员", "项目经理、法务"]
    assert {server(letter, Track.BUSINESS) for letter in "ABCD"} == {"客户关系经理"}
    assert sum(USUAL.values()) == 100


days = st.dates(dt.date(2024, 11, 25), dt.date(2026, 11, 24))


@st.composite
def conducts(draw: st.DrawFn) -> Conduct:
    periods = draw(st.integers(0, 30))
    late = draw(st.integers(0, periods))
    still = draw(st.integers(0, late))
    return Conduct(periods, late, still, draw(days) if still else None, draw(st.none() | days), draw(st.integers(0, 20)), draw(st.booleans()))


@given(conducts())
def test_every_conduct_has_one_class_and_says_why(conduct: Conduct) -> None:
    classed = classify(conduct, TODAY)
    assert classed.letter in {"", "A", "B", "C", "D"} and classed.reasons[0]
    assert (classed.letter == "A") <= (conduct.open_periods == 0)
    assert (classed.letter == "D") <= (conduct.open_periods >= 3 and not conduct.hardship)


@given(conducts())
def test_difficulty_never_makes_a_class_worse(conduct: Conduct) -> None:
    hard = Conduct(*[getattr(conduct, name) for name in Conduct.__slots__[:-1]], True)
    assert classify(hard, TODAY).letter <= classify(conduct, TODAY).letter
