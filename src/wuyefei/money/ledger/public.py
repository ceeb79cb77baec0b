"""The door of the room: what other rooms may use."""

from .actions import Unbalanced, post
from .beancount import components, render
from .checks import control
from .models import Entry, Leg
from .queries import Written, balances, journal, readable
from .rules import ACCOUNT_NAMES, BEANCOUNT_NAMES, Account, Posting

__all__ = [
    "ACCOUNT_NAMES",
    "BEANCOUNT_NAMES",
    "Account",
    "Entry",
    "Leg",
    "Posting",
    "Unbalanced",
    "Written",
    "balances",
    "components",
    "control",
    "journal",
    "post",
    "readable",
    "render",
]
