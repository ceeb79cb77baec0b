"""January published, a provider's counterpart with its own keys, and the installation as the demo."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.scenarios.month import publish
from tests.world import World, make_world
from wuyefei.edges.sandbox.public import (
    InvoiceCounterpart,
    InvoiceFaults,
    Keyring,
    Sandbox,
    install_invoices,
    make,
)
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.platform import clock
from wuyefei.money.invoices.public import InvoiceSetup

NOON = dt.datetime(2026, 2, 14, 12, tzinfo=CHINA)
"""30 days after January's bills fell due: 250.00 owes 3.75 of late fee."""


@pytest.fixture(scope="session")
def keys() -> Keyring:
    return make()


@pytest.fixture(scope="session")
def running(keys: Keyring) -> Iterator[Sandbox]:
    found = Sandbox(keys, site_url="http://testserver").start()
    yield found
    found.stop()


@pytest.fixture
def provider(running: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[InvoiceCounterpart]:
    side = running.invoices
    side.documents.clear()
    side.nonces.clear()
    side.faults = InvoiceFaults()
    monkeypatch.setenv("WUYEFEI_DEMO", "1")
    monkeypatch.setenv("WUYEFEI_SANDBOX", running.url)
    before, side.clock = side.clock, clock.now
    yield side
    side.clock = before


def build(keys: Keyring) -> World:
    with clock.at(dt.date(2026, 1, 2)), pytest.MonkeyPatch.context() as patch:
        patch.setenv("WUYEFEI_DEMO", "1")
        made = make_world()
        publish(made, "2026-01")
        setup = install_invoices(made.organisation.pk, keys)
        InvoiceSetup.objects.filter(pk=setup.pk).update(auto_issue=False)
    return made


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any, keys: Keyring) -> Iterator[World]:
    """One world a module, undone after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build(keys)
        transaction.set_rollback(True)


@pytest.fixture
def world(built: World, db: None, provider: InvoiceCounterpart) -> Iterator[World]:
    with clock.at(NOON):
        provider.clock = lambda: NOON
        yield built
