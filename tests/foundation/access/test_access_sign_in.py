"""Signing in: failures, locks, codes, throttling."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.foundation.access.firm import NOON, PASSWORD, Firm, code_of
from wuyefei.foundation.access import actions, demo
from wuyefei.foundation.access.models import SignInEvent, User
from wuyefei.foundation.access.rules import Outcome, Role
from wuyefei.foundation.platform import clock

HERE = "10.0.0.7"


def try_with(password: str, username: str = "cashier", address: str = HERE) -> actions.SignInResult:
    return actions.sign_in(username, password, address=address)


def fail(times: int, username: str = "cashier", address: str = HERE) -> list[actions.SignInResult]:
    return [try_with("nope", username, address) for _ in range(times)]


def minutes(after: int) -> dt.datetime:
    return NOON + dt.timedelta(minutes=after)


def test_right_password_signs_in_whatever_the_case_of_the_name(firm: Firm) -> None:
    user = firm.person("cashier", Role.CASHIER, factor=False)
    result = try_with(PASSWORD, " Cashier ")
    assert (result.outcome, result.user) == (Outcome.OK, user)
    event = SignInEvent.objects.get()
    assert (event.outcome, event.user_id, event.organisation_id, event.address, event.at) == (
        "ok", user.pk, firm.organisation.pk, HERE, NOON,
    )  # fmt: skip


def test_fifth_failure_locks_for_fifteen_minutes_and_the_tenth_for_thirty(firm: Firm) -> None:
    firm.person("cashier", Role.CASHIER, factor=False)
    results = fail(5)
    assert [one.outcome for one in results] == [Outcome.WRONG_PASSWORD] * 5
    assert [one.locked_until for one in results] == [None] * 4 + [minutes(15)]
    assert try_with(PASSWORD).outcome is Outcome.LOCKED
    assert User.objects.get(username="cashier").failures == 5
    with clock.at(minutes(16)):
        assert [one.locked_until for one in fail(5)][-1] == minutes(46)
        assert try_with(PASSWORD).locked_until == minutes(46)
    with clock.at(minutes(46)):
        assert try_with(PASSWORD).passed
        user = User.objects.get(username="cashier")
        assert (user.failures, user.locked_until) == (0, None)


def test_an_unknown_user_is_answered_like_a_known_one(firm: Firm) -> None:
    firm.person("cashier", Role.CASHIER, factor=False)
    known, unknown = fail(6), fail(6, "nobody", "10.0.0.8")
    assert [one.locked_until for one in known] == [one.locked_until for one in unknown]
    assert [one.user for one in unknown] == [None] * 6
    assert unknown[-1].outcome is Outcome.LOCKED


def test_an_unknown_user_costs_a_hash(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    from wuyefei.foundation.access.actions import signing as module

    hashed: list[str] = []
    monkeypatch.setattr(module, "make_password", lambda password: hashed.append(password) or "")
    try_with("nope", "nobody")
    assert hashed == ["nope"]


def test_an_address_is_refused_after_thirty_failures_in_fifteen_minutes(firm: Firm) -> None:
    firm.person("cashier", Role.CASHIER, factor=False)
    for number in range(30):
        assert try_with("nope", f"guess{number}").outcome is Outcome.UNKNOWN
    assert try_with(PASSWORD).outcome is Outcome.THROTTLED
    assert try_with(PASSWORD, address="10.0.0.9").outcome is Outcome.OK
    with clock.at(minutes(16)):
        assert try_with(PASSWORD).outcome is Outcome.OK


def test_service_identities_and_ended_people_do_not_sign_in(firm: Firm) -> None:
    user = firm.person("cashier", Role.CASHIER, factor=False)
    firm.person("admin", Role.ADMINISTRATOR)
    assert try_with("!", f"operator@{firm.organisation.pk}").outcome is Outcome.UNKNOWN
    actions.end_user(user.pk, actor=firm.actor("admin"))
    assert try_with(PASSWORD).outcome is Outcome.ENDED


def test_a_code_is_taken_once_and_only_close_to_its_time(firm: Firm) -> None:
    user = firm.person("finance", Role.FINANCE)
    assert try_with(PASSWORD, "finance").outcome is Outcome.PASSWORD_OK
    code = code_of(user)
    assert actions.confirm_code(user, code, address=HERE).outcome is Outcome.OK
    assert actions.confirm_code(user, code, address=HERE).outcome is Outcome.REUSED_CODE
    assert actions.confirm_code(user, code_of(user, -1), address=HERE).outcome is Outcome.REUSED_CODE
    assert actions.confirm_code(user, code_of(user, 2), address=HERE).outcome is Outcome.WRONG_CODE
    following = code_of(user, 1)
    assert actions.confirm_code(user, f"{following[:3]} {following[3:]}", address=HERE).outcome is Outcome.OK


def test_wrong_codes_lock_and_a_right_password_does_not_forgive_them(firm: Firm) -> None:
    user = firm.person("finance", Role.FINANCE)
    for _ in range(4):
        assert actions.confirm_code(user, "000000", address=HERE).outcome is Outcome.WRONG_CODE
        assert try_with(PASSWORD, "finance").passed
    assert actions.confirm_code(user, "000000", address=HERE).locked_until == minutes(15)
    assert actions.confirm_code(user, code_of(user), address=HERE).outcome is Outcome.LOCKED
    assert try_with(PASSWORD, "finance").outcome is Outcome.LOCKED


def test_a_temporary_password_is_gone_after_three_days(firm: Firm) -> None:
    user, password = actions.create_user(username="fresh", name="新人甲", actor=firm.operator)
    assert user.must_change_password
    with clock.at(minutes(3 * 24 * 60 - 1)):
        assert try_with(password, "fresh").passed
    with clock.at(minutes(3 * 24 * 60)):
        assert try_with(password, "fresh").outcome is Outcome.EXPIRED


def test_the_printed_password_works_in_the_demo_only(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    user = firm.person("cashier", Role.CASHIER, factor=False)
    monkeypatch.setenv("WUYEFEI_DEMO", "1")
    demo.prepare(user)
    assert try_with(demo.PASSWORD).passed
    assert [one.username for one in demo.people()] == ["cashier"]
    monkeypatch.delenv("WUYEFEI_DEMO")
    assert try_with(demo.PASSWORD).outcome is Outcome.WRONG_PASSWORD
    assert (demo.people(), demo.current_code(user)) == ([], "")
