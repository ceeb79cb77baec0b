"""The door of the room: what other rooms may use."""

from .actions import issue, issue_block, log_print, numbered, void
from .models import Receipt, ReceiptPrint
from .queries import get_receipt, receipt_by_token, receipts, snapshot_of
from .render import document as receipt_document
from .render import render_receipt, render_seal
from .rules import ReceiptLine, ReceiptSnapshot, Tender, capital_amount

__all__ = [
    "Receipt",
    "ReceiptLine",
    "ReceiptPrint",
    "ReceiptSnapshot",
    "Tender",
    "capital_amount",
    "get_receipt",
    "issue",
    "issue_block",
    "log_print",
    "numbered",
    "receipt_document",
    "receipt_by_token",
    "receipts",
    "render_receipt",
    "render_seal",
    "snapshot_of",
    "void",
]
