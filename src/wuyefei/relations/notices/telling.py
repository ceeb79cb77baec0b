"""What rooms above know of a bill or its reader: asked for where a smart bill says it, or where reading is counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping

from wuyefei.money.billing.public import Receivable

Phrase = Callable[[Receivable], str]
"""A whole sentence about a bill, or blank where there is nothing to say."""
Opened = Callable[[Collection[int], dt.date], Mapping[int, dt.date]]
"""The last day, not after the one given, on which each person opened the phone pages."""
Picture = Callable[[int], bytes]
"""A PNG that says the same of a community, without a name or a sum of anybody."""
_pictures: dict[str, Picture] = {}
_phrases: dict[str, Phrase] = {}
_opened: list[Opened] = []


def register_phrase(field: str, phrase: Phrase) -> None:
    """Say what fills a field of the smart bill. Called in ``AppConfig.ready``; the same field again replaces it."""
    _phrases[field] = phrase


def register_picture(field: str, picture: Picture) -> None:
    """Say what pictures a field of the smart bill where a message can carry a picture. Called in ``AppConfig.ready``."""
    _pictures[field] = picture


def pictured(field: str, values: Mapping[str, str], community_id: int) -> tuple[bytes, str] | None:
    """The picture of a field and its words, where the message says something there and there is a picture of it."""
    found, words = _pictures.get(field), values.get(field, "")
    return (found(community_id), words) if found and words else None


def register_opened(reader: Opened) -> None:
    """Say who knows when the phone pages were opened. Called in ``AppConfig.ready``."""
    if reader not in _opened:
        _opened.append(reader)


def phrase_of(field: str, bill: Receivable) -> str:
    found = _phrases.get(field)
    return found(bill) if found else ""


def opened_until(person_ids: Collection[int], until: dt.date) -> dict[int, dt.date]:
    """The last day on which each person opened the phone pages, of those who did."""
    days: dict[int, dt.date] = {}
    for reader in _opened:
        for person_id, on in reader(person_ids, until).items():
            days[person_id] = max(on, days.get(person_id, on))
    return days
