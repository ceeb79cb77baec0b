"""Choices the person importing makes before the file is read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """How to read an upload.

    ``sheet`` and ``header_row`` (1-based) fix where a plain sheet's headers stand; ``number_rows`` makes a room
    number of the row number where no room column is mapped (按行号编房号); ``charge_item`` names the item of
    prices and arrears that carry none; ``service_from`` is the first billed day of lines without a date of their own.
    ``known_properties`` are the codes already in the estate (``1-1-1001``): given, a reference to any other
    property is an error; ``None`` leaves the check to the applying step. ``absent_owner_is_error`` turns a room
    whose owner number leads nowhere from a reported room without owner into a refused row.
    """

    sheet: str | None = None
    header_row: int | None = None
    number_rows: bool = False
    charge_item: str = "物业费"
    service_from: dt.date | None = None
    known_properties: frozenset[str] | None = None
    absent_owner_is_error: bool = False
