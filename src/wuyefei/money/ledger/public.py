"""The door of the room: what other rooms may use."""

from .actions import PeriodClosed, Unbalanced, post
from .beancount import components, render
from .checks import control
from .closing import (
    Figures,
    OutOfOrder,
    close_books,
    closed_through,
    figures,
    hold_books,
    period_closes,
    reopen_books,
    standing,
)
from .models import Entry, Leg, PeriodClose
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
    "Account",
    "BEANCOUNT_NAMES",
    "Entry",
    "Figures",
    "Leg",
    "Movement",
    "OutOfOrder",
    "Page",
    "PeriodClose",
    "PeriodClosed",
    "Posting",
    "TrialRow",
    "Turnover",
    "Unbalanced",
    "Written",
    "account_page",
    "balances",
    "by_kind",
    "close_books",
    "closed_through",
    "components",
    "control",
    "figures",
    "get_entry",
    "grows_by_debit",
    "hold_books",
    "journal",
    "movement",
    "period_closes",
    "post",
    "readable",
    "register_source",
    "render",
    "reopen_books",
    "sides",
    "source_of",
    "sources",
    "standing",
    "trial_rows",
    "trial_totals",
    "turnover",
]
