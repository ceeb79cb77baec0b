"""What is wrong, in the words of the domain. Pages, the API and the command line map these to their own form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

_translate: Callable[[str], str] = str


def use_translator(translate: Callable[[str], str]) -> Callable[[str], str]:
    """Say how messages are put into the reader's language: the kernel itself knows none but Chinese. Returns the way
    that held before."""
    global _translate
    before, _translate = _translate, translate
    return before


class Phrase(str):
    """Chinese words with facts in them, for ``reason=``: it reads as the filled sentence, and keeps the pattern and
    the facts so that it can be said in another language."""

    pattern: str
    facts: dict[str, Any]

    def __new__(cls, pattern: str, **facts: Any) -> Phrase:
        made = super().__new__(cls, pattern.format(**facts))
        made.pattern, made.facts = pattern, facts
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return _made, (self.pattern, self.facts)

    @property
    def spoken(self) -> str:
        """The sentence in the reader's language."""
        return _translate(self.pattern).format(**{name: _spoken(name, value) for name, value in self.facts.items()})


def _made(pattern: str, facts: dict[str, Any]) -> Phrase:
    return Phrase(pattern, **facts)


def joined(parts: Sequence[str]) -> str:
    """Several sentences as one, parted by semicolons; the facts of each are kept."""
    if len(parts) < 2:
        return parts[0] if parts else ""
    return Phrase("{first}；{rest}", first=_kept(parts[0]), rest=joined(list(map(_kept, parts[1:]))))


def _kept(text: str) -> Phrase:
    return text if isinstance(text, Phrase) else Phrase(text.replace("{", "{{").replace("}", "}}"))


def packed(text: str) -> Any:
    """Words as JSON can keep them, so that they can be said later to a reader of any language."""
    if not isinstance(text, Phrase):
        return text
    return {"say": text.pattern, "with": {name: packed(value) if isinstance(value, Phrase) else _plain(value) for name, value in text.facts.items()}}


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | str) else str(value)


def unpacked(kept: Any) -> str:
    """Words again from what ``packed`` made of them."""
    if not isinstance(kept, dict):
        return str(kept)
    return Phrase(kept["say"], **{name: unpacked(value) if isinstance(value, dict) else value for name, value in kept["with"].items()})


def spoken(text: str) -> str:
    """Words of ours in the reader's language, with their facts where they are a ``Phrase``."""
    return text.spoken if isinstance(text, Phrase) else _translate(text) if text else text


#: Facts of an error that are words of ours, not of a person: they are translated with the message.
WORDS = frozenset({"field", "reason", "what", "verb", "permission", "state", "role", "basis"})


def _spoken(name: str, value: Any) -> Any:
    return spoken(value) if isinstance(value, Phrase) or (name in WORDS and type(value) is str) else value


class DomainError(Exception):
    """A refused act: ``code`` names the rule, ``data`` holds the facts a message needs; nothing was changed.

    ``message`` is the Chinese sentence shown to people; it may name fields of ``data`` in braces.
    """

    code = "domain_error"
    message = "操作未完成。"

    def __init__(self, code: str = "", message: str = "", **data: Any) -> None:
        if code:
            self.code = code
        if message:
            self.message = message
        self.data = data
        super().__init__(self.code)

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The message with its facts filled in."""
        message = _translate(self.message)
        try:
            return message.format(**{name: _spoken(name, value) for name, value in self.data.items()})
        except (KeyError, IndexError):
            return message


class NotFound(DomainError):
    """The thing does not exist, or lies in a place this person may not address: the two are never told apart."""

    code = "not_found"
    message = "没有找到，或不在你的管辖范围内。"


class Forbidden(DomainError):
    """The person may see the thing but not do this with it."""

    code = "forbidden"
    message = "你没有「{permission}」的权限。"


class Invalid(DomainError):
    """A value that cannot be what it should be."""

    code = "invalid"
    message = "{field}：{reason}"
