"""Columns that rooms above add to the ledger: a grade, a promise, the next step.

``register_column`` in ``AppConfig.ready``; ``load`` is called once a page (or batch of an export) with the ids of the
properties shown and answers by property; a property it leaves out shows a dash.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.safestring import SafeString

from wuyefei.foundation.access.actor import Actor


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one cell: ``html`` on the page (escaped unless a ``SafeString``), ``note`` small below it, ``text``
    in an export."""

    text: str
    html: str | SafeString = ""
    note: str = ""


Load = Callable[[Actor, Sequence[int], dt.date], Mapping[int, Cell]]


@dataclass(frozen=True, slots=True)
class Column:
    """``permission`` None: everybody who sees the ledger sees the column."""

    key: str
    title: str | Promise
    load: Load
    order: int = 100
    permission: str | None = None


_columns: dict[str, Column] = {}


def register_column(column: Column) -> None:
    """Add a column; the same key registered again replaces it."""
    _columns[column.key] = column


def drop_column(key: str) -> None:
    _columns.pop(key, None)


def columns_for(actor: Actor) -> list[Column]:
    """The added columns that the actor may see, in order."""
    shown = [column for column in _columns.values() if column.permission is None or actor.may(column.permission)]
    return sorted(shown, key=lambda column: (column.order, column.key))


def load_cells(actor: Actor, property_ids: Sequence[int], today: dt.date) -> dict[int, list[Cell | None]]:
    """By property, one cell for each of ``columns_for``."""
    loaded = [column.load(actor, property_ids, today) for column in columns_for(actor)] if property_ids else []
    return {pk: [answer.get(pk) for answer in loaded] for pk in property_ids}
