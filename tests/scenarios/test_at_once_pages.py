"""The same through the pages: twenty people at twenty desks, and twice the same click."""

from __future__ import annotations

import datetime as dt
import json
import threading
import urllib.error
import urllib.parse
import urllib.request
from contextvars import ContextVar
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from tests.scenarios.month import first_finding, publish
from tests.world import World, actor_of, make_world
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.access.sessions import pass_factor
from wuyefei.foundation.kernel.dates import CHINA, Month
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable, Run, confirm_run, draft_run
from wuyefei.money.cashdesk.public import ShiftPayment, open_shift
from wuyefei.money.payments.public import Payment
from wuyefei.money.receipts.public import Receipt

pytestmark = pytest.mark.django_db(transaction=True)
NOON = dt.datetime(2026, 1, 10, 12, tzinfo=CHINA)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """January is out. The clock stands still for the server's threads too."""
    monkeypatch.setattr(clock, "_set", ContextVar("clock", default=NOON))
    world = make_world()
    publish(world, "2026-01")
    return world


def session_of(user_id: int) -> str:
    moment = NOON - dt.timedelta(hours=1)
    User.objects.filter(pk=user_id).update(totp_confirmed_at=moment, password_changed_at=moment)
    user = User.objects.get(pk=user_id)
    client = Client()
    client.force_login(user)
    session = client.session
    pass_factor(session, user)
    session.save()
    return session.session_key or ""


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def post_all(server: LiveServer, posts: list[tuple[str, str, list[tuple[str, Any]]]]) -> list[tuple[int, str]]:
    """(path, session, form) each, all at once; returns status and body."""
    gate, answers = threading.Barrier(len(posts)), [(0, "")] * len(posts)

    def post(number: int, path: str, session: str, form: list[tuple[str, Any]]) -> None:
        token = "t" * 32
        cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={token}"
        headers = {"Cookie": cookies, "X-CSRFToken": token}
        request = urllib.request.Request(server.url + path, urllib.parse.urlencode(form).encode(), headers)
        gate.wait()
        try:
            with urllib.request.build_opener(_Stay).open(request, timeout=60) as answer:
                answers[number] = (answer.status, answer.read().decode())
        except urllib.error.HTTPError as error:
            answers[number] = (error.code, error.read().decode())

    threads = [threading.Thread(target=post, args=(number, *one)) for number, one in enumerate(posts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    assert not any(thread.is_alive() for thread in threads)
    return answers


def test_twenty_desks_take_the_same_bill(world: World, live_server: LiveServer) -> None:
    """One cashier is given the money; nineteen are told in words that the bill has changed. Numbers have no gap."""
    flat, owner = world.flats["1-1-101"], world.people["陆小满"]
    bill = Receivable.objects.get(property=flat)
    posts = []
    for number in range(20):
        cashier = actor_of(world.organisation, f"desk{number:02d}", Role.CASHIER)
        open_shift(world.community.pk, 0, actor=cashier)
        form = [("property", flat.pk), ("payer", owner.pk), ("bill", bill.pk), ("due_fen", 25000), ("scan", "250.00"),
                ("client_key", f"desk-{number:02d}-0123456789")]  # fmt: skip
        posts.append(("/cashdesk/take", session_of(cashier.user_id or 0), form))
    answers = post_all(live_server, posts)
    assert sorted(status for status, _ in answers) == [200] + [409] * 19
    assert {json.loads(body)["code"] for status, body in answers if status == 409} == {"bills_changed"}
    assert Payment.objects.count() == ShiftPayment.objects.count() == 1
    assert Receivable.objects.get(pk=bill.pk).outstanding_fen == 0
    assert list(Receipt.objects.values_list("serial", flat=True)) == [1]
    assert first_finding(world) == ""


def test_one_click_ten_times(world: World, live_server: LiveServer) -> None:
    """The same form sent ten times, as by a shaky hand or a retrying proxy, is one payment and ten times the same answer."""
    flat, owner = world.flats["1-1-101"], world.people["陆小满"]
    bill = Receivable.objects.get(property=flat)
    open_shift(world.community.pk, 0, actor=world["cashier"])
    session = session_of(world["cashier"].user_id or 0)
    form = [("property", flat.pk), ("payer", owner.pk), ("bill", bill.pk), ("due_fen", 25000), ("cash", "250.00"), ("client_key", "one-click-0123456789")]
    answers = post_all(live_server, [("/cashdesk/take", session, form)] * 10)
    assert [status for status, _ in answers] == [200] * 10
    assert len({json.loads(body)["print"] for _, body in answers}) == 1
    assert Payment.objects.count() == 1 and first_finding(world) == ""


def test_two_people_publish_at_once(world: World, live_server: LiveServer) -> None:
    run = draft_run(world.community.pk, Month.parse("2026-02"), actor=world["finance"]).run
    assert run is not None
    request = confirm_run(run.pk, actor=world["finance"])
    second = actor_of(world.organisation, "lead2", Role.FINANCE_LEAD)
    sessions = [session_of(actor.user_id or 0) for actor in (world["lead"], second)] * 3
    answers = post_all(live_server, [(f"/approvals/{request.pk}/approve", session, []) for session in sessions])
    assert sorted(status for status, _ in answers) == [302] + [409] * 5
    assert Receivable.objects.filter(period="2026-02-01").count() == 4
    assert Run.objects.get(pk=run.pk).state == "published" and first_finding(world) == ""
