"""Three households that have paid nothing since January; it is half past ten on a working morning in March."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from tests.scenarios.month import publish
from tests.world import World, make_world
from wuyefei.collection.followup.models import Case
from wuyefei.collection.followup.public import reckon
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.platform import clock

MARCH = dt.date(2026, 3, 3)


def at(day: dt.date, hour: int = 10, minute: int = 30) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=CHINA)


def case_of(world: World, name: str) -> Case:
    return Case.objects.get(person=world.people[name], closed_on__isnull=True)


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """January and February billed, due on the 15th. 陆小满 owes 2 × (250.00 + 150.00), 沈秋白 2 × 223.88, 顾予安 2 × 300.90."""
    with clock.at(dt.date(2026, 1, 2)):
        made = make_world()
        publish(made, "2026-01")
    with clock.at(dt.date(2026, 2, 2)):
        publish(made, "2026-02")
    with clock.at(at(MARCH)):
        reckon(made.community.pk, MARCH)
        yield made
