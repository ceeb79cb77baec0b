"""A cadence as data, and what it would have made of a quarter."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wuyefei.collection.followup.rules.cadence import (
    LADDER,
    PHONE,
    VISIT,
    Release,
    Rung,
    Start,
    closing_days,
    rung_of,
)
from wuyefei.collection.followup.rules.firstcall import why_called
from wuyefei.collection.followup.rules.nextstep import Situation, next_step
from wuyefei.collection.followup.rules.policy import (
    DEFAULT,
    Policy,
    Version,
    check_policy,
    of_plain,
    policy_for,
    to_plain,
)
from wuyefei.collection.followup.rules.trial import Debt, Household, try_policy
from wuyefei.foundation.kernel.errors import Invalid

ASK = LADDER[2]
TWICE = Policy((LADDER[0], ASK, replace(ASK, code="again", day=10)), number=2)
JULY, SEPTEMBER = dt.date(2026, 7, 1), dt.date(2026, 9, 30)


def test_the_built_in_policy_is_a_policy_and_survives_being_kept() -> None:
    check_policy(DEFAULT)
    assert of_plain(to_plain(DEFAULT), 0) == DEFAULT
    assert [DEFAULT.release_of(code) for code in ("ask", "visit", "routine")] == [Release.RULE, Release.HAND, Release.RULE]


def test_each_contact_does_one_rung() -> None:
    """Two calls are two rungs: the second is asked for after the first, and routine begins after both."""
    found = [rung_of(40, ["phone"] * count, serious=False, ladder=TWICE.rungs).code for count in range(3)]
    assert found == ["ask", "again", "routine"]


@pytest.mark.parametrize(
    ("place", "track", "day", "number"),
    [(1, "household", dt.date(2026, 1, 1), 0), (1, "household", dt.date(2026, 2, 1), 1), (2, "business", dt.date(2026, 3, 1), 2),
     (1, "household", dt.date(2026, 3, 1), 3), (1, "household", dt.date(2026, 4, 1), 4), (1, "business", dt.date(2026, 4, 1), 3)],
)  # fmt: skip
def test_the_nearest_policy_that_has_begun_holds(place: int, track: str, day: dt.date, number: int) -> None:
    """Organisation from February (1), its businesses from March (2), place 1 from March (3), place 1's households from April (4)."""
    versions = [
        Version(None, "", dt.date(2026, 2, 1), replace(DEFAULT, number=1)), Version(None, "business", dt.date(2026, 3, 1), replace(DEFAULT, number=2)),
        Version(1, "", dt.date(2026, 3, 1), replace(DEFAULT, number=3)), Version(1, "household", dt.date(2026, 4, 1), replace(DEFAULT, number=4)),
    ]  # fmt: skip
    assert policy_for(versions, place, track, day).number == number


@pytest.mark.parametrize(
    ("rungs", "field"),
    [
        ((), "节奏"), ((LADDER[0],), "节奏"), ((replace(ASK, serious=True),), "节奏"), ((ASK, replace(ASK, code="x")), "节奏"),
        ((ASK, replace(ASK, day=9)), "节奏"), ((ASK, replace(ASK, code="x", day=2)), "节奏"), ((ASK, LADDER[4], replace(LADDER[4], code="q")), "节奏"),
        ((replace(ASK, name=" "),), "第 1 步"), ((replace(ASK, channels=()),), "第 1 步"), ((replace(ASK, channels=("gate",)),), "第 1 步"),
        ((ASK, replace(ASK, code="x", day=366)), "第 2 步"), ((replace(ASK, code="x", day=0), ASK), "第 1 步"), ((replace(ASK, channels=("app",)),), "第 1 步"),
        ((ASK, replace(LADDER[4], day=1)), "第 2 步"), ((replace(LADDER[1], day=-1), ASK), "第 1 步"),
        (tuple(replace(ASK, code=f"s{day}", day=day) for day in range(1, 12)), "节奏"),
    ],
)  # fmt: skip
def test_what_is_no_cadence_is_refused_by_its_line(rungs: tuple[Rung, ...], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_policy(Policy(rungs))
    assert refused.value.data["field"] == field


def test_what_counts_as_large_and_repeated_is_the_policys() -> None:
    small = Policy(large_fen=20000, many=9)
    case = Situation(30000, 1, 1, dt.date(2026, 8, 1), channels=["phone"], last_on=dt.date(2026, 8, 10), policy=small)
    assert next_step(case, dt.date(2026, 8, 20)).channel == VISIT
    assert next_step(replace(case, policy=DEFAULT), dt.date(2026, 8, 20)).channel == PHONE


def test_the_quarters_last_days() -> None:
    assert [closing_days(dt.date(2026, 9, day)) for day in (19, 20, 30)] == [None, dt.date(2026, 9, 20), dt.date(2026, 9, 20)]
    assert closing_days(dt.date(2026, 9, 30), (ASK,)) is None
    done = Situation(30000, 1, 1, dt.date(2026, 8, 1), channels=["phone"], last_on=dt.date(2026, 9, 10))
    step = next_step(done, dt.date(2026, 9, 21))
    assert (step.rung, step.on, step.channel) == ("quarter", dt.date(2026, 9, 21), PHONE)
    assert next_step(replace(done, last_on=dt.date(2026, 9, 20)), dt.date(2026, 9, 21)).rung == "routine"


def test_a_step_let_go_keeps_its_place_in_the_day() -> None:
    broken = Situation(30000, 1, 1, dt.date(2026, 8, 1), planned_on=dt.date(2026, 8, 20), planned_channel="phone", released=True)
    step = next_step(broken, dt.date(2026, 8, 20))
    assert (step.kind.value, step.rank, step.why[0]) == ("planned", 6, "到期 3 天后询问原因")


def free(channel: str, day: dt.date, made: list[tuple[dt.date, str]]) -> str:
    return ""


def test_a_quarter_tried() -> None:
    """Due 15 July, 300 yuan, paid on 1 September. Notice on the 8th; asked on 18 July; then every 30 days: 17 August."""
    home = Household(1, (Debt(dt.date(2026, 7, 15), 30000, ((dt.date(2026, 9, 1), 30000),)),))
    tally = try_policy([home], DEFAULT, JULY, SEPTEMBER, free)
    assert dict(tally.steps) == {("notice", "sms"): 1, ("ask", "phone"): 1, ("routine", "phone"): 1}
    assert (tally.contacts, tally.touched, tally.most, dict(tally.people)) == (2, 1, 2, {"前台": 2})


def test_a_former_debtor_is_spoken_to_before_the_due_date() -> None:
    """The bill of August is told on the 8th; on the 11th July's is still open: the first word goes by phone."""
    debts = (Debt(dt.date(2026, 7, 15), 30000), Debt(dt.date(2026, 8, 15), 30000, ((dt.date(2026, 8, 14), 30000),)))
    tally = try_policy([Household(1, debts, "周收")], Policy(LADDER[:3]), JULY, SEPTEMBER, free)
    assert tally.steps["first", "phone"] == 1 and tally.steps["notice", "sms"] == 2
    assert dict(tally.people) == {"周收": 4}  # first, ask (18 July), routine (17 August, 16 September)


def test_the_first_word_comes_so_many_days_after_the_notice_arrived() -> None:
    """Paid on 10 August: told on the 6th they are called on the 9th; by the cadence's own day, the 8th, they have paid first."""
    debts = (Debt(dt.date(2026, 7, 15), 30000, ((dt.date(2026, 7, 20), 30000),)), Debt(dt.date(2026, 8, 15), 30000, ((dt.date(2026, 8, 10), 30000),)))
    for told, calls in (((), 0), (((dt.date(2026, 8, 15), dt.date(2026, 8, 6)),), 1)):
        tally = try_policy([Household(1, debts, told=told)], Policy(LADDER[:3]), JULY, SEPTEMBER, free)
        assert tally.steps["first", "phone"] == calls


@pytest.mark.parametrize(
    ("fen", "owing", "late", "why"),
    [(100, True, True, "owing"), (1000001, False, True, "large"), (1000000, False, True, "late"), (1000000, False, False, None)],
)
def test_who_is_called_about_a_new_bill(fen: int, owing: bool, late: bool, why: str | None) -> None:
    assert why_called(DEFAULT, LADDER[1], fen, owing=owing, late=late) == why
    assert why_called(DEFAULT, replace(LADDER[1], serious=False), 1, owing=False, late=False) == "everybody"


def test_what_the_guard_turns_away_is_counted_once_a_rung() -> None:
    home = Household(1, (Debt(dt.date(2026, 6, 15), 30000),))
    tally = try_policy([home], DEFAULT, JULY, SEPTEMBER, lambda channel, day, made: "" if day >= dt.date(2026, 7, 6) else "too_often")
    assert dict(tally.refused) == {"too_often": 1}
    assert tally.steps["ask", "phone"] == 1


def test_what_was_said_before_the_quarter_counts() -> None:
    home = Household(1, (Debt(dt.date(2026, 6, 15), 30000),), past=((dt.date(2026, 6, 20), "phone"),))
    assert ("ask", "phone") not in try_policy([home], DEFAULT, JULY, SEPTEMBER, free).steps


bills = st.lists(st.builds(Debt, st.dates(dt.date(2026, 1, 1), SEPTEMBER), st.integers(1, 2_000_000), st.just(())), max_size=6)


@given(bills, st.lists(st.integers(1, 60), min_size=1, max_size=4, unique=True))
def test_a_trial_ends_and_never_contacts_whoever_owes_nothing(debts: list[Debt], days: list[int]) -> None:
    policy = Policy(tuple(Rung(f"s{day}", "问", Start.DUE, day, (PHONE,), "") for day in sorted(days)))
    paid = tuple(replace(debt, paid=((debt.due_on, debt.amount_fen),)) for debt in debts)
    assert try_policy([Household(1, paid)], policy, JULY, SEPTEMBER, free).contacts == 0
    tally = try_policy([Household(1, tuple(debts))], policy, JULY, SEPTEMBER, free)
    assert tally.most <= (SEPTEMBER - JULY).days + 1
