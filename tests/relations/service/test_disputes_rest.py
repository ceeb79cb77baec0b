"""While a bill is disputed nobody is pressed for it, and staff see it wherever they look at the household."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from tests.relations.owners import LU, Town, owner, place
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.sessions import pass_factor
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable
from wuyefei.relations.contacts.public import (
    Channel,
    Purpose,
    Refused,
    Step,
    Wanted,
    check,
    gather,
)
from wuyefei.relations.service.public import answer, close, dispute, withdraw

pytestmark = pytest.mark.django_db
MORNING = dt.datetime(2026, 2, 24, 10, tzinfo=CHINA)


def client_of(actor: Actor) -> Client:
    moment = clock.now() - dt.timedelta(hours=1)
    User.objects.filter(pk=actor.user_id).update(totp_confirmed_at=moment, password_changed_at=moment)
    user = User.objects.get(pk=actor.user_id)
    client = Client()
    client.force_login(user)
    session = client.session
    pass_factor(session, user)
    session.save()
    return client


def judged(town: Town, bill: Receivable, purpose: Purpose, at: dt.datetime, channel: Channel = Channel.SMS) -> str:
    facts = gather(bill.organisation_id, [Wanted(bill.payer_id, (bill.pk,))], at)[bill.payer_id]
    verdict = check(Step(channel, purpose, at), now=at, facts=facts)
    return verdict.code if isinstance(verdict, Refused) else "allowed"


@pytest.fixture
def bill(town: Town) -> Receivable:
    return Receivable.objects.get(property=town.world.flats["1-1-101"], service_from=dt.date(2026, 1, 1))


def test_a_reminder_is_refused_while_a_dispute_is_open_and_allowed_after_it(town: Town, bill: Receivable) -> None:
    lu = owner(town, LU)
    assert judged(town, bill, Purpose.REMINDER, MORNING) == "allowed"
    ticket = dispute(lu, place_of(town), bill.pk, "service", "楼道灯不亮")
    for channel in (Channel.SMS, Channel.PHONE, Channel.LETTER):
        assert judged(town, bill, Purpose.REMINDER, MORNING, channel) == "dispute_hold"
    assert judged(town, bill, Purpose.REPLY, MORNING) == "allowed"
    with clock.at(MORNING):
        answer(ticket.pk, "已换灯。", actor=town.world["manager"])
        assert judged(town, bill, Purpose.REMINDER, MORNING) == "dispute_hold"
        close(ticket.pk, "rejected", actor=town.world["manager"])
    assert judged(town, bill, Purpose.REMINDER, MORNING + dt.timedelta(days=1)) == "allowed"


def test_a_dispute_taken_back_ends_it_too(town: Town, bill: Receivable) -> None:
    lu, home = owner(town, LU), place_of(town)
    ticket = dispute(lu, home, bill.pk, "amount", "面积不对")
    withdraw(lu, home, ticket.token)
    assert judged(town, bill, Purpose.REMINDER, MORNING) == "allowed"


def test_staff_see_the_dispute_on_the_property_and_in_the_arrears(town: Town, bill: Receivable) -> None:
    client = client_of(town.world["manager"])
    ledger = reverse("arrears:ledger")
    pages = {"property": reverse("backoffice:property", args=[bill.property_id]), "line": f"{ledger}?by=line&state=open", "held": f"{ledger}?held=1"}
    assert [client.get(address).status_code for address in pages.values()] == [200, 200, 200]
    before = {name: client.get(address).content.decode() for name, address in pages.items()}
    assert not any("有异议" in page or "有账单异议" in page for page in before.values())
    dispute(owner(town, LU), place_of(town), bill.pk, "service", "楼道灯不亮")
    after = {name: client.get(address).content.decode() for name, address in pages.items()}
    assert "有账单异议在处理" in after["property"] and "账单异议" in after["property"]
    assert "有异议" in after["line"]
    assert "1-1-101" in after["held"] and "1-1-102" not in after["held"]


def place_of(town: Town):  # noqa: ANN201
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wuyefei.relations.accounts.rules.refuse_too_often", lambda *args: None)
        return place(town, LU, "1-1-101")
