"""The house keeps its shape: doors, floors, keys, sizes."""

from __future__ import annotations

import ast
import io
import re
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

SRC = Path(__file__).resolve().parents[2] / "src" / "wuyefei"
FLOORS = ["foundation", "estate", "money", "relations", "insight", "collection", "management", "edges", "config"]
FILES = sorted(path for path in SRC.rglob("*.py") if "migrations" not in path.parts)


def room_of(module: str) -> str:
    """``wuyefei.money.billing.actions`` → ``money.billing``."""
    return ".".join(module.split(".")[1:3])


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> list[str]:
    found = []
    package = "wuyefei." + ".".join(path.relative_to(SRC).with_suffix("").parts[:-1])
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, *([node.module] if node.module else [])])
            found.append(base)
    return found


def strange_doors(path: Path) -> list[str]:
    """How a file enters other rooms otherwise than by their door."""
    own = ".".join(path.relative_to(SRC).parts[:2]).removesuffix(".py")
    found = []
    for module in imports(path):
        if not module.startswith("wuyefei.") or module.count(".") < 2:
            continue
        room = room_of(module)
        if room == own or room.startswith(("foundation", "config")):
            continue
        if own.startswith("edges.cli") and module.startswith(("wuyefei.edges.", "wuyefei.money.billing.rules")):
            continue  # the command line calls the demo builder, and ``calc`` the pure rules themselves
        if not module.endswith(".public"):
            found.append(f"{path.relative_to(SRC)} enters {room} by {module}")
    return found


def test_other_rooms_are_entered_by_their_door() -> None:
    assert len(FILES) > 1000
    assert [words for path in FILES for words in strange_doors(path)] == []


def test_foreign_keys_point_down_and_protect() -> None:
    for model in apps.get_models():
        if not model.__module__.startswith("wuyefei."):
            continue
        for key in model._meta.get_fields():
            if not isinstance(key, models.ForeignKey):
                continue
            assert key.remote_field.on_delete is models.PROTECT, f"{model.__name__}.{key.name}"
            other = key.related_model
            assert isinstance(other, type)
            if not other.__module__.startswith("wuyefei."):
                continue
            here, there = model.__module__.split(".")[1], other.__module__.split(".")[1]
            assert FLOORS.index(there) <= FLOORS.index(here), f"{model.__name__}.{key.name} points up"
            if room_of(model.__module__) != room_of(other.__module__):
                assert key.remote_field.related_name == "+", f"{model.__name__}.{key.name} is visible from {other.__name__}"


@pytest.mark.django_db
def test_migrations_are_complete() -> None:
    call_command("makemigrations", "--check", "--dry-run", stdout=io.StringIO())


def test_files_stay_small() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {str(path.relative_to(SRC)): count for path, count in lines.items() if count > 400} == {}


def test_functions_stay_short() -> None:
    """Few functions over 40 lines, none over 60."""
    long = []
    for path in FILES:
        for node in ast.walk(tree(path)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno:
                length = node.end_lineno - node.lineno + 1
                if length > 40:
                    long.append((length, f"{path.relative_to(SRC)}:{node.name}"))
    assert all(length <= 60 for length, _ in long), sorted(long)[-5:]
    assert len(long) <= 12, sorted(long)


def test_no_float_near_money() -> None:
    for path in FILES:
        if path.parts[len(SRC.parts)] == "money" or "kernel" in path.parts:
            assert not re.search(r"(?<![\w.])float\(", path.read_text(encoding="utf-8")), path


def test_every_room_says_what_it_is_for() -> None:
    for floor in FLOORS[:-1]:
        for init in (SRC / floor).glob("*/__init__.py"):
            assert ast.get_docstring(ast.parse(init.read_text(encoding="utf-8"))), init


def test_templates_extend_no_higher_floor() -> None:
    for path in SRC.rglob("templates/**/*.html"):
        floor = path.relative_to(SRC).parts[0]
        for name in re.findall(r"{%\s*(?:extends|include)\s+\"([\w/.]+)\"", path.read_text(encoding="utf-8")):
            owners = list(SRC.glob(f"*/*/templates/{name}"))
            for owner in owners:
                assert FLOORS.index(owner.relative_to(SRC).parts[0]) <= FLOORS.index(floor), f"{path} uses {name}"


def test_the_late_fee_cap_is_stated_once() -> None:
    places = [path for path in FILES if 'Decimal("0.05")' in path.read_text(encoding="utf-8")]
    assert [str(path.relative_to(SRC)) for path in places] == ["money/billing/rules/late_fee.py"]
