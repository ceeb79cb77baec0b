"""The owners' town, as of ``TODAY``: built once a module, what a test writes undone after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.relations.owners import TODAY, Town, listen, make_town
from wuyefei.foundation.platform import clock


@pytest.fixture(scope="module")
def town_once(django_db_setup: None, django_db_blocker: Any) -> Iterator[Town]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_town()
        transaction.set_rollback(True)


@pytest.fixture
def town(town_once: Town, db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    town_once.sent.clear()
    listen(town_once, monkeypatch)
    with clock.at(TODAY):
        yield town_once
