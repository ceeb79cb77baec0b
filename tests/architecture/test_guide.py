"""The documents name what is there: every command and option, and no link leads nowhere."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from wuyefei.edges.cli.main import build

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def commands() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in build()._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


@pytest.mark.parametrize(("name", "parser"), [pytest.param(*pair, id=pair[0]) for pair in commands()])
def test_a_command_is_described_with_its_options(name: str, parser: argparse.ArgumentParser) -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert f"### {name} — " in text
    own = text.split(f"### {name} — ")[1].split("\n##")[0]
    if name == "demo":
        own += text.split("### serve — ")[1].split("\n##")[0]
    shown = [action for action in parser._actions if action.help != argparse.SUPPRESS]
    options = {word for action in shown for word in action.option_strings if word.startswith("--")}
    assert {option for option in options - {"--help", "--json", "--lang"} if option not in own} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    inside = [link for link in links if not re.match(r"[a-z]+:", link)]
    assert [link for link in inside if not (page.parent / link).exists()] == []
