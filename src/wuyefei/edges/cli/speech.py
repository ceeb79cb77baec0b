"""The language of the command line: Chinese, or English with ``--lang en`` or ``WUYEFEI_LANG=en``.

The rooms' own catalogues are read without Django, because ``--help`` and ``calc`` need none.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

from wuyefei.foundation.kernel.errors import Phrase, use_translator

CHINESE, ENGLISH = "zh", "en"
VARIABLE = "WUYEFEI_LANG"
LANGUAGES = (CHINESE, ENGLISH)
DJANGO = {CHINESE: "zh-hans", ENGLISH: "en"}
_SRC = Path(__file__).resolve().parents[2]


def said(pattern: str, /, **facts: Any) -> str:
    """A sentence in the language asked for, its facts filled in."""
    return Phrase(pattern, **facts).spoken


def language(argv: Sequence[str]) -> str:
    """What ``--lang`` says, wherever it stands; else ``WUYEFEI_LANG``; else Chinese. Unknown ones are Chinese here and
    refused by the parser."""
    asked = os.environ.get(VARIABLE, CHINESE)
    for word, following in zip_longest(argv, argv[1:], fillvalue=""):
        if word == "--":
            break
        if word == "--lang":
            asked = following
        elif word.startswith("--lang="):
            asked = word.removeprefix("--lang=")
    return asked.lower()[:2] if asked.lower()[:2] in LANGUAGES else CHINESE


@cache
def _english() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted(_SRC.rglob("locale/en/LC_MESSAGES/django.mo")):
        with path.open("rb") as file:
            catalogue: dict[Any, str] = vars(gettext.GNUTranslations(file))["_catalog"]
        found |= {key: text for key, text in catalogue.items() if isinstance(key, str) and key}
    return found


@contextmanager
def speaking(chosen: str) -> Iterator[None]:
    """Say everything within in this language, processes started there included; also what Django says, once it is up."""
    held = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = chosen
    before = use_translator(str if chosen == CHINESE else lambda word: _english().get(word, word))
    try:
        yield
    finally:
        use_translator(before)
        if held is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = held


def speak_by_django() -> None:
    """Django has put its own translator in place: let it speak the same language."""
    from django.utils import translation

    translation.activate(DJANGO[os.environ.get(VARIABLE, CHINESE)])
