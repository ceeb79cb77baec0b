"""The door of the room: what other rooms may use."""

from .actions.by_file import bank_paid, bank_refused, hand_over, pay_again, take_back
from .actions.notices import take_notice
from .actions.orders import (
    ChannelNotOffered,
    OrderEnded,
    OrderRequest,
    ask_provider,
    close_order,
    start_order,
    sweep,
)
from .actions.refunds import RefundRequest, ask_refund, paid_by_transfer, sweep_refunds
from .actions.setups import SetupDraft, save_setup
from .models import ChannelException, ChannelSetup, NoticeLog, Order, Refund
from .providers.base import Forged, ProviderError, ProviderRefused, WayKind
from .providers.http import Reply, send
from .providers.keys import private_key, public_key, sign, signed_by
from .providers.login import LoginOver, LoginRefused, WeChatLogin
from .providing import login_for, provider_of
from .queries import (
    Offered,
    channels_for,
    get_order,
    get_refund,
    open_exceptions,
    orders,
    payee,
    promised_back,
    refunds,
)
from .rules import REFUND_DUE, Channel, EntryPoint, OrderState, RefundState

__all__ = [
    "Channel",
    "ChannelException",
    "ChannelNotOffered",
    "ChannelSetup",
    "EntryPoint",
    "Forged",
    "LoginOver",
    "LoginRefused",
    "NoticeLog",
    "Offered",
    "Order",
    "OrderEnded",
    "OrderRequest",
    "OrderState",
    "ProviderError",
    "ProviderRefused",
    "REFUND_DUE",
    "Refund",
    "RefundRequest",
    "RefundState",
    "Reply",
    "SetupDraft",
    "WayKind",
    "WeChatLogin",
    "ask_provider",
    "ask_refund",
    "bank_paid",
    "bank_refused",
    "channels_for",
    "close_order",
    "get_order",
    "get_refund",
    "hand_over",
    "login_for",
    "open_exceptions",
    "paid_by_transfer",
    "pay_again",
    "payee",
    "private_key",
    "promised_back",
    "provider_of",
    "public_key",
    "orders",
    "refunds",
    "save_setup",
    "send",
    "sign",
    "signed_by",
    "start_order",
    "sweep",
    "sweep_refunds",
    "take_back",
    "take_notice",
]
