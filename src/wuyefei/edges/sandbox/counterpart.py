"""What both counterparts share: trades, and how the next answers and notices are to go wrong."""

from __future__ import annotations

import base64
import datetime as dt
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from wuyefei.foundation.kernel.dates import CHINA

from .keyring import Keyring


@dataclass
class Trade:
    """An order as the provider has it. States: open → paid | closed. ``id``: what its wallet page is addressed by."""

    channel: str
    number: str
    amount_fen: int
    subject: str
    notify_url: str
    return_url: str
    expires_at: str
    id: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    state: str = "open"
    transaction_id: str = ""
    paid_at: str = ""
    refunds: dict[str, int] = field(default_factory=dict)

    @property
    def paid_moment(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.paid_at)


@dataclass(frozen=True)
class Lie:
    """What one notice says wrongly; the plain ``Lie()`` tells the truth."""

    amount_fen: int | None = None
    merchant: str = ""
    app: str = ""
    number: str = ""
    currency: str = "CNY"
    forged: bool = False
    """Signed with a key that is not the provider's."""
    altered: bool = False
    """Changed after it was signed."""
    at: dt.datetime | None = None
    nonce: str = ""
    serial: str = ""
    state: str = ""
    transaction_id: str = ""


@dataclass
class Faults:
    """How answers to our requests go wrong until it is taken back. ``slow_seconds``: each answer waits that long."""

    status: int = 0
    slow_seconds: float = 0
    unsigned: bool = False
    wrong_key: bool = False
    clock_shift: dt.timedelta = dt.timedelta()
    drop_notices: bool = False
    refund_failures: int = 0
    """So many refunds are not accepted (the merchant's balance is too low)."""
    refund_slow: bool = False
    """Refunds stay under way until asked for twice."""


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes


class Counterpart:
    """One provider, as far as merchants can see it."""

    channel = ""

    def __init__(self, keys: Keyring, site_url: str = "") -> None:
        self.keys, self.site_url = keys, site_url
        self.trades: dict[str, Trade] = {}
        self.faults = Faults()
        self.clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
        self.lock = threading.RLock()
        self._platform = _load(keys.platform_private)
        self._merchant = serialization.load_pem_public_key(keys.merchant_public.encode())
        self._stranger: rsa.RSAPrivateKey | None = None

    def now(self) -> dt.datetime:
        return self.clock() + self.faults.clock_shift

    def sign(self, message: bytes, *, forged: bool = False) -> str:
        key = self._platform
        if forged:
            self._stranger = self._stranger or rsa.generate_private_key(public_exponent=65537, key_size=2048)
            key = self._stranger
        return base64.b64encode(key.sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()

    def from_merchant(self, message: bytes, signature: str) -> bool:
        assert isinstance(self._merchant, rsa.RSAPublicKey)
        try:
            self._merchant.verify(base64.b64decode(signature), message, padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True

    def open(self, trade: Trade) -> Trade:
        """A new trade, or the one there is under its number."""
        with self.lock:
            return self.trades.setdefault(trade.number, trade)

    def by_id(self, trade_id: str) -> Trade | None:
        with self.lock:
            return next((trade for trade in self.trades.values() if secrets.compare_digest(trade.id, trade_id)), None)

    def pay(self, number: str, at: dt.datetime | None = None, share: int = 1) -> Trade:
        """The payer confirms in the wallet; with ``share`` 2 only half the money comes.

        Raises ``ValueError`` for a trade that is closed or expired.
        """
        with self.lock:
            trade = self.trades[number]
            moment = at or self.now()
            if trade.state == "closed" or (trade.expires_at and moment > dt.datetime.fromisoformat(trade.expires_at)):
                raise ValueError("closed")
            if trade.state == "open":
                trade.amount_fen //= share
                trade.state, trade.transaction_id = "paid", f"42{secrets.randbelow(10**26):026d}"
                trade.paid_at = moment.astimezone(CHINA).isoformat(timespec="seconds")
            return trade

    def refund(self, trade: Trade, number: str, fen: int) -> str:
        """``done``, ``under_way`` or why not. Never more than was paid; the same number again is the same refund."""
        with self.lock:
            if number not in trade.refunds:
                if self.faults.refund_failures:
                    self.faults.refund_failures -= 1
                    return "NOT_ENOUGH"
                if trade.state != "paid" or sum(trade.refunds.values()) + fen > trade.amount_fen:
                    return "INVALID_REQUEST"
                trade.refunds[number] = fen
                return "under_way" if self.faults.refund_slow else "done"
            return "done" if trade.refunds[number] == fen else "INVALID_REQUEST"

    def notice(self, trade: Trade, lie: Lie = Lie()) -> tuple[dict[str, str], bytes]:  # noqa: B008
        """Headers and body of the notice of a paid trade."""
        raise NotImplementedError

    def handle(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply:
        """The answer to a merchant's request."""
        raise NotImplementedError


def fee_of(fen: int) -> str:
    """What the provider keeps of a payment: 0.60 %, in yuan."""
    return yuan_of((fen * 6 + 500) // 1000)


def yuan_of(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _load(text: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(text.encode(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key
