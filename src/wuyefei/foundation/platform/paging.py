"""Keyset paging: the next page begins after the last row shown, however long the list is."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)
SIZE = 50


@dataclass(frozen=True)
class Page(Generic[Row]):
    """``newer`` and ``older`` are the marks of the pages before and after, empty where there is none."""

    rows: list[Row]
    newer: str
    older: str


def paginate(rows: QuerySet[Row] | Sequence[QuerySet[Row]], order: Sequence[str], mark: str = "", size: int = SIZE) -> Page[Row]:
    """One page in ``order`` (attribute names, ``-`` for descending, the last one unique, none of them null).

    Several sets of rows that share none are one list: each is read no further than a page, by an index of its own.
    """
    backwards, values = _read(mark, len(order))
    parts = [rows] if isinstance(rows, QuerySet) else list(rows)
    if values is not None:
        parts = [part.filter(_beyond(order, values, backwards)) for part in parts]
    turned = [_turned(name) for name in order] if backwards else list(order)
    found = [row for part in parts for row in part.order_by(*turned)[: size + 1]]
    if len(parts) > 1:
        found = _merged(found, turned)[: size + 1]
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    before = more if backwards else values is not None
    after = True if backwards else more
    return Page(
        found,
        _mark("b", found[0], order) if found and before else "",
        _mark("a", found[-1], order) if found and after else "",
    )


def after(row: Model, order: Sequence[str]) -> str:
    """The mark of the page that begins behind a row."""
    return _mark("a", row, order)


def _merged(rows: list[Row], order: Sequence[str]) -> list[Row]:
    """Rows of several sets in one order: sorted by the last name first, which the names before it leave as it is."""
    for name in reversed(order):
        rows = sorted(rows, key=lambda row: _value(row, name), reverse=name.startswith("-"))  # noqa: B023
    return rows


def _value(row: Model, name: str) -> Any:
    return reduce(getattr, name.lstrip("-").split("__"), row)


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(order: Sequence[str], values: list[Any], backwards: bool) -> Q:
    found, same = Q(), Q()
    for name, value in zip(order, values, strict=True):
        descending = name.startswith("-") != backwards
        field = name.lstrip("-")
        found |= same & Q(**{f"{field}__{'lt' if descending else 'gt'}": value})
        same &= Q(**{field: value})
    return found


def _mark(direction: str, row: Model, order: Sequence[str]) -> str:
    values = [_value(row, name) for name in order]
    plain = [value.isoformat() if isinstance(value, (dt.date, dt.datetime)) else value for value in values]
    text = json.dumps([direction, *plain], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(mark: str, length: int) -> tuple[bool, list[Any] | None]:
    """A mark somebody has altered is taken for none: the list begins at its beginning."""
    try:
        found = json.loads(base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)))
    except (ValueError, binascii.Error):
        return False, None
    whole = isinstance(found, list) and len(found) == length + 1 and found[0] in ("a", "b")
    if not whole or not all(isinstance(value, (str, int)) for value in found):
        return False, None
    return found[0] == "b", found[1:]
