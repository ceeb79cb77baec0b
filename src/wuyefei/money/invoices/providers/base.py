"""What a provider is asked and what it may answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from wuyefei.foundation.kernel.errors import DomainError

from ..rules.states import Report


class InvoiceProviderSilent(DomainError):
    """It could not be asked, or answered nothing usable: nothing is known, so it is asked again later."""

    code = "invoice_provider_silent"
    message = "数电票服务没有可用的应答（{reason}），稍后会再问，不会重复开票。"


class InvoiceProviderRefused(DomainError):
    """It has answered, and said no."""

    code = "invoice_provider_refused"
    message = "数电票服务没有受理：{what}"


@dataclass(frozen=True, slots=True)
class PaperLine:
    item: str
    tax_rate: Decimal
    amount_fen: int
    tax_fen: int
    service_from: dt.date
    service_to: dt.date


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as it is put to a provider; amounts in fen with tax, negative for a red letter, which names its original."""

    request_id: str
    seller_name: str
    seller_tax_number: str
    buyer_kind: str
    buyer_name: str
    buyer_tax_number: str
    buyer_identity: str
    email: str
    lines: Sequence[PaperLine]
    original_number: str = ""
    reason: str = ""

    @property
    def total_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)

    @property
    def tax_fen(self) -> int:
        return sum(line.tax_fen for line in self.lines)


class Provider(Protocol):
    """One account at one provider. Every method may raise ``InvoiceProviderSilent`` and ``InvoiceProviderRefused``."""

    def issue(self, paper: Paper) -> Report:
        """Put a document; the same request id again is the same document."""
        ...

    def query(self, request_id: str) -> Report: ...
    def seller(self) -> str:
        """The tax number the account issues for: the connection test."""
        ...
