"""The workbooks of the leading open-source system in China, read as a firm brings them."""

from __future__ import annotations

from collections.abc import Callable

from .builder import Builder
from .peerassets import read_assets
from .peerestate import PeerNumbers, read_entrances, read_fees, read_owners, read_parking, read_rooms
from .peerhistory import read_history
from .peermeters import read_meters
from .peersheets import Kind, PeerSheet, recognise
from .reader import Workbook

_READERS: dict[Kind, Callable[[Builder, PeerSheet, PeerNumbers], None]] = {
    Kind.ENTRANCES: read_entrances,
    Kind.OWNERS: read_owners,
    Kind.FEES: read_fees,
    Kind.ROOMS: read_rooms,
    Kind.PARKING: read_parking,
    Kind.ASSETS: read_assets,
    Kind.METERS: read_meters,
    Kind.HISTORY: read_history,
}


def recognised(workbook: Workbook) -> tuple[PeerSheet, ...]:
    """The sheets of this workbook that are the peer's, in reading order; empty for any other workbook."""
    order = list(Kind)
    found = [one for one in (recognise(sheet) for sheet in workbook.sheets) if one is not None]
    return tuple(sorted(found, key=lambda one: order.index(one.kind)))


def read_peer(builder: Builder, sheets: tuple[PeerSheet, ...], workbook: Workbook) -> None:
    """Reads the sheets, tied to each other by their numbers."""
    numbers = PeerNumbers(present=frozenset(one.kind for one in sheets))
    for one in sheets:
        builder.ignore(one.sheet.name, "数据旁边和下面的说明单元格", one.explanations)
        _READERS[one.kind](builder, one, numbers)
    read = {id(one.sheet) for one in sheets}
    for sheet in workbook.sheets:
        if id(sheet) not in read and sheet.rows:
            builder.ignore(sheet.name, "不认得的工作表，未读", len(sheet.rows))
