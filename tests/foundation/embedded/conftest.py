"""Each test gets a ground of its own, reachable by an unprivileged user, whose servers are stopped at the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.foundation.embedded.helpers import new_ground


@pytest.fixture
def ground(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with new_ground(monkeypatch) as folder:
        yield folder


@pytest.fixture
def home(ground: Path) -> Path:
    return ground / "home"
