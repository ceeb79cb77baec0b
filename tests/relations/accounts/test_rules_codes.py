"""How often codes may be asked for, and how long sessions last."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wuyefei.relations.accounts import rules
from wuyefei.relations.accounts.rules import (
    TooMany,
    TooSoon,
    device_of,
    refuse_address,
    refuse_too_often,
    session_over,
    wait_until,
)

NOW = dt.datetime(2026, 2, 20, 9, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def test_a_minute_between_two_codes() -> None:
    refuse_too_often([NOW - MINUTE], None, NOW)
    with pytest.raises(TooSoon) as caught:
        refuse_too_often([NOW - dt.timedelta(seconds=20)], None, NOW)
    assert caught.value.data == {"seconds": 40}


def test_five_an_hour_and_ten_a_day() -> None:
    hour = [NOW - MINUTE * n for n in (2, 10, 20, 30, 59)]
    with pytest.raises(TooMany) as caught:
        refuse_too_often(hour, None, NOW)
    assert caught.value.data == {"minutes": 1}
    refuse_too_often([NOW - MINUTE * n for n in (2, 10, 20, 30, 61)], None, NOW)
    day = [NOW - MINUTE * 70 * n for n in range(1, 11)]
    assert wait_until(day, NOW, per_hour=5, per_day=10) == NOW - MINUTE * 700 + dt.timedelta(days=1)


def test_a_lock_is_waited_out() -> None:
    with pytest.raises(TooMany) as caught:
        refuse_too_often([], NOW + MINUTE * 3, NOW)
    assert caught.value.data == {"minutes": 3}
    refuse_too_often([], NOW, NOW)


def test_an_address_has_its_own_limit() -> None:
    refuse_address(rules.ADDRESS_PER_HOUR - 1)
    with pytest.raises(TooMany):
        refuse_address(rules.ADDRESS_PER_HOUR)


@given(st.lists(st.integers(0, 1440), max_size=30))
def test_the_wait_is_never_too_short(minutes: list[int]) -> None:
    """At the moment it names, asking is within both limits."""
    sent = [NOW - MINUTE * n for n in minutes]
    until = wait_until(sent, NOW, per_hour=5, per_day=10) or NOW
    assert sum(moment > until - dt.timedelta(hours=1) for moment in sent) < 5
    assert sum(moment > until - dt.timedelta(days=1) for moment in sent) < 10


def test_a_session_ends_by_age_and_by_idleness() -> None:
    assert not session_over(NOW - dt.timedelta(days=29), NOW - dt.timedelta(days=13), NOW)
    assert session_over(NOW - dt.timedelta(days=30), NOW, NOW)
    assert session_over(NOW - dt.timedelta(days=14), NOW - dt.timedelta(days=14), NOW)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Linux; Android 14; XYZ-AN00) MicroMessenger/8.0", "微信 · Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Safari", "浏览器 · iOS"),
        ("", "浏览器"),
    ],
)
def test_a_device_is_named_without_its_model(agent: str, name: str) -> None:
    assert device_of(agent) == name
