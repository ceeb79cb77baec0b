"""One ground for all that is killed or starved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from wuyefei.edges.sandbox.public import Sandbox, make

from .company import MOMENT
from .ground import Ground, fresh_ground


@pytest.fixture(scope="session")
def place(django_db_setup: None, django_db_blocker: Any) -> Iterator[Ground]:
    with django_db_blocker.unblock(), fresh_ground() as ground:
        yield ground


@pytest.fixture
def ground(place: Ground) -> Iterator[Ground]:
    place.emptied()
    place.environment = {}
    yield place


@pytest.fixture
def sandbox(ground: Ground) -> Iterator[Sandbox]:
    """The providers outlive everything that is killed here."""
    found = Sandbox(make(), site_url="http://testserver").start()
    for side in found.counterparts:
        side.clock = lambda: MOMENT
    ground.environment = {"WUYEFEI_SANDBOX": found.url, "WUYEFEI_SITE": "http://testserver"}
    yield found
    found.stop()
