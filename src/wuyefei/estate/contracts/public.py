"""The door of the room: what other rooms may use."""

from .actions import activate, create_contract, end_contract, update_contract
from .clauses import ClauseNote, LocalTerm, Severity, check_clauses
from .covering import add_line, bulk_create_lines, cover, end_line
from .models import Contract, ContractLine
from .queries import (
    contract_lines,
    contract_terms,
    contracts,
    contracts_on,
    each_line_for_billing,
    get_contract,
    lines_for_billing,
    lines_of_property,
)
from .rules import (
    CHANNELS,
    AboveCeiling,
    ClauseMissing,
    ContractDraft,
    Covered,
    EitherOr,
    LineFact,
    LineOverlaps,
    LineRow,
    PriceMissing,
    Terms,
    WrongState,
    default_anchor,
)

__all__ = [
    "CHANNELS",
    "AboveCeiling",
    "ClauseMissing",
    "ClauseNote",
    "Contract",
    "ContractDraft",
    "ContractLine",
    "Covered",
    "EitherOr",
    "LineFact",
    "LineOverlaps",
    "LineRow",
    "LocalTerm",
    "PriceMissing",
    "Severity",
    "Terms",
    "WrongState",
    "activate",
    "add_line",
    "bulk_create_lines",
    "check_clauses",
    "contract_lines",
    "contract_terms",
    "contracts",
    "cover",
    "create_contract",
    "default_anchor",
    "contracts_on",
    "each_line_for_billing",
    "end_contract",
    "end_line",
    "get_contract",
    "lines_for_billing",
    "lines_of_property",
    "update_contract",
]
