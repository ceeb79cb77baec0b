"""The door of the room: what other rooms may use."""

from .actions import Order, ask_transfer, ask_undo, plan_order
from .models import BillCut, Home, Transfer
from .queries import get_transfer, plan_of, transfers
from .rules import Basis, Held, Paid, Prepaid

__all__ = [
    "Basis",
    "BillCut",
    "Held",
    "Home",
    "Order",
    "Paid",
    "Prepaid",
    "Transfer",
    "ask_transfer",
    "ask_undo",
    "get_transfer",
    "plan_of",
    "plan_order",
    "transfers",
]
