"""The door of the room: what other rooms may use."""

from .actions.aids import CARE_KIND, PASS_KIND, ask_care, ask_pass, ask_undo, assess
from .actions.money import MONEY_KIND, FundOrder, ask_money, ask_undo_money, claim_line, open_fund
from .models import Aid, AidBill, Fund, Money
from .queries import aids, balance_of, funds, get_aid, get_fund, paid_words, published_funds
from .rules.aid import FundKind, How
from .rules.statement import Statement

__all__ = [
    "Aid",
    "AidBill",
    "CARE_KIND",
    "Fund",
    "FundKind",
    "FundOrder",
    "How",
    "MONEY_KIND",
    "Money",
    "PASS_KIND",
    "Statement",
    "aids",
    "ask_care",
    "ask_money",
    "ask_pass",
    "ask_undo",
    "ask_undo_money",
    "assess",
    "balance_of",
    "claim_line",
    "funds",
    "get_aid",
    "get_fund",
    "open_fund",
    "paid_words",
    "published_funds",
]
