"""The estate of ``tests.world`` with January billed, and people signed in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from tests.world import World, make_world
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.sessions import pass_factor
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import confirm_run, draft_run, open_bills
from wuyefei.money.cashdesk.public import open_shift, take
from wuyefei.money.payments.public import Payment, PaymentOrder

TODAY = dt.date(2026, 2, 20)
SignIn = Callable[[Actor], Client]


def publish(world: World, month: str) -> None:
    result = draft_run(world.community.pk, Month.parse(month), actor=world["finance"])
    assert result.run is not None
    request = confirm_run(result.run.pk, actor=world["finance"])
    decide(request.pk, approved=True, actor=world["lead"])


def pay(world: World, fen: int) -> Payment:
    """陆小满 pays towards January's fee of 1-1-101, in cash."""
    flat, owner = world.flats["1-1-101"], world.people["陆小满"]
    (bill,) = open_bills(world["cashier"], clock.today(), property_ids=[flat.pk])
    order = PaymentOrder(flat.pk, owner.pk, (bill.id,), {"cash": fen}, f"k{clock.now()}", due_fen=bill.total_fen)
    return take(order, actor=world["cashier"]).payment


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """January billed on its second day; 200.00 of it paid on 14 February. Today is the 20th."""
    with clock.at(dt.date(2026, 1, 2)):
        made = make_world()
        publish(made, "2026-01")
    with clock.at(dt.date(2026, 2, 14)):
        open_shift(made.community.pk, 0, actor=made["cashier"])
        pay(made, 20000)
    with clock.at(TODAY):
        yield made


@pytest.fixture
def enter() -> SignIn:
    """A client signed in as an actor, with the second factor where it is due."""

    def sign_in(actor: Actor) -> Client:
        user = User.objects.get(pk=actor.user_id)
        user.totp_confirmed_at = user.password_changed_at = clock.now()
        user.save(update_fields=["totp_confirmed_at", "password_changed_at"])
        client = Client()
        client.force_login(user)
        session = client.session
        pass_factor(session, user)
        session.save()
        return client

    return sign_in
