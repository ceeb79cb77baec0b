"""One-time codes on their way: sealed in the queue, sent once through the text-message carrier, lost only to be asked again."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from tests.relations.owners import ADDRESS, GUEST, LU, SHEN, STRANGER, Town, owner
from tests.world import actor_of
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.schedule import run_scheduled, scheduled
from wuyefei.relations.accounts import sending
from wuyefei.relations.accounts.actions import delivery
from wuyefei.relations.accounts.actions.codes import FORGET
from wuyefei.relations.accounts.models import Code
from wuyefei.relations.accounts.public import (
    accept,
    ask_code,
    confirm_code,
    invite,
    open_session,
    owner_of_session,
    places,
)
from wuyefei.relations.accounts.rules import NoSender
from wuyefei.relations.contacts.public import Contact
from wuyefei.relations.notices.actions import transactional
from wuyefei.relations.notices.public import Transactional, decide_version, save_carrier, save_version
from wuyefei.relations.notices.sandbox import Sandbox

pytestmark = pytest.mark.django_db


class WorkerGone(BaseException):
    """The process dies here."""


@dataclass
class Post:
    town: Town
    box: Sandbox

    def queued(self) -> list[dict[str, Any]]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [delivery.TASK])
            return [row[0] if isinstance(row[0], dict) else json.loads(row[0]) for row in cursor.fetchall()]

    def work(self) -> None:
        """What the worker does with the queue: also with what was done already."""
        for arguments in self.queued():
            delivery.deliver(**arguments)

    def codes(self, mobile: str) -> list[str]:
        return [got.body["TemplateParamSet"][0] for got in self.box.to(mobile)]


@pytest.fixture
def post(town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    """The sender of an installation that is no demo, with the carrier's counterpart on loopback."""
    monkeypatch.setenv("WUYEFEI_DEMO", "1")
    monkeypatch.setattr(sending, "_senders", {})
    delivery.register()
    cache.clear()
    box = Sandbox()
    yield Post(town, box)
    box.close()


def set_up(post: Post) -> None:
    world = post.town.world
    made = save_version("code", "sms", "验证码{验证码}，五分钟内有效。{企业}", carrier_template="7", actor=world["manager"])
    approver = actor_of(world.organisation, "relations", Role.RELATIONS_MANAGER)
    decide_version(made.pk, approved=True, actor=approver)
    values = {"secret_id": post.box.secret_id, "secret_key": post.box.secret_key, "app_id": "1", "sign": "桂语", "endpoint": post.box.url}
    save_carrier("sms", values, enabled=True, per_second=1000, actor=world["admin"])


def test_a_code_is_queued_sealed_and_reaches_the_phone_once(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    set_up(post)
    challenge = ask_code(LU, address=ADDRESS)
    (arguments,) = post.queued()
    post.work()
    post.work()
    (code,) = post.codes(LU)
    assert code not in json.dumps(arguments) and LU not in json.dumps(arguments)
    assert code not in caplog.text and LU not in caplog.text
    assert Transactional.objects.get().state == "sent"
    assert Contact.objects.get(purpose="code").outcome == "sent"
    assert confirm_code(challenge, code).mobile_shown == "199****0001"


def test_a_number_of_nobody_queues_nothing(post: Post) -> None:
    set_up(post)
    ask_code(STRANGER, address=ADDRESS)
    assert post.queued() == []


def test_where_nobody_can_send_the_owner_is_sent_to_the_desk_whoever_asks(post: Post) -> None:
    for mobile in (LU, STRANGER):
        with pytest.raises(NoSender) as caught:
            ask_code(mobile, address=ADDRESS)
        assert "请到服务台办理" in caught.value.text
    page = Client().post("/h5/sign-in", {"mobile": LU}).content.decode()
    assert "请到服务台办理" in page
    assert not Code.objects.exists() and post.queued() == []
    set_up(post)
    ask_code(LU, address=ADDRESS)


def test_a_worker_that_dies_before_it_begins_is_followed_by_another(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(post)
    challenge = ask_code(LU, address=ADDRESS)
    with monkeypatch.context() as patch, pytest.raises(WorkerGone):
        patch.setattr(delivery, "registered", _die)
        post.work()
    assert post.codes(LU) == []
    post.work()
    assert confirm_code(challenge, post.codes(LU)[0])


@pytest.mark.parametrize("sent", [False, True])
def test_a_worker_that_dies_at_the_carrier_sends_no_second_code(post: Post, monkeypatch: pytest.MonkeyPatch, sent: bool) -> None:
    """Before or after the carrier took it: the next worker cannot know, and the owner asks again after a minute."""
    set_up(post)
    first = ask_code(LU, address=ADDRESS)
    with monkeypatch.context() as patch, pytest.raises(WorkerGone):
        patch.setattr(transactional, "_end" if sent else "sender_of", _die)
        post.work()
    post.work()
    assert len(post.codes(LU)) == (1 if sent else 0)
    assert Transactional.objects.get().state == "unsure"
    if sent:
        assert confirm_code(first, post.codes(LU)[0])
    with clock.at(clock.now() + dt.timedelta(seconds=61)):
        again = ask_code(LU, address=ADDRESS)
        post.work()
        assert confirm_code(again, post.codes(LU)[-1])


def test_a_carrier_that_refuses_loses_nothing_but_this_code(post: Post) -> None:
    set_up(post)
    post.box.mood[LU] = "throttle"
    ask_code(LU, address=ADDRESS)
    post.work()
    assert (post.codes(LU), Transactional.objects.get().state) == ([], "failed")
    del post.box.mood[LU]
    with clock.at(clock.now() + dt.timedelta(seconds=61)):
        again = ask_code(LU, address=ADDRESS)
        post.work()
        assert confirm_code(again, post.codes(LU)[-1])


def test_a_code_that_is_over_is_not_sent(post: Post) -> None:
    set_up(post)
    ask_code(LU, address=ADDRESS)
    with clock.at(clock.now() + dt.timedelta(minutes=5)):
        post.work()
    assert post.codes(LU) == []


def test_an_invited_guest_is_served_by_the_community_that_invited(post: Post) -> None:
    set_up(post)
    challenge = ask_code(SHEN, address=ADDRESS)
    post.work()
    found = owner_of_session(open_session(confirm_code(challenge, post.codes(SHEN)[0]), agent=""))
    assert found is not None
    token = invite(found, places(found)[0], "family")
    challenge = ask_code(GUEST, address=ADDRESS, invitation=token)
    post.work()
    guest = owner_of_session(open_session(confirm_code(challenge, post.codes(GUEST)[0]), agent=""))
    assert guest is not None and accept(guest, token)
    row = Transactional.objects.get(person__isnull=True)
    assert (row.community_id, row.state) == (post.town.world.community.pk, "sent")
    with clock.at(clock.now() + dt.timedelta(minutes=2)):
        ask_code(GUEST, address=ADDRESS)
        post.work()
    assert len(post.codes(GUEST)) == 2


def test_old_codes_are_forgotten_every_night(town: Town) -> None:
    owner(town, LU)
    with clock.at(clock.now() + dt.timedelta(hours=25)):
        ask_code(SHEN, address=ADDRESS)
        assert run_scheduled(FORGET) == 1
        assert Code.objects.count() == 1
    assert "删除用过和过期的验证码" in [one.title for one, _last in scheduled()]


def _die(*_given: object, **_named: object) -> None:
    raise WorkerGone()
