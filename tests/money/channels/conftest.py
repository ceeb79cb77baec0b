"""Counterparts with real keys on the loopback address, and a world set up with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from tests.scenarios.month import publish
from tests.world import World, make_world
from wuyefei.edges.sandbox.public import Keyring, Sandbox, install, make
from wuyefei.foundation.platform import clock

from .support import NOON, at


@pytest.fixture(scope="session")
def sandbox_keys() -> Keyring:
    return make()


@pytest.fixture
def sandbox(sandbox_keys: Keyring, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Running counterparts; the installation believes itself the demo, which alone may speak to them."""
    found = Sandbox(sandbox_keys, site_url="http://testserver").start()
    monkeypatch.setenv("WUYEFEI_DEMO", "1")
    monkeypatch.setenv("WUYEFEI_SANDBOX", found.url)
    monkeypatch.setenv("WUYEFEI_SITE", "http://testserver")
    yield found
    found.stop()


@pytest.fixture
def world(db: None, sandbox: Sandbox, sandbox_keys: Keyring) -> Iterator[World]:
    """January published, both channels set up; it is noon of 14 February."""
    with clock.at(dt.date(2026, 1, 2)):
        made = make_world()
        publish(made, "2026-01")
        install(made.organisation.pk, sandbox_keys)
    with at(sandbox, NOON):
        yield made
