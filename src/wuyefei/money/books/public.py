"""The door of the room: what other rooms may use."""

from .queries.reports import MOVED, income, movement_of, trial_balance
from .queries.scope import Scope, scope_of
from .queries.ties import ties
from .rules import TIE_NAMES, IncomeRow, Tie

__all__ = [
    "MOVED",
    "TIE_NAMES",
    "IncomeRow",
    "Scope",
    "Tie",
    "income",
    "movement_of",
    "scope_of",
    "ties",
    "trial_balance",
]
