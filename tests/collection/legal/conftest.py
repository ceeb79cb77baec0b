"""陆小满 and 顾予安 have paid nothing since January; it is half past ten on a working morning in September."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.scenarios.month import publish
from tests.world import World, actor_of, make_world
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import open_bills

SEPTEMBER = dt.date(2026, 9, 1)


def at(day: dt.date, hour: int = 10, minute: int = 30) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=CHINA)


@contextmanager
def refused(code: str) -> Iterator[None]:
    """What runs inside is refused under that code."""
    with pytest.raises(DomainError) as caught:
        yield
    assert caught.value.code == code


def bills_of(world: World, name: str) -> list[int]:
    return [bill.id for bill in open_bills(world["legal"], clock.today(), payer_ids=[world.people[name].pk])]


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """January and February billed, due on the 15th: 229 and 198 days overdue. 陆小满 owes 2 × (250.00 + 150.00)."""
    with clock.at(dt.date(2026, 1, 2)):
        made = make_world()
        publish(made, "2026-01")
    with clock.at(dt.date(2026, 2, 2)):
        publish(made, "2026-02")
    made.actors["legal"] = actor_of(made.organisation, "legal", Role.LEGAL)
    with clock.at(at(SEPTEMBER)):
        yield made
