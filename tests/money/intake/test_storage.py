"""Files of uploads on disk: what belongs to none does not stay."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.money.intake.books import xlsx
from tests.money.intake.test_actions_apply import PLAIN
from tests.world import World, make_world
from wuyefei.money.intake import actions, storage

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def test_bytes_that_a_killed_process_left_are_removed(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A day later, and only those that no upload names: a file half written, and one whose upload was rolled back."""
    monkeypatch.setenv("WUYEFEI_HOME", str(tmp_path))
    kept = actions.keep_upload("a.xlsx", xlsx({"房屋": PLAIN}), "测试新城", actor=world["lead"])
    storage.keep_table(kept.stored, [])
    lost, fresh = storage.keep(b"lost"), storage.keep(b"fresh")
    folder = tmp_path / "uploads"
    (folder / f"{kept.stored}.0a1b2c3d").write_bytes(b"half")
    for path in folder.iterdir():
        if path.name != fresh:
            os.utime(path, (0, 0))
    actions.purge()
    assert sorted(path.name for path in folder.iterdir()) == sorted([kept.stored, kept.stored + storage.TABLE, fresh])
    assert lost not in {path.name for path in folder.iterdir()}
