"""Two organisations, and a clock that stands still."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.foundation.access.firm import NOON, Firm
from wuyefei.foundation.access import actions
from wuyefei.foundation.access.actor import OPERATOR, service_actor
from wuyefei.foundation.access.models import Community, Region
from wuyefei.foundation.platform import clock


@pytest.fixture(autouse=True)
def _addresses(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ROOT_URLCONF = "tests.foundation.access.urls"
    monkeypatch.delenv("WUYEFEI_DEMO", raising=False)


@pytest.fixture
def noon() -> Iterator[dt.datetime]:
    """The clock stands at noon of 2026-11-24."""
    with clock.at(NOON):
        yield NOON


@pytest.fixture
def firm(db: None, noon: dt.datetime) -> Firm:
    organisation = actions.create_organisation("桂语物业")
    return Firm(organisation, service_actor(organisation.pk, OPERATOR))


@pytest.fixture
def elsewhere(db: None, noon: dt.datetime) -> Firm:
    organisation = actions.create_organisation("青禾物业")
    return Firm(organisation, service_actor(organisation.pk, OPERATOR))


@pytest.fixture
def region(firm: Firm) -> Region:
    return actions.create_region("华东区域", actor=firm.operator)


@pytest.fixture
def community(firm: Firm, region: Region) -> Community:
    return actions.create_community("桂语花园", actor=firm.operator, region_id=region.pk)
