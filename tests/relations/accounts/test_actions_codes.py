"""One-time codes: who gets one, that nobody learns who does, and that one works once."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.relations.owners import ADDRESS, GUEST, LU, SHEN, STRANGER, Town, enter
from wuyefei.estate.people.public import update_person
from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.foundation.platform import clock
from wuyefei.relations.accounts import sending
from wuyefei.relations.accounts.models import Account, Code, SandboxMessage, Session
from wuyefei.relations.accounts.public import (
    ask_code,
    ask_code_by_room,
    confirm_code,
    forget_codes,
    message_for,
    owner_of_session,
)
from wuyefei.relations.accounts.rules import CodeOver, NoSender, TooMany, TooSoon, WrongCode

pytestmark = pytest.mark.django_db


def later(**gone: int) -> dt.datetime:
    return clock.now() + dt.timedelta(**gone)


def test_a_code_goes_to_a_number_on_file_and_to_no_other(town: Town) -> None:
    ask_code(LU, address=ADDRESS)
    ask_code(STRANGER, address=ADDRESS)
    assert [message.mobile for message in town.sent] == [LU]
    assert len(town.sent[0].code) == 6
    assert Code.objects.count() == 2


def test_room_and_name_reach_the_mobile_on_file(town: Town) -> None:
    ask_code_by_room("桂语花园", "1栋1单元102", "沈秋白", address=ADDRESS)
    assert [message.mobile for message in town.sent] == [SHEN]
    for room, name in (("1-1-102", "陆小满"), ("1-1-999", "沈秋白"), ("", "沈秋白"), ("1-1-201", "")):
        ask_code_by_room("桂语花园", room, name, address=ADDRESS)
    ask_code_by_room("无此花园", "1-1-102", "沈秋白", address=ADDRESS)
    assert len(town.sent) == 1


def test_known_and_unknown_are_told_the_same(town: Town) -> None:
    """Every refusal on the way, in order: the same for a number on file as for a stranger's."""

    def way(mobile: str) -> list[str]:
        told = []
        challenge = ask_code(mobile, address=ADDRESS)
        for _ in range(6):
            try:
                confirm_code(challenge, "abcdef")
            except DomainError as error:
                told.append(error.text)
        for minutes in (0, 2, 20):
            with clock.at(later(minutes=minutes)):
                try:
                    ask_code(mobile, address=ADDRESS)
                except DomainError as error:
                    told.append(error.text)
        return told

    known = way(LU)
    assert known == way(STRANGER)
    assert known[0] == "验证码不对，还可以试 4 次。"
    assert known[4:6] == ["这个验证码已经失效，请重新获取。"] * 2
    assert known[6].startswith("验证码要得太多了")


def test_a_code_works_once(town: Town) -> None:
    challenge = ask_code(LU, address=ADDRESS)
    account = confirm_code(challenge, f" {town.last_code(LU)[:3]} {town.last_code(LU)[3:]} ")
    assert (account.mobile_shown, Account.objects.count()) == ("199****0001", 1)
    with pytest.raises(CodeOver):
        confirm_code(challenge, town.last_code(LU))
    assert Code.objects.get().mobile_locked is None


def test_a_code_lasts_five_minutes(town: Town) -> None:
    challenge = ask_code(LU, address=ADDRESS)
    with clock.at(later(minutes=5)), pytest.raises(CodeOver):
        confirm_code(challenge, town.last_code(LU))
    assert not Account.objects.exists()


def test_five_wrong_tries_kill_a_code_and_lock_its_asker(town: Town) -> None:
    challenge = ask_code(LU, address=ADDRESS)
    right = town.last_code(LU)
    wrong = "000000" if right != "000000" else "111111"
    for left in (4, 3, 2, 1):
        with pytest.raises(WrongCode) as caught:
            confirm_code(challenge, wrong)
        assert caught.value.data == {"left": left}
    with pytest.raises(CodeOver):
        confirm_code(challenge, wrong)
    with pytest.raises(CodeOver):
        confirm_code(challenge, right)
    with clock.at(later(minutes=14)), pytest.raises(TooMany):
        ask_code(LU, address=ADDRESS)
    with clock.at(later(minutes=16)):
        ask_code(LU, address=ADDRESS)
    assert not Account.objects.exists()


def test_a_code_of_one_challenge_opens_no_other(town: Town) -> None:
    ask_code(LU, address=ADDRESS)
    other = ask_code(SHEN, address=ADDRESS)
    if town.last_code(LU) != town.last_code(SHEN):
        with pytest.raises(WrongCode):
            confirm_code(other, town.last_code(LU))
    with pytest.raises(CodeOver):
        confirm_code("made-up", town.last_code(LU))


def test_codes_are_rationed(town: Town) -> None:
    ask_code(LU, address=ADDRESS)
    with pytest.raises(TooSoon):
        ask_code(LU, address="192.0.2.8")
    for number in range(1, 5):
        with clock.at(later(minutes=2 * number)):
            ask_code(LU, address=ADDRESS)
    with clock.at(later(minutes=20)):
        with pytest.raises(TooMany):
            ask_code(LU, address=ADDRESS)
        ask_code_by_room("桂语花园", "1-1-101", "陆小满", address=ADDRESS)  # said nothing, sent nothing
    assert len(town.sent) == 5
    assert Code.objects.filter(mobile_mark="").count() == 1


def test_an_address_is_rationed(town: Town) -> None:
    made = ask_code(STRANGER, address=ADDRESS)
    row = Code.objects.get()
    Code.objects.bulk_create(
        [
            Code(challenge_hash=f"{n}", asked_mark=f"{n}", address_mark=row.address_mark, code_mark="", made_at=row.made_at,
                 expires_at=row.expires_at)
            for n in range(59)
        ]
    )  # fmt: skip
    with pytest.raises(TooMany):
        ask_code(GUEST, address=ADDRESS)
    ask_code(GUEST, address="192.0.2.99")
    assert made


def test_what_is_no_mobile_is_refused(town: Town) -> None:
    for text in ("123", "0571-87654321", "abc", ""):
        with pytest.raises(Invalid):
            ask_code(text, address=ADDRESS)
    assert not Code.objects.exists()


def test_without_a_sender_nobody_can_ask(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_senders", {})
    for mobile in (LU, STRANGER):
        with pytest.raises(NoSender):
            ask_code(mobile, address=ADDRESS)
    assert not Code.objects.exists()


def test_the_sandbox_speaks_only_in_the_demo(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    from wuyefei.relations.accounts import sandbox

    monkeypatch.setattr(sending, "_senders", {"sandbox": sandbox.send})
    challenge = ask_code(LU, address=ADDRESS)
    assert message_for(challenge) is None
    monkeypatch.setenv("WUYEFEI_DEMO", "1")
    message = message_for(challenge)
    assert message is not None
    assert message.mobile_shown == "199****0001"
    assert SandboxMessage.objects.count() == 1


def test_a_number_taken_off_the_record_gets_no_code(town: Town) -> None:
    update_person(town.world.people["顾予安"].pk, actor=town.world["lead"], mobile="")
    ask_code("19900000003", address=ADDRESS)
    assert town.sent == []


def test_a_session_is_found_by_its_token_alone(town: Town) -> None:
    token = enter(town, LU)
    assert owner_of_session(token) is not None
    assert owner_of_session("") is None
    assert owner_of_session(token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    assert token not in Session.objects.get().token_hash
    with clock.at(later(days=15)):
        assert owner_of_session(token) is None


def test_old_codes_are_forgotten(town: Town) -> None:
    ask_code(LU, address=ADDRESS)
    assert forget_codes(clock.now()) == 0
    with clock.at(later(days=2)):
        assert forget_codes(clock.now()) == 1
