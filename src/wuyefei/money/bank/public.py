"""The door of the room: what other rooms may use."""

from .actions.claiming import Share, ask_return, ask_unmatch, claim, keep_waiting
from .actions.deposits import NotThisSlip, ask_undo_deposit, claim_deposit, claim_settlement, undo_settlement
from .actions.for_funds import give_to_fund, take_from_fund
from .actions.importing import Fresh, Imported, import_statement, look, proposal_text
from .actions.paying_over import OwesLess, ask_undo_paid_over, claim_paid_over
from .actions.remitting import book_list
from .models import BankLine, BankStatement, Habit, LineBooking, Remittance, SlipLine
from .queries import get_line, get_statement, lines, statements, to_claim
from .rules.shapes import StatementRefused

__all__ = [
    "BankLine",
    "BankStatement",
    "Fresh",
    "Habit",
    "Imported",
    "NotThisSlip",
    "OwesLess",
    "Remittance",
    "LineBooking",
    "Share",
    "StatementRefused",
    "SlipLine",
    "ask_return",
    "ask_undo_deposit",
    "ask_undo_paid_over",
    "book_list",
    "ask_unmatch",
    "claim",
    "claim_deposit",
    "claim_paid_over",
    "claim_settlement",
    "get_line",
    "give_to_fund",
    "get_statement",
    "import_statement",
    "keep_waiting",
    "lines",
    "look",
    "proposal_text",
    "statements",
    "take_from_fund",
    "to_claim",
    "undo_settlement",
]
