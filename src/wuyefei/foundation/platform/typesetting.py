"""Typesetting: a typst template and JSON data become an archival PDF, the same bytes for the same input.

Only the fonts of one pinned package are seen, never the machine's. A character that none of them has is printed as
its code, 〔U+20BB7〕, and the template is told, so that a name is never silently shortened.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typst

from wuyefei.foundation.kernel.dates import EARLIEST
from wuyefei.foundation.kernel.errors import DomainError

FONT_PACKAGE = "justmytype_intl_cjk"
FONT_FAMILIES = ("Noto Sans SC", "Noto Sans TC", "Noto Sans JP", "Noto Sans KR")
"""Simplified forms first; the others only lend characters that it lacks."""

LARGE = 1_000_000
"""Characters of data beyond which a document is set in a process of its own: typst holds some hundred kilobytes a page and does
not give them back, and meanwhile nobody else's receipt should wait."""
FAULTY = 3
"""What that process ends with where typst refuses the document."""

_UNSEEN = re.compile(r"the text `\"(.+?)\"` could not be displayed")
_CODE = re.compile(r"〔(U\+[0-9A-F]{4,6})〕")
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_LOCK = threading.Lock()


class FontsMissing(DomainError):
    """The font package is not installed."""

    code = "fonts_missing"
    message = "没有找到中文字体，请安装 justmytype-intl-cjk。"


class Unprintable(DomainError):
    """Characters that no font has stand in the template itself or survived their replacement."""

    code = "unprintable"
    message = "字库中没有这些字：{characters}。"


class Fault(RuntimeError):
    """What typst said in a process of its own."""


def typeset(template: Path, data: dict[str, Any], on: dt.date) -> bytes:
    """A PDF/A-2u of ``template`` (a ``.typ`` file reading ``sys.inputs.data``), dated ``on`` in its metadata.

    Beside ``data`` the template finds ``fonts`` and ``substituted``, the codes printed for characters.
    Raises ``FontsMissing``, ``Unprintable``, or typst's own error (from apart ``Fault``) for a faulty template.
    """
    return _settle(template, data, on)[0]


def picture(template: Path, data: dict[str, Any], kind: str = "svg", ppi: int = 144) -> list[bytes]:
    """The pages of ``template`` as ``svg`` (glyphs as outlines, no font needed) or ``png``; raises like ``typeset``."""
    _, facts = _settle(template, data, EARLIEST)
    pages = _compile(template, facts, format=kind, ppi=ppi)
    return [pages] if isinstance(pages, bytes) else list(pages or [])


def _settle(template: Path, data: dict[str, Any], on: dt.date) -> tuple[bytes, dict[str, Any]]:
    """The PDF and the data as printed: characters typst reports as unseen become codes until none is left."""
    stamp = dt.datetime.combine(on, dt.time(), dt.timezone(dt.timedelta(hours=8)))
    facts, unseen = _printable(data), set[str]()
    while True:
        try:
            pdf = _compile(template, facts, format="pdf", pdf_standards=["a-2u"], timestamp=stamp)
        except (typst.TypstError, Fault) as error:
            named = _unseen(told(error))
            if not named:
                raise
            if named <= unseen:
                raise Unprintable(characters=" ".join(map(code_of, sorted(named)))) from error
            unseen |= named
            facts = _replace(facts, unseen)
        else:
            assert isinstance(pdf, bytes)
            return pdf, facts


def code_of(character: str) -> str:
    """``𠮷`` → ``U+20BB7``."""
    return f"U+{ord(character):04X}"


@cache
def _fonts() -> typst.Fonts:
    spec = find_spec(FONT_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise FontsMissing
    folder = Path(next(iter(spec.submodule_search_locations))) / "fonts"
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


@cache
def _compiler(template: Path) -> typst.Compiler:
    return typst.Compiler(template, root=template.parent, font_paths=_fonts())


def _compile(template: Path, facts: dict[str, Any], **options: Any) -> bytes | list[bytes] | None:
    document = json.dumps({**facts, "fonts": FONT_FAMILIES, "substituted": []}, ensure_ascii=False)
    codes = sorted(set(_CODE.findall(document)))
    if codes:
        document = json.dumps({**facts, "fonts": FONT_FAMILIES, "substituted": codes}, ensure_ascii=False)
    large = options["format"] == "pdf" and len(document) > LARGE
    return _apart(template, document, options) if large else compiled(template, document, options)


def compiled(template: Path, document: str, options: dict[str, Any]) -> bytes | list[bytes] | None:
    """One compilation at a time: a compiler keeps its inputs between calls."""
    with _LOCK:
        return _compiler(template).compile(sys_inputs={"data": document}, **options)


def _apart(template: Path, document: str, options: dict[str, Any]) -> bytes:
    """``compiled`` in a process of its own (``typesetter``). Raises ``OSError`` where that process came to its end otherwise."""
    asked = json.dumps({"template": str(template), "options": {**options, "timestamp": options["timestamp"].isoformat()}})
    command = [sys.executable, "-m", "wuyefei.foundation.platform.typesetter"]
    done = subprocess.run(command, input=f"{asked}\n{document}".encode(), stdout=subprocess.PIPE, check=False)
    if done.returncode == FAULTY:
        raise Fault(done.stdout.decode())
    if done.returncode:
        raise ChildProcessError(f"typesetter ended with {done.returncode}")
    return done.stdout


def _printable(value: Any) -> Any:
    """Texts with control marks and line ends made spaces, invisible formatting dropped, codes for what has no shape."""
    if isinstance(value, str):
        # Python calls unprintable all that ``_shape`` may change, and more: most texts need no second look
        return value if value.isprintable() else "".join(map(_shape, value))
    if isinstance(value, dict):
        return {key: _printable(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(part) for part in value]
    return value


def _shape(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":
        return f"〔{code_of(character)}〕"
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return "" if category == "Cf" else character


def _unseen(said: str) -> set[str]:
    """The characters typst could not display; it names them in its diagnostic, by letter or by code."""
    text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), said)
    return {character for match in _UNSEEN.finditer(text) for part in match.groups() if part for character in part}


def told(error: typst.TypstError | Fault) -> str:
    """What typst says of an error."""
    return (error.diagnostic if isinstance(error, typst.TypstError) else "") or str(error)


def _replace(value: Any, characters: Iterable[str]) -> Any:
    table = {ord(character): f"〔{code_of(character)}〕" for character in characters}
    if isinstance(value, str):
        return value.translate(table)
    if isinstance(value, dict):
        return {key: _replace(part, characters) for key, part in value.items()}
    if isinstance(value, list):
        return [_replace(part, characters) for part in value]
    return value
