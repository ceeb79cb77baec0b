"""Visits by housekeeper: homes rung at in the last twelve months, each once; only where the log may be seen."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.world import World
from wuyefei.edges.backoffice.queries.visited import Visited, by_building, by_keeper, since
from wuyefei.estate.properties.models import Building
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.platform import clock
from wuyefei.relations.contacts.public import Contact

pytestmark = pytest.mark.django_db


def visit(world: World, code: str, on: dt.date, **more: str) -> None:
    facts = {"state": "done", "channel": "visit", "purpose": "service", "outcome": "reached"} | more
    home = world.flats[code]
    Contact.objects.create(
        organisation=world.organisation, community=world.community, person=world.people["陆小满"], property=home,
        at=dt.datetime.combine(on, dt.time(10), CHINA), made_by_id=world["manager"].user_id, made_at=clock.now(),
        closed_at=clock.now(), closed_by_id=world["manager"].user_id, **facts,
    )  # fmt: skip


def test_homes_visited_in_twelve_months(world: World) -> None:
    today = dt.date(2026, 2, 20)
    building = Building.objects.create(organisation=world.organisation, community=world.community, name="九栋", sort_key="9")
    codes = sorted(world.flats)[:3]
    Property.objects.filter(pk__in=[world.flats[code].pk for code in codes]).update(building=building)
    visit(world, codes[0], today)
    visit(world, codes[0], dt.date(2025, 6, 1))
    visit(world, codes[1], dt.date(2025, 2, 19))
    visit(world, codes[1], today, state="cancelled")
    visit(world, codes[2], today, channel="phone")
    found = by_building(world["manager"], world.community.pk, today)
    assert (found[building.pk], str(found[building.pk].percent)) == (Visited(3, 1), "33.3")
    assert by_building(world["admin"], world.community.pk, today) == {} and by_building(world["outsider"], world.community.pk, today) == {}
    assert by_keeper([(building.pk, "甲"), (0, "甲"), (building.pk, "")], found) == [("甲", Visited(3, 1))]
    assert since(dt.date(2024, 2, 29)) == dt.date(2023, 2, 28) and Visited().percent is None
