"""The door of the room: what other rooms may use."""

from .actions.bulk import Batch, BatchRefused, BatchResult, take_payments_in_bulk
from .actions.carrying import (
    Carried,
    carry,
    held_fast,
    lock_payments_of,
    move_prepayment,
    paid_towards,
    release_bill,
)
from .actions.from_fund import FUND_KIND, FundOrder, OpenChanged, pay_from_fund
from .actions.giving_back import Held, NothingToGiveBack, hold_refund, return_refund
from .actions.online import OnlinePayment, check_due, take_online
from .actions.prepaid import OpeningPrepayment, book_opening_prepayments, offset_community
from .actions.reversing import check_reversal, register_reversal_check
from .actions.take import AlreadyTaken, BillsChanged, PaymentOrder, as_bills, take_payment
from .actions.void import VOID_KIND, ask_void, register_undo_bar, register_void_check, undo_payment
from .models import Allocation, Payment, PaymentBatch, Prepayment, Tender
from .queries import allocations_of, balance_fen, get_payment, paid_by, payments
from .rules import BatchRow, Bill, Fault, Order, Part, Source, TenderError, allocate_payment, settle_tenders

__all__ = [
    "Allocation",
    "AlreadyTaken",
    "Batch",
    "BatchRefused",
    "BatchResult",
    "BatchRow",
    "Bill",
    "BillsChanged",
    "Carried",
    "FUND_KIND",
    "Fault",
    "FundOrder",
    "Held",
    "NothingToGiveBack",
    "OnlinePayment",
    "OpenChanged",
    "OpeningPrepayment",
    "Order",
    "Part",
    "Payment",
    "PaymentBatch",
    "PaymentOrder",
    "Prepayment",
    "Source",
    "Tender",
    "TenderError",
    "VOID_KIND",
    "allocate_payment",
    "allocations_of",
    "as_bills",
    "ask_void",
    "balance_fen",
    "book_opening_prepayments",
    "carry",
    "check_due",
    "check_reversal",
    "get_payment",
    "held_fast",
    "hold_refund",
    "lock_payments_of",
    "move_prepayment",
    "offset_community",
    "paid_towards",
    "pay_from_fund",
    "paid_by",
    "payments",
    "release_bill",
    "register_undo_bar",
    "register_reversal_check",
    "register_void_check",
    "return_refund",
    "settle_tenders",
    "take_online",
    "take_payment",
    "take_payments_in_bulk",
    "undo_payment",
]
