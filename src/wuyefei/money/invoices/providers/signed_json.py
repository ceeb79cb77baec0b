"""JSON over HTTPS, signed both ways (described in ``docs/rules/invoices.md``).

What is signed of a request: method, path, timestamp, nonce and the SHA-256 of the body, one a line; of an answer: its status,
the nonce of the request, its own timestamp and the SHA-256 of its body. The signature is HMAC-SHA256 in hex with the shared
secret, or RSA-SHA256 in base64 with our key and the provider's.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric import rsa

from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.foundation.kernel.money import parse_yuan, yuan
from wuyefei.money.channels.public import ProviderError, Reply, send, sign, signed_by

from ..rules.states import Report, Said
from .base import InvoiceProviderRefused, InvoiceProviderSilent, Paper

OLDEST = dt.timedelta(minutes=5)
"""How far an answer's timestamp may lie from our clock."""
ANSWERED = frozenset({200, 202, 404})
REFUSED = frozenset({400, 401, 403, 409, 422})


class Signer(Protocol):
    def sign(self, message: bytes) -> str: ...
    def signed(self, message: bytes, signature: str) -> bool:
        """Whether the other side signed it."""
        ...


class Hmac:
    """A secret both sides hold."""

    def __init__(self, secret: str) -> None:
        if len(secret) < 32:
            raise Invalid(field="应用密钥", reason="至少 32 个字符")
        self._secret = secret.encode()

    def sign(self, message: bytes) -> str:
        return hmac.digest(self._secret, message, "sha256").hex()

    def signed(self, message: bytes, signature: str) -> bool:
        return hmac.compare_digest(self.sign(message).encode(), signature.encode())


class Rsa:
    """Our private key and the provider's public one."""

    def __init__(self, own: rsa.RSAPrivateKey, theirs: rsa.RSAPublicKey) -> None:
        self._own, self._theirs = own, theirs

    def sign(self, message: bytes) -> str:
        return sign(self._own, message)

    def signed(self, message: bytes, signature: str) -> bool:
        return signed_by(self._theirs, message, signature)


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def request_text(method: str, path: str, timestamp: str, nonce: str, body: bytes) -> bytes:
    return "\n".join((method, path, timestamp, nonce, digest(body))).encode()


def answer_text(status: int, nonce: str, timestamp: str, body: bytes) -> bytes:
    return "\n".join((str(status), nonce, timestamp, digest(body))).encode()


class SignedJson:
    """An account at a provider that speaks the protocol. ``now``: our clock, against which answers' ages are held."""

    def __init__(self, base_url: str, app_key: str, signer: Signer, now: Callable[[], dt.datetime]) -> None:
        self._base, self._app_key, self._signer, self._now = base_url.rstrip("/"), app_key, signer, now

    def issue(self, paper: Paper) -> Report:
        return self._report(self._ask("POST", "/v1/invoices", _document(paper), paper.request_id), paper.request_id)

    def query(self, request_id: str) -> Report:
        return self._report(self._ask("GET", f"/v1/invoices/{request_id}"), request_id)

    def seller(self) -> str:
        return _text(self._ask("GET", "/v1/account"), "tax_number", 18)

    def _ask(self, method: str, path: str, content: dict[str, Any] | None = None, key: str = "") -> dict[str, Any]:
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() if content is not None else b""
        timestamp, nonce = str(int(self._now().timestamp())), secrets.token_hex(16)
        headers = {
            "Content-Type": "application/json; charset=utf-8", "Accept": "application/json", "X-App-Key": self._app_key,
            "X-Timestamp": timestamp, "X-Nonce": nonce,
            "X-Signature": self._signer.sign(request_text(method, path, timestamp, nonce, body)),
        }  # fmt: skip
        if key:
            headers["Idempotency-Key"] = key
        try:
            reply = send(method, self._base + path, headers, body)
        except ProviderError as error:
            raise InvoiceProviderSilent(reason=error.data.get("reason", "")) from error
        return self._read(reply, nonce)

    def _read(self, reply: Reply, nonce: str) -> dict[str, Any]:
        """The content of an answer that is the provider's, fresh, and to this very request."""
        if reply.status not in ANSWERED | REFUSED:
            raise InvoiceProviderSilent(reason=f"HTTP {reply.status}")
        timestamp = reply.headers.get("x-timestamp", "")
        message = answer_text(reply.status, nonce, timestamp, reply.body)
        if not self._signer.signed(message, reply.headers.get("x-signature", "")):
            raise InvoiceProviderSilent(reason="应答的签名不对")
        if not timestamp.isascii() or not timestamp.isdigit() or abs(int(timestamp) - self._now().timestamp()) > OLDEST.total_seconds():
            raise InvoiceProviderSilent(reason="应答的时间戳超过 5 分钟")
        try:
            found = json.loads(reply.body)
        except ValueError as error:
            raise InvoiceProviderSilent(reason="应答不是 JSON") from error
        if not isinstance(found, dict):
            raise InvoiceProviderSilent(reason="应答不是 JSON")
        if reply.status in REFUSED:
            raise InvoiceProviderRefused(what=_text(found, "reason", 120) or f"HTTP {reply.status}")
        return found

    def _report(self, found: Mapping[str, Any], request_id: str) -> Report:
        try:
            said = Said(_text(found, "status", 20))
            if said is not Said.ISSUED:
                return Report(request_id, said, reason=_text(found, "reason", 160))
            return Report(
                _text(found, "request_id", 64), said, _text(found, "invoice_number", 30), dt.date.fromisoformat(_text(found, "invoice_date", 10)),
                parse_yuan(_text(found, "total", 24)), parse_yuan(_text(found, "tax", 24)), _text(found, "pdf_url", 400),
                _text(found, "pdf_sha256", 64),
            )  # fmt: skip
        except (ValueError, DomainError) as error:
            raise InvoiceProviderSilent(reason="应答缺少必要的内容") from error


def _text(found: Mapping[str, Any], name: str, limit: int) -> str:
    value = found.get(name, "")
    return value[:limit] if isinstance(value, str) else ""


def _document(paper: Paper) -> dict[str, Any]:
    """Amounts are yuan as text with two decimals: no float passes."""
    return {
        "request_id": paper.request_id, "kind": "red" if paper.original_number else "blue", "original_number": paper.original_number,
        "reason": paper.reason, "seller": {"name": paper.seller_name, "tax_number": paper.seller_tax_number},
        "buyer": {
            "kind": paper.buyer_kind, "name": paper.buyer_name, "tax_number": paper.buyer_tax_number,
            "identity": paper.buyer_identity, "email": paper.email,
        },
        "lines": [
            {
                "item": line.item, "tax_rate": str(line.tax_rate.normalize()), "amount": yuan(line.amount_fen), "tax": yuan(line.tax_fen),
                "service_from": line.service_from.isoformat(), "service_to": line.service_to.isoformat(),
            }
            for line in paper.lines
        ],
        "total": yuan(paper.total_fen), "tax": yuan(paper.tax_fen),
    }  # fmt: skip
