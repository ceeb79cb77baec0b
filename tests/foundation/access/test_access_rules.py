"""The sign-in policy as tables."""

from __future__ import annotations

import datetime as dt

import pytest

from wuyefei.foundation.access import codes, rules
from wuyefei.foundation.access.rules import Role, Stage

AT = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("failures", "minutes"),
    [
        (0, None), (1, None), (4, None), (5, 15), (6, None), (9, None), (10, 30), (15, 60), (20, 120), (25, 240),
        (30, 480), (35, 960), (40, 960), (100, 960),
    ],
)  # fmt: skip
def test_lock_doubles_with_every_further_five(failures: int, minutes: int | None) -> None:
    expected = None if minutes is None else AT + dt.timedelta(minutes=minutes)
    assert rules.lock_until(failures, AT) == expected


def test_roles_that_need_a_second_factor() -> None:
    needing = {role for role in Role if rules.needs_second_factor({role})}
    assert needing == {
        Role.GROUP_MANAGER, Role.PROJECT_MANAGER, Role.FINANCE, Role.FINANCE_LEAD, Role.FUND_SUPERVISOR, Role.AUDITOR,
        Role.ADMINISTRATOR,
    }  # fmt: skip


def test_roles_that_approve_money() -> None:
    approving = {role for role in Role if rules.approves_money(role)}
    assert approving == {Role.GROUP_MANAGER, Role.PROJECT_MANAGER, Role.FINANCE, Role.FINANCE_LEAD}


@pytest.mark.parametrize(
    ("due", "confirmed", "passed", "owed", "stage"),
    [
        (False, False, False, False, Stage.IN),
        (False, False, False, True, Stage.PASSWORD),
        (True, False, False, False, Stage.ENROL),
        (True, False, False, True, Stage.ENROL),
        (True, True, False, True, Stage.CODE),
        (False, True, False, False, Stage.CODE),
        (True, True, True, True, Stage.PASSWORD),
        (True, True, True, False, Stage.IN),
    ],
)
def test_stages(due: bool, confirmed: bool, passed: bool, owed: bool, stage: Stage) -> None:
    found = rules.stage_of(
        factor_due=due, factor_confirmed=confirmed, factor_passed=passed, password_due=owed
    )
    assert found is stage


def test_password_is_due_on_its_hundred_and_eightieth_day() -> None:
    def due(days: int) -> bool:
        return rules.password_due(must_change=False, changed_at=AT - dt.timedelta(days=days), at=AT)

    assert [due(179), due(180)] == [False, True]
    assert rules.password_due(must_change=True, changed_at=AT, at=AT)


def test_temporary_password_lasts_three_days() -> None:
    def gone(must_change: bool, days: int) -> bool:
        return rules.temporary_expired(
            must_change=must_change, changed_at=AT - dt.timedelta(days=days), at=AT
        )

    assert [gone(True, 2), gone(True, 3), gone(False, 30)] == [False, True, False]


def test_codes_match_the_standard() -> None:
    """RFC 6238's own secret; the published eight-digit values end in these six digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for seconds, code in [
        (59, "287082"),
        (1111111109, "081804"),
        (1234567890, "005924"),
        (2000000000, "279037"),
    ]:
        moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
        assert codes.code_at(secret, codes.step_at(moment)) == code
        assert codes.matching_step(secret, code, moment + dt.timedelta(seconds=30)) == seconds // 30
        assert codes.matching_step(secret, code, moment + dt.timedelta(seconds=90)) is None
