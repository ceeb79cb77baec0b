"""The door of the room: what other rooms may use."""

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
from .queries import Offered, channels_for, get_order, open_exceptions, orders, promised_back
from .rules import Channel, EntryPoint, OrderState

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
    "Refund",
    "RefundRequest",
    "Reply",
    "SetupDraft",
    "WayKind",
    "WeChatLogin",
    "ask_provider",
    "ask_refund",
    "channels_for",
    "close_order",
    "get_order",
    "login_for",
    "open_exceptions",
    "paid_by_transfer",
    "private_key",
    "promised_back",
    "provider_of",
    "public_key",
    "orders",
    "save_setup",
    "send",
    "sign",
    "signed_by",
    "start_order",
    "sweep",
    "sweep_refunds",
    "take_notice",
]
