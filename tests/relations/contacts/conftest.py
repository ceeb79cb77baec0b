"""January's bills of the world, due on the 15th; it is Tuesday the 10th of February, ten in the morning."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from tests.scenarios.month import publish
from tests.world import World, actor_of, make_world
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.platform import clock

NOW = dt.datetime(2026, 2, 10, 10, tzinfo=CHINA)


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with clock.at(dt.date(2026, 1, 2)):
        made = make_world()
        publish(made, "2026-01")
    made.actors["housekeeper"] = actor_of(made.organisation, "housekeeper", Role.HOUSEKEEPER)
    with clock.at(NOW):
        yield made
