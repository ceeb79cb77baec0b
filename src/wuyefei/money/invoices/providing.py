"""From a setup to its provider's client."""

from __future__ import annotations

import json
from typing import Any

from wuyefei.foundation import environment
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock, vault
from wuyefei.money.channels.public import private_key, public_key

from .models import Invoice, InvoiceSetup
from .providers.base import Paper, PaperLine, Provider
from .providers.signed_json import Hmac, Rsa, SignedJson

SANDBOX_PATH = "/invoices"


class InvoiceSandboxElsewhere(DomainError):
    code = "invoice_sandbox_outside_demo"
    message = "沙箱数电票服务只能在演示模式使用，开出的票没有税务效力。"


def provider_of(setup: InvoiceSetup) -> Provider:
    """The client of a setup. Raises ``Invalid`` for a key that is none, ``InvoiceSandboxElsewhere`` outside demo mode."""
    base_url = setup.base_url
    if setup.mode == InvoiceSetup.Mode.SANDBOX:
        if not environment.sandbox_url():
            raise InvoiceSandboxElsewhere()
        base_url = environment.sandbox_url() + SANDBOX_PATH
    secret = str(json.loads(vault.open_secret(bytes(setup.secrets))).get("secret", ""))
    if setup.signing == InvoiceSetup.Signing.RSA:
        signer: Any = Rsa(private_key(secret, "应用密钥"), public_key(setup.provider_key, "服务商公钥"))
    else:
        signer = Hmac(secret)
    return SignedJson(base_url, setup.app_key, signer, clock.now)


def paper_of(invoice: Invoice, setup: InvoiceSetup) -> Paper:
    """A document as the provider is to have it."""
    identity = ""
    if invoice.kind == Invoice.Kind.BLUE and invoice.buyer_key_id is not None and invoice.buyer_identity_locked is not None:
        identity = vault.unlock(vault.subject_key(invoice.buyer_key_id), bytes(invoice.buyer_identity_locked))
    lines = [
        PaperLine(_on_paper(line.item_name, line.part), line.tax_rate, line.amount_fen, line.tax_fen, line.service_from, line.service_to)
        for line in invoice.lines.order_by("pk")
    ]
    return Paper(
        invoice.number, setup.seller_name, setup.seller_tax_number, invoice.title_kind, invoice.buyer_name, invoice.buyer_tax_number,
        identity, invoice.email, lines, invoice.original.invoice_number if invoice.original else "", invoice.reason,
    )  # fmt: skip


def _on_paper(item: str, part: str) -> str:
    """What a line is called on the Chinese document."""
    return f"{item}（违约金）" if part == "late_fee" else item
