"""Counterparts with real keys on the loopback address, and a world set up with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.scenarios.month import publish
from tests.world import World, make_world
from wuyefei.edges.sandbox.public import Faults, Keyring, Sandbox, install, make
from wuyefei.foundation.platform import clock

from .support import NOON, at


@pytest.fixture(scope="session")
def sandbox_keys() -> Keyring:
    return make()


@pytest.fixture(scope="session")
def running(sandbox_keys: Keyring) -> Iterator[Sandbox]:
    found = Sandbox(sandbox_keys, site_url="http://testserver").start()
    yield found
    found.stop()


@pytest.fixture
def sandbox(running: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """Running counterparts; the installation believes itself the demo, which alone may speak to them."""
    for side in running.counterparts:
        side.trades.clear()
        side.faults = Faults()
    monkeypatch.setenv("WUYEFEI_DEMO", "1")
    monkeypatch.setenv("WUYEFEI_SANDBOX", running.url)
    monkeypatch.setenv("WUYEFEI_SITE", "http://testserver")
    return running


def build(keys: Keyring) -> World:
    """January published, both channels set up."""
    with clock.at(dt.date(2026, 1, 2)), pytest.MonkeyPatch.context() as patch:
        patch.setenv("WUYEFEI_DEMO", "1")
        made = make_world()
        publish(made, "2026-01")
        install(made.organisation.pk, keys)
    return made


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any, sandbox_keys: Keyring) -> Iterator[World]:
    """One world a module, undone after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build(sandbox_keys)
        transaction.set_rollback(True)


@pytest.fixture
def world(built: World, db: None, sandbox: Sandbox) -> Iterator[World]:
    """The module's world at noon of 14 February; what a test writes is undone after it."""
    with at(sandbox, NOON):
        yield built
