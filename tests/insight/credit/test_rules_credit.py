"""The rating of facts: the worked table, and what holds for all facts; what it moves in the service's order."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.docs import rows_of
from wuyefei.insight.credit.rules import (
    BOUNDS,
    FREE_SERVICES,
    HEAD_START_HOURS,
    Facts,
    better,
    free_left,
    head_start,
    rate,
)
from wuyefei.relations.service.rules import MOST_HEAD_START, Kind, Urgency, turn

TODAY, DUE = dt.date(2026, 11, 26), dt.date(2026, 10, 15)
TABLE = rows_of("rules/credit.md", 2)


def facts_of(row: dict[str, str]) -> Facts:
    still = int(row["欠缴"])
    return Facts(
        int(row["到期"]), int(row["晚缴"]), still, DUE if still else None, int(row["提醒"]), row["困难"] == "是", int(row["缴完"]),
        int(row["履行中"]), int(row["违约"]),
    )  # fmt: skip


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["说明"])
def test_the_worked_table(row: dict[str, str]) -> None:
    rated = rate(facts_of(row), TODAY)
    assert (rated.letter or "暂不评级", rated.points) == (row["等级"], int(row["分数"]))
    shown = [int(row[name]) for name in ("缴费分", "履约分", "配合分")]
    assert [part.points for part in rated.parts] == (shown if rated.letter else [0])


def test_the_tables_are_whole() -> None:
    assert len(TABLE) == 19 and {row["等级"] for row in TABLE} == {"暂不评级", "A", "B", "C", "D"}
    given_ = {row["等级"]: (row["家里报修提前"], row["免费服务（每年）"]) for row in rows_of("rules/credit.md", 1)}
    assert given_["A"] == (f"{HEAD_START_HOURS['A']} 小时", f"{FREE_SERVICES['A']} 次")
    assert given_["B"] == (f"{HEAD_START_HOURS['B']} 小时", f"{FREE_SERVICES['B']} 次")


def test_every_part_says_why() -> None:
    rated = rate(Facts(8, 3, 1, DUE, 3, True, 1, 0, 1), TODAY)
    assert [part.reasons for part in rated.parts] == [
        ("8 期里准时 5 期", "现欠 1 期，最早逾期 42 天", "登记过缴费困难，欠缴不扣分"), ("按约缴完分期 1 次", "分期违约 1 次"), ("近两年提醒过 3 次",),
    ]  # fmt: skip
    assert rate(Facts(4, 0), TODAY).parts[1].reasons == ("没有分期约定，也没有违约",)


def test_benefits_and_corrections() -> None:
    assert [head_start(letter) for letter in ("A", "B", "C", "D", "")] == [12, 6, 0, 0, 0]
    assert [free_left("A", had) for had in (0, 1, 2, 3)] == [2, 1, 0, 0] and free_left("C", 0) == 0
    assert (better("C", "B"), better("A", "B"), better("C", ""), better("", "B")) == ("B", "A", "C", "")


@st.composite
def every(draw: st.DrawFn) -> Facts:
    periods = draw(st.integers(0, 30))
    late = draw(st.integers(0, periods))
    still = draw(st.integers(0, late))
    few = st.integers(0, 3)
    return Facts(periods, late, still, DUE if still else None, draw(st.integers(0, 20)), draw(st.booleans()), draw(few), draw(few), draw(few))


@given(every())
def test_points_are_the_sum_of_parts_and_within_bounds(facts: Facts) -> None:
    rated = rate(facts, TODAY)
    assert 0 <= rated.points == sum(part.points for part in rated.parts) <= 100
    assert all(0 <= part.points <= part.most and part.reasons for part in rated.parts)
    assert not rated.letter or rated.letter in dict(BOUNDS)


@given(every())
def test_difficulty_never_makes_a_rating_worse(facts: Facts) -> None:
    hard = Facts(*[getattr(facts, name) if name != "hardship" else True for name in Facts.__slots__])
    assert rate(hard, TODAY).points >= rate(facts, TODAY).points


MOMENT = dt.datetime(2026, 11, 26, 2, tzinfo=dt.UTC)
asked = st.tuples(st.sampled_from(list(Kind)), st.sampled_from(list(Urgency)), st.integers(0, 60), st.integers(-3, 99))


@given(asked, asked)
def test_nobody_waits_for_a_rating(one: tuple[Kind, Urgency, int, int], other: tuple[Kind, Urgency, int, int]) -> None:
    """Whatever anybody has earned: an urgent one and one of common parts stand as they would without it, and a ticket comes
    before another of its rank only if that one is due at most ``MOST_HEAD_START`` hours sooner."""
    turns = [turn(kind, urgency, MOMENT + dt.timedelta(hours=hours), earned) for kind, urgency, hours, earned in (one, other)]
    for (kind, urgency, hours, _earned), found in zip((one, other), turns, strict=True):
        due = MOMENT + dt.timedelta(hours=hours)
        assert dt.timedelta(0) <= due - found.turn_at <= dt.timedelta(hours=MOST_HEAD_START)
        if urgency is not Urgency.ORDINARY or kind is not Kind.COMPLAINT:
            assert (found.turn_at, found.head_start) == (due, 0)
    if turns[0].rank == turns[1].rank and turns[0].turn_at < turns[1].turn_at:
        assert one[2] - other[2] < MOST_HEAD_START
    assert (turns[0].rank < turns[1].rank) == (list(Urgency).index(one[1]) < list(Urgency).index(other[1]))
