"""Limits and periods, without a database: the worked table of ``docs/rules/approval-limits.md`` line by line."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.docs import rows_of
from wuyefei.foundation.access.rules import ROLE_NAMES, Permission, Role
from wuyefei.foundation.approvals.rules import (
    cap_of,
    check_highest,
    check_period,
    roles_for,
    stood_in,
    within,
)
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.money import parse_yuan

RIGHT = Permission.ADJUST_APPROVE
DAY = dt.date(2026, 3, 2)


@pytest.mark.parametrize("row", rows_of("rules/approval-limits.md"), ids=str)
def test_the_worked_table(row: dict[str, str]) -> None:
    roles = [role for role in Role if ROLE_NAMES[role] in row["角色"].split("、")]
    columns = {Role.FINANCE_LEAD: row["财务主管额度"], Role.GROUP_MANAGER: row["集团/区域管理者额度"]}
    limits = {role: parse_yuan(text) for role, text in columns.items() if text != "不限"}
    fen = None if row["金额"] == "无" else parse_yuan(row["金额"])
    assert within(fen, cap_of(roles, RIGHT, limits)) is (row["能复核"] == "能")


@pytest.mark.parametrize(
    ("roles", "limits", "cap"),
    [
        ([Role.FINANCE_LEAD], {}, None),
        ([Role.FINANCE_LEAD], {Role.FINANCE_LEAD: 500000}, 500000),
        ([Role.FINANCE_LEAD, Role.GROUP_MANAGER], {Role.FINANCE_LEAD: 500000, Role.GROUP_MANAGER: 2000000}, 2000000),
        ([Role.FINANCE_LEAD, Role.GROUP_MANAGER], {Role.FINANCE_LEAD: 500000}, None),
        ([Role.FINANCE_LEAD, Role.CASHIER], {Role.FINANCE_LEAD: 500000}, 500000),
        ([], {Role.FINANCE_LEAD: 500000}, None),
    ],
)
def test_the_highest_of_the_roles_that_hold_the_right(roles: list[Role], limits: dict[Role, int], cap: int | None) -> None:
    assert cap_of(roles, RIGHT, limits) == cap


@pytest.mark.parametrize(
    ("fen", "cap", "fits"),
    [
        (500000, 500000, True), (500001, 500000, False), (-500001, 500000, False), (-1, 1, True), (None, 1, True), (None, 0, False),
        (0, 0, False), (10**12, None, True),
    ],
)  # fmt: skip
def test_the_limit_itself_is_within(fen: int | None, cap: int | None, fits: bool) -> None:
    assert within(fen, cap) is fits


def test_somebody_can_always_decide() -> None:
    assert roles_for(RIGHT) == [Role.GROUP_MANAGER, Role.FINANCE_LEAD]
    check_highest(RIGHT, {Role.FINANCE_LEAD: 500000})
    with pytest.raises(Invalid):
        check_highest(RIGHT, {Role.FINANCE_LEAD: 500000, Role.GROUP_MANAGER: 2000000})


@pytest.mark.parametrize(("first", "last", "ok"), [(0, 0, True), (0, 91, True), (0, 92, False), (-1, 3, False), (2, 1, False), (30, 121, True)])
def test_a_right_is_lent_for_a_quarter_at_most(first: int, last: int, ok: bool) -> None:
    days = DAY + dt.timedelta(days=first), DAY + dt.timedelta(days=last)
    if ok:
        check_period(*days, DAY)
        return
    with pytest.raises(Invalid):
        check_period(*days, DAY)


def test_when_a_right_was_lent() -> None:
    noon = dt.datetime.combine(DAY, dt.time(12), dt.UTC)
    assert stood_in(DAY, noon, DAY, DAY, None) and stood_in(DAY, noon, DAY, DAY, noon)
    assert not stood_in(DAY, noon, DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=2), None)
    assert not stood_in(DAY, noon, DAY, DAY, noon - dt.timedelta(seconds=1))
