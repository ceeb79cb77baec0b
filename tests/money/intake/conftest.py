"""What the tests of applying share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world import World, make_world
from wuyefei.foundation import environment


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture(autouse=True)
def _own_uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Uploads go into a folder of the test's own; the secrets stay where they are."""
    from wuyefei.money.intake import storage

    folder = tmp_path / "uploads"

    def own() -> Path:
        folder.mkdir(exist_ok=True)
        return folder

    monkeypatch.setattr(storage, "_folder", own)
    assert environment.home()
    yield
