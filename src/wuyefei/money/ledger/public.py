"""The door of the room: what other rooms may use."""

from .actions import Unbalanced, post
from .beancount import components, render
from .checks import control
from .models import Entry, Leg
from .queries import Written, balances, journal, readable
from .rules import (
    ACCOUNT_NAMES,
    BEANCOUNT_NAMES,
    Account,
    Movement,
    Posting,
    TrialRow,
    Turnover,
    grows_by_debit,
    movement,
    sides,
    trial_rows,
    trial_totals,
)
from .sources import register_source, source_of, sources
from .turnover import Page, account_page, by_kind, get_entry, turnover

__all__ = [
    "ACCOUNT_NAMES",
    "BEANCOUNT_NAMES",
    "Account",
    "Entry",
    "Leg",
    "Movement",
    "Page",
    "Posting",
    "TrialRow",
    "Turnover",
    "Unbalanced",
    "Written",
    "account_page",
    "balances",
    "by_kind",
    "components",
    "control",
    "get_entry",
    "grows_by_debit",
    "journal",
    "movement",
    "post",
    "readable",
    "register_source",
    "render",
    "sides",
    "source_of",
    "sources",
    "trial_rows",
    "trial_totals",
    "turnover",
]
