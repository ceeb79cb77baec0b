"""Sharing out, targets, what may be expected, and which days are compared."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.docs import rows_of
from wuyefei.collection.drives.rules import (
    Days,
    Debtor,
    Home,
    Outlook,
    Tally,
    at_pace,
    by_person,
    check_days,
    days_ahead_of,
    needed_for_rate,
    outlook,
    quarter_of,
    same_days_before,
    share_out,
    tally,
    targets_of,
)
from wuyefei.collection.followup.rules.cadence import LADDER, drive_days
from wuyefei.foundation.kernel.errors import Invalid

DAY = dt.date(2026, 12, 24)


def d(month: int, day: int, year: int = 2026) -> dt.date:
    return dt.date(year, month, day)


def test_a_building_goes_to_its_housekeeper_and_the_others_whole_to_the_rest() -> None:
    homes = [Debtor(1, 10, 500), Debtor(2, 10, 300), Debtor(3, 20, 900), Debtor(4, 30, 400), Debtor(5, 30, 200), Debtor(6, 0, 50)]
    shared = share_out(homes, {10: 7, 20: 99}, [7, 8, 9])  # 99 keeps building 20 but does not take part
    assert shared == {1: 7, 2: 7, 3: 8, 4: 9, 5: 9, 6: 9}
    assert share_out(homes[:2], {10: 7}, [8]) == {1: 8, 2: 8}
    assert share_out([Debtor(1, 10, 5), Debtor(2, 20, 9)], {10: 7}, [7]) == {1: 7, 2: 7}
    with pytest.raises(Invalid):
        share_out(homes, {}, [])


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 10**7)), max_size=40), st.lists(st.integers(1, 9), min_size=1, max_size=6, unique=True),
    st.dictionaries(st.integers(1, 5), st.integers(1, 9)), st.integers(0, 10**9),
)  # fmt: skip
def test_everybody_is_somebodys_and_the_target_is_conserved(
    rows: list[tuple[int, int]], people: list[int], keepers: dict[int, int], target: int
) -> None:
    homes = [Debtor(number, block, fen) for number, (block, fen) in enumerate(rows)]
    shared = share_out(homes, keepers, people)
    assert shared.keys() == {home.key for home in homes} and set(shared.values()) <= set(people)
    assert all(len({shared[home.key] for home in homes if home.building_id == block}) <= 1 for block in range(6))
    load = {user: sum(home.owed_fen for home in homes if shared[home.key] == user) for user in people}
    targets = targets_of(target, load)
    assert sum(targets.values()) == (target if homes else 0) and targets.keys() == set(people)


def test_the_money_a_rate_needs() -> None:
    assert needed_for_rate(100_00, 70_00, Decimal("0.92")) == 22_00
    assert needed_for_rate(100_01, 70_00, Decimal("0.92")) == 22_01  # 92.0092: the fen above
    assert needed_for_rate(100_00, 95_00, Decimal("0.92")) == 0


def test_a_list_is_counted() -> None:
    homes = [
        Home(1, 800, 300, {d(12, 23): 400, DAY: 100}, contacted=True, promised=True, promised_fen=300),
        Home(1, 200, 0, {DAY: 150}, contacted=True),
        Home(2, 500, 520, {}),
    ]  # fmt: skip
    assert tally(homes, DAY) == Tally(3, 1500, 2, 1, 300, 250, 650, 1, 820)
    assert by_person(homes, d(12, 23)) == {1: Tally(2, 1000, 2, 1, 300, 400, 650, 1, 300), 2: Tally(1, 500, 0, 0, 0, 0, 0, 0, 520)}


def test_nothing_is_expected_of_two_days_and_never_more_than_is_owed() -> None:
    assert outlook([100, 200], 8, 9000) is None
    # 600 in three days; four left: the slower half 100 and 200 bring 150 a day, all 200, the faster half 250
    assert outlook([100, 300, 200], 4, 9000) == Outlook(1200, 1400, 1600)
    assert outlook([100, 300, 200], 4, 500) == Outlook(1100, 1100, 1100)
    assert outlook([100, 300, 200], 0, 500) == Outlook(600, 600, 600)
    # today has brought 1,000 already, more than the pace of a day: three days more at the pace
    assert outlook([100, 300, 200], 4, 9000, 1000) == Outlook(2050, 2200, 2350)
    assert outlook([100, 300, 200], 4, 9000, 10) == Outlook(1200, 1400, 1600)
    assert outlook([0, 0, 0], 2, 500, 900) == Outlook(900, 900, 900)


def test_days_are_compared_from_the_quarters_end() -> None:
    drive = Days(d(12, 21), d(12, 31))
    assert (drive.count, same_days_before(drive), days_ahead_of(drive)) == (11, Days(d(9, 20), d(9, 30)), Days(d(10, 1), d(12, 20)))
    early = Days(d(3, 10), d(3, 20))
    assert same_days_before(early) == Days(d(12, 10, 2025), d(12, 20, 2025))
    assert days_ahead_of(Days(d(4, 1), d(4, 8))).count == 0
    assert quarter_of(d(2, 29, 2028)) == Days(d(1, 1, 2028), d(3, 31, 2028))
    assert at_pace(1000, 81, 11) == 136 and at_pace(1000, 0, 11) is None


def test_the_cadence_says_which_days_a_drive_takes() -> None:
    assert drive_days(d(11, 26)) == (d(12, 21), d(12, 31)) == drive_days(d(12, 31), [])
    assert drive_days(d(1, 1), LADDER) == (d(3, 21), d(3, 31))


@pytest.mark.parametrize(("first", "last"), [(d(12, 23), d(12, 31)), (d(12, 28), d(12, 27)), (d(12, 24), d(2, 7, 2027))])
def test_days_that_make_no_sense(first: dt.date, last: dt.date) -> None:
    with pytest.raises(Invalid):
        check_days(first, last, DAY)
    check_days(DAY, d(2, 6, 2027), DAY)


def test_the_figures_of_the_guide() -> None:
    names = {1: "甲", 2: "乙"}
    for row in rows_of("rules/drives.md"):
        homes = [Debtor(number, block, fen * 100) for number, (block, fen) in enumerate([(1, 1247), (2, 601), (3, 152)])]
        keeper = {name: user for user, name in names.items()}.get(row["1 号楼的管家"], 99)
        shared = share_out(homes, {1: keeper}, [1, 2])
        assert [names[shared[number]] for number in range(3)] == [row["1 号楼 1247"], row["2 号楼 601"], row["3 号楼 152"]]
    for row in rows_of("rules/drives.md", 1):
        daily = [int(fen) * 100 for fen in row["各整天收回"].split("、")]
        found = outlook(daily, int(row["还剩天数"]), int(row["还欠"]) * 100)
        shown = ["不推算"] * 3 if found is None else [str(fen // 100) for fen in (found.low_fen, found.expected_fen, found.high_fen)]
        assert shown == [row["较慢"], row["大约"], row["较快"]]
