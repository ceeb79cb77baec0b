"""The door of the room: what other rooms may use."""

from .actions import (
    BILL_KIND,
    ask_to_bill,
    discard,
    draft_deposit,
    draft_each,
    draft_metered,
    draft_shared,
    draft_turnover,
)
from .deposits import register_deposit_owners
from .explaining import StepLine, steps_of_bill
from .models import Line, Sheet, Use
from .prices import parse_changes, parse_price, parse_seasons, parse_steps
from .queries import get_sheet, photo_of_bill, photos_of_bill, sheets
from .rules import NothingToBill
from .terms import DepositTerms, EachTerms, Head, MeteredTerms, Scope, SharedTerms, TurnoverTerms

__all__ = [
    "BILL_KIND",
    "DepositTerms",
    "EachTerms",
    "Head",
    "Line",
    "MeteredTerms",
    "Scope",
    "NothingToBill",
    "SharedTerms",
    "Sheet",
    "StepLine",
    "TurnoverTerms",
    "Use",
    "ask_to_bill",
    "discard",
    "draft_deposit",
    "draft_each",
    "draft_metered",
    "draft_shared",
    "draft_turnover",
    "get_sheet",
    "parse_changes",
    "parse_price",
    "parse_seasons",
    "parse_steps",
    "photo_of_bill",
    "photos_of_bill",
    "register_deposit_owners",
    "sheets",
    "steps_of_bill",
]
