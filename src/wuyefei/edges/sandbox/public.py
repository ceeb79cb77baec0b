"""The door of the room: the counterparts and the demo's sandbox channels."""

from .counterpart import Counterpart, Faults, Lie, Trade
from .install import SELLER, install, install_everywhere, install_invoices
from .invoicing import InvoiceCounterpart, InvoiceFaults
from .keyring import Keyring, keep, make
from .server import Sandbox, send_notice
from .wechat import WeChatCounterpart

__all__ = [
    "Counterpart",
    "Faults",
    "InvoiceCounterpart",
    "InvoiceFaults",
    "Keyring",
    "Lie",
    "SELLER",
    "Sandbox",
    "Trade",
    "WeChatCounterpart",
    "install",
    "install_everywhere",
    "install_invoices",
    "keep",
    "make",
    "send_notice",
]
