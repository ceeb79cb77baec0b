"""Minimums: what the law leaves, why one was missed, when the manager is asked."""

from __future__ import annotations

import datetime as dt

import pytest

from wuyefei.collection.followup.rules.grades import MINIMUMS, Grade
from wuyefei.collection.minimums.rules import Cap, Seen, Why, allowed, escalates_on, most, why
from wuyefei.relations.contacts.rules.limits import DEFAULTS

PHONE = Cap(1, 3, 8)


@pytest.mark.parametrize(
    ("cap", "days", "count"),
    [
        (PHONE, 7, 3), (PHONE, 30, 8), (PHONE, 1, 1), (PHONE, 9, 5), (Cap(1, 1, 8), 7, 1), (Cap(1, 1, 8), 30, 5),
        (Cap(1, 7, 20), 7, 7), (Cap(0, 0, 0), 7, 0), (Cap(2, 3, 20), 30, 15),
    ],
)  # fmt: skip
def test_the_most_that_a_way_permits(cap: Cap, days: int, count: int) -> None:
    assert most(cap, days) == count


def test_what_is_allowed_over_all_ways() -> None:
    caps = {"phone": Cap(1, 1, 2), "wechat": Cap(1, 3, 8), "sms": Cap(1, 3, 6, taken=2)}
    assert allowed(caps, (), 7, 2) == 1 + 3 + 1
    assert allowed(caps, {"wechat"}, 7, 2) == 2
    assert allowed(caps, {"wechat", "sms"}, 7, 2) == 1
    assert allowed(caps, {"wechat", "sms", "phone"}, 7, 2) == 0
    assert allowed(caps, (), 1, 2) == 2
    assert allowed({"sms": Cap(1, 3, 6, taken=9)}, (), 7, 2) == 0


def test_the_built_in_caps_leave_room_for_both_minimums() -> None:
    """S 2 in 7 days, A 4 in 30, by telephone alone."""
    phone = next(cap for way, cap in DEFAULTS.caps.items() if way.value == "phone")
    for grade, room in ((Grade.S, 3), (Grade.A, 8)):
        least = MINIMUMS[grade]
        assert most(Cap(phone.day, phone.week, phone.month), least.days) == room >= least.times


@pytest.mark.parametrize(
    ("seen", "reason", "lacking"),
    [
        (Seen(2, 7, 2, 3), None, 0), (Seen(2, 7, 3, 1), None, 0), (Seen(2, 7, 1, 3), Why.FEW, 1), (Seen(2, 7, 0, 3), Why.NONE, 2),
        (Seen(2, 7, 1, 1), Why.LAW, 0), (Seen(2, 7, 0, 0), Why.LAW, 0), (Seen(2, 7, 0, 1), Why.NONE, 1), (Seen(4, 30, 3, 3), Why.LAW, 0),
        (Seen(2, 7, 0, 3, refused=2), Why.REFUSED, 2), (Seen(2, 7, 1, 1, refused=2), Why.LAW, 0),
        (Seen(2, 7, 0, 3, refused=1, held=True), Why.HOLD, 2), (Seen(2, 7, 2, 3, held=True), None, 0),
    ],
)  # fmt: skip
def test_why_a_minimum_was_missed(seen: Seen, reason: Why | None, lacking: int) -> None:
    assert why(seen) is reason and seen.lacking == lacking


def test_when_the_manager_is_asked() -> None:
    first = dt.date(2026, 3, 10)
    assert escalates_on(first, None) == dt.date(2026, 3, 13)
    assert escalates_on(first, dt.date(2026, 3, 11)) == dt.date(2026, 3, 18)
    assert escalates_on(first, dt.date(2026, 3, 3)) == dt.date(2026, 3, 13)
