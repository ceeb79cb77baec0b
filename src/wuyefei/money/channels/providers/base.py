"""What every payment provider is to the rest of the room."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from wuyefei.foundation.kernel.errors import DomainError

from ..rules import EntryPoint, RefundReport, Report


class ProviderError(DomainError):
    """The provider could not be asked, or answered nothing usable: nothing is known, so it is asked again later."""

    code = "provider_unreachable"
    message = "支付渠道暂时没有应答（{reason}），钱没有变化，请稍后再试。"


class ProviderRefused(DomainError):
    """The provider has answered, and said no."""

    code = "provider_refused"
    message = "支付渠道没有受理：{what}"


class Forged(DomainError):
    """A message that is not from the provider, not for us, or too old: it changes nothing."""

    code = "notice_refused"
    message = "通知未通过验证：{reason}"


class WayKind(StrEnum):
    REDIRECT = "redirect"
    """Send the payer's browser to ``url``."""
    QR = "qr"
    """Show ``url`` as a QR code."""
    JSAPI = "jsapi"
    """Hand ``params`` to the wallet's own script in its browser."""


@dataclass(frozen=True, slots=True)
class Way:
    """How the payer gets to the wallet."""

    kind: WayKind
    url: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PayAsk:
    """An order put to a provider. ``amount_fen`` in fen; ``openid`` only for the wallet's own browser."""

    number: str
    amount_fen: int
    subject: str
    entry_point: EntryPoint
    expires_at: dt.datetime
    notify_url: str
    return_url: str
    openid: str = ""
    client_ip: str = ""


@dataclass(frozen=True, slots=True)
class RefundAsk:
    """Part of a paid order to be given back: ``total_fen`` is what was paid."""

    number: str
    order_number: str
    amount_fen: int
    total_fen: int
    reason: str
    notify_url: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A message of the provider whose signature, age and addressee have been checked. ``nonce`` is seen once."""

    nonce: str
    payment: Report | None = None
    refund: RefundReport | None = None


class Provider(Protocol):
    """One merchant account at one provider. Every method may raise ``ProviderError``, ``ProviderRefused``, ``Forged``."""

    def pay(self, ask: PayAsk) -> Way: ...
    def query(self, number: str) -> Report: ...
    def close(self, number: str) -> None: ...
    def refund(self, ask: RefundAsk) -> RefundReport: ...
    def query_refund(self, number: str, order_number: str) -> RefundReport: ...
    def bill(self, day: dt.date) -> bytes: ...
    def read_notice(self, headers: Mapping[str, str], body: bytes, now: dt.datetime) -> Notice: ...
    def answer(self, *, taken: bool) -> tuple[int, str, str]:
        """The provider's own form of "received" or "send it again": status, content type, body."""
        ...
