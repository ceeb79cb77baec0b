"""The door of the room: what other rooms may use."""

from .actions import drop_view, save_view
from .columns import Cell, Column, drop_column, register_column
from .exporting import start_export
from .queries.listing import LedgerPage, Line, Row, every_row, ledger_page, lines_of, payers_of
from .queries.movement import (
    KIND_NAMES,
    ORIGINS,
    Flow,
    Kind,
    Migration,
    Moved,
    Shares,
    migration,
    migration_rows,
    movement,
    movement_rows,
)
from .queries.scope import Scope, scope_of
from .queries.totals import PlaceSums, Sums, Totals, by_place, totals
from .queries.views import views
from .rules import BUILT_IN, By, Filter, Movement, State, joined, limitation_left, limitation_on, read_filter

__all__ = [
    "BUILT_IN",
    "By",
    "Cell",
    "Column",
    "Filter",
    "Flow",
    "KIND_NAMES",
    "Kind",
    "LedgerPage",
    "Line",
    "Migration",
    "Moved",
    "Movement",
    "ORIGINS",
    "PlaceSums",
    "Row",
    "Scope",
    "Shares",
    "State",
    "Sums",
    "Totals",
    "by_place",
    "drop_column",
    "drop_view",
    "every_row",
    "joined",
    "ledger_page",
    "limitation_left",
    "limitation_on",
    "lines_of",
    "migration",
    "migration_rows",
    "movement",
    "movement_rows",
    "payers_of",
    "read_filter",
    "register_column",
    "save_view",
    "scope_of",
    "start_export",
    "totals",
    "views",
]
