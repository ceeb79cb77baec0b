"""Guards on the templates of pages."""

from __future__ import annotations

import re
from pathlib import Path

import wuyefei

SOURCE = Path(wuyefei.__file__).parent
TAG = re.compile(r"\{% (?:(?P<opens>block) \w+|(?P<ends>endblock)(?: \w+)?) %\}")
NAMED = re.compile(r"\{% [a-z_]+ [^%]*?\b(?:as|asvar) (?P<name>\w+) %\}")


def spans_of(text: str) -> list[tuple[int, int]]:
    """Where each block of a template begins and ends."""
    found, open_at = [], []
    for tag in TAG.finditer(text):
        if tag["opens"]:
            open_at.append(tag.start())
        else:
            found.append((open_at.pop(), tag.end()))
    return found


def lost_names(text: str) -> list[str]:
    """Names given by a tag inside one block and written out in another, where Django knows them no more."""
    spans, lost = spans_of(text), []
    for given in NAMED.finditer(text):
        homes = [span for span in spans if span[0] < given.start() < span[1]]
        begins, ends = max(homes, default=(0, len(text)))
        uses = re.finditer(r"\{\{ " + given["name"] + r"\b[^}]*\}\}", text)
        elsewhere = [use for use in uses if not begins < use.start() < ends]
        again = any(other["name"] == given["name"] and other.start() != given.start() for other in NAMED.finditer(text))
        if elsewhere and not again:
            lost.append(given["name"])
    return lost


def test_a_name_given_in_one_block_is_not_used_in_another() -> None:
    """An address named in the head would be empty in the content: a link that leads nowhere."""
    assert lost_names("{% block a %}{% url 'x' as to %}{% endblock %}{% block b %}{{ to }}{% endblock %}") == ["to"]
    assert lost_names("{% block a %}{% url 'x' as to %}{{ to }}{% endblock %}") == []
    pages = [path for path in SOURCE.rglob("templates/**/*.html") if "{% extends" in path.read_text(encoding="utf-8")]
    assert len(pages) > 100
    assert {str(path.relative_to(SOURCE)): lost for path in pages if (lost := lost_names(path.read_text(encoding="utf-8")))} == {}
