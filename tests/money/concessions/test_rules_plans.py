"""Parts conserved to the fen, and a plan kept or broken by the facts: the worked tables, and what holds for every plan."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.foundation.kernel.money import parse_yuan
from wuyefei.money.concessions.rules.limits import DEFAULTS, NAMES, Limits, check_limits, of_plain, to_plain
from wuyefei.money.concessions.rules.plans import (
    Basis,
    Going,
    Settlement,
    TooSmall,
    Wanted,
    check_terms,
    hold_ends,
    judge,
    last_day,
    limitation,
    relief_fen,
    schedule,
)

PAGE = Path(__file__).resolve().parents[3] / "docs" / "rules" / "concessions.md"
TODAY = dt.date(2026, 2, 1)
GRACE_DAYS, LARGE_FEN = DEFAULTS.grace_days, DEFAULTS.large_fen
WORDS = {"未到期": Going.DUE, "宽限": Going.LATE, "违约": Going.BREACHED, "已付": Going.KEPT}
WHOLE = {"履行中": Going.KEPT, "晚": Going.LATE, "违约": Going.BREACHED, "付清": Going.COMPLETED}


def rows(width: int, first: str) -> list[list[str]]:
    found = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == width and re.fullmatch(first, cells[0]):
            found.append(cells)
    return found


SCHEDULES = rows(5, r"\d+\.\d\d")
COURSES = rows(7, r"—|\d\d-\d\d:.*")


@pytest.mark.parametrize("row", SCHEDULES, ids=lambda row: f"{row[0]}/{row[1]}")
def test_the_parts_of_the_worked_table(row: list[str]) -> None:
    total, months, first, amounts, last = row
    parts = schedule(parse_yuan(total), int(months), dt.date.fromisoformat(first))
    assert [part.amount_fen for part in parts] == [parse_yuan(text) for text in amounts.split()]
    assert (parts[0].due_on, parts[-1].due_on) == (dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    assert sum(part.amount_fen for part in parts) == parse_yuan(total)


def settlements(text: str) -> list[Settlement]:
    found = []
    for piece in text.split() if text != "—" else []:
        day, _colon, amount = piece.partition(":")
        found.append(Settlement(dt.date.fromisoformat(f"2026-{day}"), -parse_yuan(amount)))
    return found


@pytest.mark.parametrize("row", COURSES, ids=lambda row: row[6])
def test_the_courses_of_the_worked_table(row: list[str]) -> None:
    paid, on, each, whole, breached, left, _why = row
    found = judge(schedule(90000, 3, dt.date(2026, 2, 10)), 90000, settlements(paid), dt.date.fromisoformat(on), GRACE_DAYS)
    assert [one.going for one in found.parts] == [WORDS[word] for word in each.split()]
    assert (found.going, found.open_fen) == (WHOLE[whole], parse_yuan(left))
    assert str(found.breached_on or "—") == breached


def test_the_tables_are_whole() -> None:
    assert (len(SCHEDULES), len(COURSES)) == (6, 16)


totals = st.integers(12, 10**9)
months = st.integers(3, 12)
firsts = st.dates(dt.date(2024, 1, 1), dt.date(2030, 12, 31))


@given(totals, months, firsts)
def test_parts_are_conserved_and_differ_by_a_fen_at_most(total: int, count: int, first: dt.date) -> None:
    parts = schedule(total, count, first)
    amounts = [part.amount_fen for part in parts]
    assert sum(amounts) == total and max(amounts) - min(amounts) <= 1 and amounts == sorted(amounts, reverse=True)
    assert [part.due_on for part in parts] == sorted({part.due_on for part in parts})
    assert {(later.due_on.year * 12 + later.due_on.month) - n for n, later in enumerate(parts)} == {first.year * 12 + first.month}


@given(totals, months, st.integers(0, GRACE_DAYS))
def test_paying_each_part_by_its_last_day_keeps_the_plan_every_day(total: int, count: int, late: int) -> None:
    parts = schedule(total, count, dt.date(2026, 2, 10))
    paid = [Settlement(part.due_on + late * DAY, -part.amount_fen) for part in parts]
    for part in parts:
        for day in (part.due_on, last_day(part, GRACE_DAYS), last_day(part, GRACE_DAYS) + DAY):
            assert judge(parts, total, paid, day, GRACE_DAYS).going is not Going.BREACHED
    assert judge(parts, total, paid, last_day(parts[-1], GRACE_DAYS), GRACE_DAYS).going is Going.COMPLETED


@given(totals, months, st.data())
def test_a_part_missing_breaks_it_on_the_day_after_its_grace(total: int, count: int, data: st.DataObject) -> None:
    parts = schedule(total, count, dt.date(2026, 2, 10))
    at = data.draw(st.integers(0, count - 1))
    paid = [Settlement(part.due_on, -part.amount_fen) for part in parts[:at]]
    limit = last_day(parts[at], GRACE_DAYS)
    assert judge(parts, total, paid, limit, GRACE_DAYS).going is Going.LATE
    found = judge(parts, total, paid, limit + DAY, GRACE_DAYS)
    assert (found.going, found.breached_on) == (Going.BREACHED, limit + DAY)


@given(totals, months, st.lists(st.tuples(st.integers(0, 200), st.integers(1, 100)), max_size=8))
def test_the_order_within_a_day_does_not_matter(total: int, count: int, paid: list[tuple[int, int]]) -> None:
    parts = schedule(total, count, dt.date(2026, 2, 10))
    facts = [Settlement(TODAY + day * DAY, -(total * share // 1000)) for day, share in paid]
    shuffled = list(reversed(facts))
    day = dt.date(2026, 6, 1)
    found = judge(parts, total, facts, day, GRACE_DAYS)
    assert found == judge(parts, total, shuffled, day, GRACE_DAYS)
    assert sum(one.open_fen for one in found.parts) == found.open_fen


@pytest.mark.parametrize(
    ("basis", "count", "relief", "first", "total", "field"),
    [
        (Basis.POLICY, 2, 0, TODAY, 300000, "期数"), (Basis.POLICY, 7, 0, TODAY, 300000, "期数"),
        (Basis.HARDSHIP, 13, 50, TODAY, 300000, "期数"), (Basis.HARDSHIP, 2, 50, TODAY, 300000, "期数"),
        (Basis.POLICY, 3, 10, TODAY, 300000, "违约金减免"), (Basis.HARDSHIP, 3, 49, TODAY, 300000, "违约金减免"),
        (Basis.HARDSHIP, 3, 101, TODAY, 300000, "违约金减免"), (Basis.POLICY, 3, 0, TODAY - DAY, 300000, "首期到期日"),
        (Basis.POLICY, 3, 0, TODAY + 32 * DAY, 300000, "首期到期日"), (Basis.HARDSHIP, 3, 50, TODAY, 2, "账单"),
    ],
)  # fmt: skip
def test_terms_outside_the_policy_are_refused(basis: Basis, count: int, relief: int, first: dt.date, total: int, field: str) -> None:
    with pytest.raises(Invalid) as error:
        check_terms(Wanted(basis, count, relief, first), total, TODAY, DEFAULTS)
    assert error.value.data["field"] == field


def test_a_plan_by_policy_needs_a_large_fee() -> None:
    check_terms(Wanted(Basis.POLICY, 3, 0, TODAY), LARGE_FEN, TODAY, DEFAULTS)
    check_terms(Wanted(Basis.HARDSHIP, 12, 100, TODAY + 31 * DAY), 12, TODAY, DEFAULTS)
    with pytest.raises(TooSmall) as error:
        check_terms(Wanted(Basis.POLICY, 3, 0, TODAY), LARGE_FEN - 1, TODAY, DEFAULTS)
    assert isinstance(error.value, DomainError) and "2,000.00" in error.value.text


def test_a_breach_ends_the_hold_the_day_before_it_is_found() -> None:
    starts, planned = dt.date(2026, 1, 20), dt.date(2026, 4, 13)
    assert hold_ends(starts, planned, dt.date(2026, 2, 14)) == dt.date(2026, 2, 13)
    assert hold_ends(starts, planned, dt.date(2026, 2, 20)) == dt.date(2026, 2, 19)
    assert hold_ends(starts, planned, starts) == starts
    assert hold_ends(starts, planned, dt.date(2026, 6, 1)) == planned


def test_relief_and_limitation() -> None:
    assert [relief_fen(1001, percent) for percent in (50, 80, 100)] == [501, 801, 1001]
    fact = limitation(TODAY, schedule(1000, 3, dt.date(2026, 2, 10)), None)
    assert (fact.agreed_on, fact.runs_from, fact.signed_on) == (TODAY, dt.date(2026, 4, 10), None)


def test_the_limits_of_the_worked_table_are_the_defaults() -> None:
    found = {cells[0]: cells[1:3] for cells in rows(5, "大额分期|困难分期")}
    assert found["大额分期"] == [f"{DEFAULTS.policy_least}–{DEFAULTS.policy_most} 期", f"{DEFAULTS.large_fen // 100:,} 元以上"]
    assert found["困难分期"] == [f"{DEFAULTS.hardship_least}–{DEFAULTS.hardship_most} 期", "不限"]
    assert f"{DEFAULTS.relief_least}%–{DEFAULTS.relief_most}%" in PAGE.read_text(encoding="utf-8")
    assert of_plain(to_plain(DEFAULTS)) == DEFAULTS and of_plain({}) == DEFAULTS


@pytest.mark.parametrize(
    ("limits", "field"),
    [(Limits(policy_most=2), "policy_most"), (Limits(hardship_most=37), "hardship_most"), (Limits(relief_least=101), "relief_least"),
     (Limits(grace_days=31), "grace_days"), (Limits(large_fen=-1), "large_fen")],
)  # fmt: skip
def test_limits_out_of_bounds_are_refused(limits: Limits, field: str) -> None:
    check_limits(DEFAULTS)
    with pytest.raises(Invalid) as error:
        check_limits(limits)
    assert error.value.data["field"] == NAMES[field]
