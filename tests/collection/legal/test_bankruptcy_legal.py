"""A claim declared in bankruptcy and the law guard: contacts stop, the administrator stays, the end of the proceeding lets them go on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.collection.legal.conftest import at, bills_of, refused
from tests.collection.legal.test_actions_legal import do
from tests.scenarios.month import first_finding
from tests.world import World
from wuyefei.collection.followup.public import Case
from wuyefei.collection.legal.actions.opening import watch
from wuyefei.collection.legal.public import open_matter
from wuyefei.estate.people.public import Person
from wuyefei.foundation.platform import clock
from wuyefei.relations.contacts.public import (
    Channel,
    Contact,
    Draft,
    Ground,
    Purpose,
    Recipient,
    Refusal,
    end_ground,
    plan,
    record,
    try_step,
)

pytestmark = pytest.mark.django_db
FILED, LATER = dt.date(2026, 9, 21), dt.date(2026, 10, 12)


def _asks(world: World, name: str, recipient: Recipient = Recipient.PAYER) -> Any:
    """What the guard says to a demand by letter; a call to the administrator."""
    channel = Channel.LETTER if recipient is Recipient.PAYER else Channel.PHONE
    return try_step(Draft(world.people[name].pk, channel, Purpose.LEGAL, clock.now(), recipient=recipient), actor=world["manager"])


def test_bankruptcy_stops_contacts_until_it_ends(world: World) -> None:
    payer = world.people["陆小满"].pk
    Person.objects.filter(pk=payer).update(kind="company")
    matter = open_matter(bills_of(world, "陆小满"), actor=world["legal"])
    with refused("invalid"):
        do(world, matter, "ended", FILED, how="distributed", number="（2026）破 1 号")
    with clock.at(at(FILED)):
        planned = plan(Draft(payer, Channel.PHONE, Purpose.REMINDER, at(FILED + dt.timedelta(days=1))), actor=world["manager"])
        talk = plan(Draft(payer, Channel.PHONE, Purpose.SERVICE, at(FILED + dt.timedelta(days=1))), actor=world["manager"])
        assert _asks(world, "陆小满").allowed and _asks(world, "陆小满", Recipient.TRUSTEE).code == "recipient_trustee"
    do(world, matter, "declare", FILED, way="bankrupt", court="某管理人", declared_fen="840", since="2026-09-01")
    assert [Contact.objects.get(pk=one.pk).state for one in (planned, talk)] == ["cancelled", "planned"]
    case = Case.objects.get(person_id=payer)
    assert case.next_kind == "claim" and first_finding(world) == ""
    with clock.at(at(LATER)):
        no = _asks(world, "陆小满")
        assert (no.code, no.sources, no.instead) == ("bankrupt", ("bankrupt_16", "bankrupt_44", "bankrupt_48"), "向管理人申报债权")
        assert _asks(world, "陆小满", Recipient.TRUSTEE).allowed
        told = record(Draft(payer, Channel.PHONE, Purpose.REMINDER, clock.now()), "reached", actor=world["manager"])
        assert told.breach == "bankrupt" and Refusal.objects.get(happened=True).sources == ["bankrupt_16", "bankrupt_44", "bankrupt_48"]
        with refused("step_refused"):
            plan(Draft(payer, Channel.PHONE, Purpose.REMINDER, clock.now()), actor=world["manager"])
        ground = Ground.objects.get(person_id=payer, kind="bankrupt")
        with refused("ground_of_record"):
            end_ground(ground.pk, "不算了", actor=world["manager"])
    do(world, matter, "declare", LATER, way="bankrupt", court="某管理人", declared_fen="800", since="2026-09-01")
    assert Ground.objects.filter(person_id=payer).count() == 1
    with refused("invalid"):  # a ruling has a number
        do(world, matter, "ended", LATER, how="distributed")
    do(world, matter, "ended", LATER, how="distributed", number="（2026）破 1 号")
    ground.refresh_from_db()
    with clock.at(at(LATER)):
        assert ground.ended_at is not None and _asks(world, "陆小满").allowed
        assert Case.objects.get(person_id=payer).next_kind != "claim"
        with refused("invalid"):
            do(world, matter, "ended", LATER, how="distributed", number="（2026）破 1 号")
    assert first_finding(world) == ""


def test_the_night_restores_what_is_missing_and_an_error_ends_alone(world: World) -> None:
    payer = world.people["陆小满"].pk
    Person.objects.filter(pk=payer).update(kind="company")
    bills = bills_of(world, "陆小满")
    one, two = (open_matter([bill], actor=world["legal"]) for bill in bills[:2])
    for matter in (one, two):
        do(world, matter, "declare", FILED, way="bankrupt", court="某管理人", declared_fen="400", since="2026-09-01")
    do(world, two, "ended", LATER, how="mistake")
    assert Ground.objects.get(person_id=payer).ended_at is None  # the other claim stands in the proceeding
    Ground.objects.filter(person_id=payer).update(ended_at=at(LATER))
    assert first_finding(world).startswith("legal.bankrupt ")
    with clock.at(at(LATER)):
        assert watch(world.community.organisation_id) == 0
    assert Ground.objects.filter(person_id=payer, ended_at__isnull=True).count() == 1 and first_finding(world) == ""
