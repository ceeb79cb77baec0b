"""When a part of the owner record is due to be checked again (row A3), in exact days."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wuyefei.estate.profiles.rules import (
    DEFAULT_RULES,
    Group,
    NothingToVerify,
    ProfileRow,
    Rule,
    When,
    add_months,
    clean_profile,
    clean_rule,
    clean_verification,
    due_on,
)
from wuyefei.foundation.kernel.errors import Invalid

D = dt.date
IDENTITY, PAYMENT = DEFAULT_RULES[Group.IDENTITY], DEFAULT_RULES[Group.PAYMENT]
ROW = ProfileRow("debit", 3)


def test_the_defaults_are_those_of_the_product_map() -> None:
    assert {group: (rule.when, rule.months) for group, rule in DEFAULT_RULES.items()} == {
        Group.IDENTITY: (When.CHANGE, 0), Group.PAYMENT: (When.MONTHS, 3), Group.PARKING: (When.CHANGE, 0),
        Group.CONTACT: (When.LIVE, 0),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "changed", "verified", "due"),
    [
        (IDENTITY, D(2026, 1, 10), None, D(2026, 1, 17)),
        (IDENTITY, D(2026, 1, 10), D(2026, 1, 9), D(2026, 1, 17)),
        (IDENTITY, D(2026, 1, 10), D(2026, 1, 10), None),
        (PAYMENT, D(2026, 1, 10), None, D(2026, 1, 17)),
        (PAYMENT, D(2026, 1, 10), D(2026, 1, 12), D(2026, 4, 12)),
        (PAYMENT, D(2026, 1, 10), D(2026, 11, 30), D(2027, 2, 28)),
        (DEFAULT_RULES[Group.CONTACT], D(2026, 1, 10), None, None),
        (Rule(When.MONTHS, 12, 0), D(2024, 2, 29), D(2024, 2, 29), D(2025, 2, 28)),
    ],
)
def test_due_on(rule: Rule, changed: dt.date, verified: dt.date | None, due: dt.date | None) -> None:
    assert due_on(rule, changed, verified) == due


@given(st.dates(D(1990, 1, 1), D(2090, 1, 1)), st.integers(1, 36), st.integers(1, 36))
def test_months_add_up_to_within_a_short_month(day: dt.date, first: int, second: int) -> None:
    whole, twice = add_months(day, first + second), add_months(add_months(day, first), second)
    assert twice <= whole and (whole - twice).days <= 3 and whole.month == twice.month


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"method": ""}, "缴费方式"), ({"method": "gold"}, "缴费方式"), ({"cycle_months": 2}, "缴费周期"), ({"ebill": "fax"}, "电子账单"),
        ({"score": 6}, "满意度"), ({"age": "0"}, "年龄"), ({"age": "二十"}, "年龄"), ({"occupation": "很" * 41}, "职业"),
        ({"email": "没有"}, "电子邮箱"),
    ],
)  # fmt: skip
def test_a_profile_that_cannot_be(change: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        clean_profile(replace(ROW, **change))  # type: ignore[arg-type]
    assert caught.value.data["field"] == field


def test_rules_of_ones_own() -> None:
    assert clean_rule(Group.PAYMENT, 6, 0) == Rule(When.MONTHS, 6, 0)
    assert clean_rule(Group.IDENTITY, 6, 30) == Rule(When.CHANGE, 0, 30)
    for months, grace in ((0, 7), (37, 7), (3, -1), (3, 91)):
        with pytest.raises(Invalid):
            clean_rule(Group.PAYMENT, months, grace)
    with pytest.raises(NothingToVerify):
        clean_rule(Group.CONTACT, 1, 1)


def test_a_check_that_cannot_be() -> None:
    today = D(2026, 2, 20)
    assert clean_verification("identity", "identity_card", today, today) is Group.IDENTITY
    for group, document, on in (("all", "", today), ("identity", "passport", today), ("identity", "", D(2026, 2, 21))):
        with pytest.raises(Invalid):
            clean_verification(group, document, on, today)
    with pytest.raises(NothingToVerify):
        clean_verification("contact", "", today, today)
