"""What must hold of every template, style and catalogue in the house."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

import pytest

from wuyefei.foundation.shell import icons

SRC = Path(icons.__file__).resolve().parents[2]
SHELL = Path(icons.__file__).resolve().parent
TEMPLATES = sorted(SRC.rglob("templates/**/*.html"))


def named(path: Path) -> str:
    return str(path.relative_to(SRC))


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_no_script_or_handler_stands_in_a_template(path: Path) -> None:
    text = re.sub(r"\{%\s*comment.*?endcomment\s*%\}", "", path.read_text(encoding="utf-8"), flags=re.S)
    scripts = [tag for tag in re.findall(r"<script\b[^>]*>", text) if not re.search(r"\ssrc=", tag)]
    data = [tag for tag in scripts if 'type="application/json"' in tag]
    assert scripts == data
    assert not re.findall(r"<[a-z][^>]*\s(?:on[a-z]+|hx-on[a-z:.-]*)\s*=", text, flags=re.I)
    assert "javascript:" not in text
    assert "<style" not in text


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_every_drawing_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    used = set(re.findall(r"""\{%\s*icon\s+["']([^"']+)["']""", text))
    kinds = set(re.findall(r"""\{%\s*status\s+["']([^"']+)["']""", text))
    assert used <= icons.NAMES
    assert kinds <= icons.STATUS


def test_the_two_dark_blocks_are_the_same() -> None:
    text = (SHELL / "static/shell/tokens.css").read_text(encoding="utf-8")
    blocks = re.findall(r"\{\s*color-scheme: dark;(.*?)\n\s*\}", text, flags=re.S)
    assert len(blocks) == 2
    assert blocks[0].split() == blocks[1].split()
    light = set(re.findall(r"(--[\w-]+):", text.split("@media")[0]))
    assert set(re.findall(r"(--[\w-]+):", blocks[0])) <= light


def test_every_colour_a_style_names_exists() -> None:
    styles = list((SHELL / "static/shell").glob("*.css"))
    text = "\n".join(path.read_text(encoding="utf-8") for path in styles)
    assert set(re.findall(r"var\((--[\w-]+)\)", text)) <= set(re.findall(r"(--[\w-]+):", text))
    assert max(len(path.read_text(encoding="utf-8").splitlines()) for path in styles) < 400


def catalogue() -> dict[str, str]:
    text = (SHELL / "locale/en/LC_MESSAGES/django.po").read_text(encoding="utf-8")
    pairs = re.findall(r'^msgid "(.+)"\nmsgstr "(.*)"$', text, flags=re.M)
    return dict(pairs)


def test_every_word_of_the_shell_has_its_english() -> None:
    known = catalogue()
    words: set[str] = set()
    for path in (SHELL / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        words |= set(re.findall(r"""\{%\s*translate\s+"([^"]+)\"""", text))
        words |= set(re.findall(r"""\{%\s*translate\s+'([^']+)'""", text))
        words |= set(re.findall(r"""_\(["']([^"']+)["']\)""", text))
    assert words - {word for word, english in known.items() if english} == set()


def test_the_compiled_catalogue_is_the_written_one() -> None:
    with (SHELL / "locale/en/LC_MESSAGES/django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert {word: compiled.gettext(word) for word in catalogue()} == catalogue()
