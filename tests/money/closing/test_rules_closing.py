"""Which month may be closed, and what an unsettled item means for it. No database."""

from __future__ import annotations

import datetime as dt

import pytest

from wuyefei.foundation.kernel.dates import Month
from wuyefei.money.closing.rules import (
    WEIGHTS,
    Already,
    EarlierFirst,
    Hindered,
    Item,
    Key,
    NotOver,
    NotTheLatest,
    ReasonMissing,
    Weight,
    check_list,
    check_month,
    check_reopen,
    item,
    next_month,
)

OCTOBER, NOVEMBER = Month(2026, 10), Month(2026, 11)
NAMES = {key: str(key) for key in Key}


def test_months_follow_one_another() -> None:
    assert next_month(None) is None
    assert next_month(dt.date(2026, 12, 31)) == Month(2027, 1)
    check_month(OCTOBER, None, dt.date(2026, 11, 1))
    check_month(OCTOBER, dt.date(2026, 9, 30), dt.date(2026, 11, 1))
    with pytest.raises(EarlierFirst):
        check_month(OCTOBER, dt.date(2026, 8, 31), dt.date(2026, 11, 1))
    with pytest.raises(Already):
        check_month(OCTOBER, dt.date(2026, 10, 31), dt.date(2026, 12, 1))


def test_a_month_is_over_the_day_after_its_last() -> None:
    with pytest.raises(NotOver):
        check_month(OCTOBER, None, dt.date(2026, 10, 31))
    check_month(OCTOBER, None, dt.date(2026, 11, 1))


def test_only_the_latest_is_opened_again() -> None:
    check_reopen(OCTOBER, dt.date(2026, 10, 31))
    for through in (None, dt.date(2026, 9, 30), dt.date(2026, 11, 30)):
        with pytest.raises(NotTheLatest):
            check_reopen(OCTOBER, through)


def test_what_hinders_and_what_is_carried_over() -> None:
    assert set(WEIGHTS) == set(Key)
    check_list([item(key, 0) for key in Key], "", NAMES)
    with pytest.raises(Hindered) as refused:
        check_list([item(Key.SHIFTS, 2), item(Key.BANK, 1, 100), item(Key.RUNS, 1, 5)], "原因", NAMES)
    assert refused.value.data == {"count": 2, "items": "shifts、runs"}
    carried = [item(Key.BANK, 1, 100), item(Key.SHIFTS, 0)]
    with pytest.raises(ReasonMissing):
        check_list(carried, "  ", NAMES)
    check_list(carried, "业主出差，下月认领", NAMES)


def test_a_failed_proof_hinders_and_a_missing_one_does_not() -> None:
    with pytest.raises(Hindered):
        check_list([Item(Key.PROOF, 3, None, Weight.HINDERS)], "原因", NAMES)
    check_list([item(Key.PROOF, 1)], "本月下周核验", NAMES)
