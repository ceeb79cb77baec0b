"""Owners with mobiles, in two organisations, and a phone for each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import pytest
from django.test import Client

from tests.scenarios.month import publish
from tests.world import World, charge, flat, make_world, own
from wuyefei.estate.people.public import Person, PersonRow, create_person, update_person
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import open_bills
from wuyefei.money.cashdesk.public import open_shift, take
from wuyefei.money.payments.public import Payment, PaymentOrder
from wuyefei.relations.accounts import sending
from wuyefei.relations.accounts.public import (
    CodeMessage,
    Owner,
    Place,
    ask_code,
    confirm_code,
    open_session,
    owner_of_session,
    places,
)

TODAY = dt.date(2026, 2, 20)
LU, SHEN, GU, STRANGER, GUEST = "19900000001", "19900000002", "19900000003", "19900000009", "19900000008"
ADDRESS = "192.0.2.7"


@dataclass
class Town:
    """The estate of ``tests.world`` with January and February billed; 200.00 paid of 1-1-101's January.

    陆小满 also owns a flat in 青禾里, of another organisation, under the same mobile.
    """

    world: World
    payment: Payment
    far: Person
    sent: list[CodeMessage] = field(default_factory=list)

    def last_code(self, mobile: str) -> str:
        return next(message.code for message in reversed(self.sent) if message.mobile == mobile)


def make_town() -> Town:
    with clock.at(dt.date(2026, 1, 2)):
        world = make_world()
        for name, mobile in (("陆小满", LU), ("沈秋白", SHEN), ("顾予安", GU)):
            update_person(world.people[name].pk, actor=world["lead"], mobile=mobile)
        far = create_person(PersonRow("陆小满", mobile=LU), actor=world["outsider"], community=world.other_community)
        own(flat(world.other_community, "2-1-301", "77.00"), far)
        publish(world, "2026-01")
    with clock.at(dt.date(2026, 2, 1)):
        publish(world, "2026-02")
    with clock.at(dt.datetime(2026, 2, 14, 2, tzinfo=dt.UTC)):
        open_shift(world.community.pk, 0, actor=world["cashier"])
        home, owner = world.flats["1-1-101"], world.people["陆小满"]
        bill = open_bills(world["cashier"], clock.today(), property_ids=[home.pk])[0]
        order = PaymentOrder(home.pk, owner.pk, (bill.id,), {"cash": 20000}, "town-1", due_fen=bill.total_fen)
        payment = take(order, actor=world["cashier"]).payment
    return Town(world, payment, far)


def listen(town: Town, patch: pytest.MonkeyPatch) -> None:
    """Codes go into ``town.sent``."""
    patch.setattr(sending, "_senders", {"real": town.sent.append})


def enter(town: Town, mobile: str) -> str:
    """A session's token for a mobile that is known."""
    challenge = ask_code(mobile, address=ADDRESS)
    return open_session(confirm_code(challenge, town.last_code(mobile)), agent="")


def owner(town: Town, mobile: str) -> Owner:
    found = owner_of_session(enter(town, mobile))
    assert found is not None
    return found


def place(town: Town, mobile: str, code: str) -> Place:
    return next(one for one in places(owner(town, mobile)) if one.property_code == code)


def phone(town: Town, mobile: str) -> Client:
    """A browser with the owner's session."""
    client = Client()
    client.cookies["wy_owner"] = enter(town, mobile)
    return client


def another_home(world: World, code: str, name: str, area: str = "100.00") -> None:
    """One more flat like 1-1-101, charged alike."""
    from tests.world import person

    world.flats[code], world.people[name] = flat(world.community, code, area), person(world.community, name)
    own(world.flats[code], world.people[name])
    charge(world.contract, world.flats[code], world.service_tariff)
