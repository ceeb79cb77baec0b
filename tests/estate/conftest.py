"""The world of the estate's tests."""

from __future__ import annotations

import pytest

from tests.refusals import Refusals
from tests.world import World, make_world


@pytest.fixture
def refused() -> Refusals:
    return Refusals()


@pytest.fixture
def world(db: None) -> World:
    return make_world()
