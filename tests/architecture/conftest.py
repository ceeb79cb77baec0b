"""One world for all the walks: built once a module, undone afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.architecture.place import TODAY, Places
from tests.architecture.places import make_places
from wuyefei.foundation.platform import clock
from wuyefei.money.intake import storage


@pytest.fixture(scope="module")
def everywhere(django_db_setup: None, django_db_blocker: Any) -> Iterator[Places]:
    """Ours, our second community and the foreign organisation, in a transaction that is undone. Files are not undone:
    none is removed meanwhile."""
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage, "drop", lambda stored: None)
        patch.setattr("django.test.client.store_rendered_templates", lambda *args, **kwargs: None)
        made = make_places()
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def places(everywhere: Places, db: None) -> Iterator[Places]:
    """The same, as of ``TODAY``; what a test writes is undone after it."""
    with clock.at(TODAY):
        yield everywhere
