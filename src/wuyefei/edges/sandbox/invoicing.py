"""The counterpart of an invoice provider: it checks every signature, keeps what it issued, and misbehaves on command.

What it issues has no tax effect. States of a document there: processing → issued | failed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.money.invoices.public import SANDBOX_PATH, answer_text, digest, request_text

from .counterpart import Reply
from .keyring import INVOICE_APP

FRESH = 300
"""How old, in seconds, a request's timestamp may be."""
PAPER = "沙箱数电票（无税务效力）\n发票号码：{number}\n开票日期：{date}\n购买方：{buyer}\n价税合计：{total}\n税额：{tax}\n"


@dataclass
class Document:
    """A document as the provider has it; amounts are yuan as text."""

    request_id: str
    kind: str
    buyer: str
    total: str
    tax: str
    original: str = ""
    status: str = "issued"
    number: str = ""
    date: str = ""
    reason: str = ""

    @property
    def paper(self) -> bytes:
        return PAPER.format(number=self.number, date=self.date, buyer=self.buyer, total=self.total, tax=self.tax).encode()


@dataclass
class InvoiceFaults:
    """How answers go wrong until it is taken back."""

    status: int = 0
    """Every answer has this status and no content."""
    slow_seconds: float = 0
    silent_puts: int = 0
    """So many documents are issued, but their answer never comes."""
    lost_puts: int = 0
    """So many documents never arrive: nothing is kept, and no answer comes."""
    refuse: str = ""
    """Why every document fails."""
    processing: int = 0
    """So many questions find a document still under way."""
    lie_total: str = ""
    lie_number: str = ""
    unsigned: bool = False
    wrong_nonce: bool = False
    clock_shift: dt.timedelta = dt.timedelta()


class InvoiceCounterpart:
    """One account at the provider. ``url``: where its papers are opened."""

    def __init__(self, secret: str, seller: str) -> None:
        self.secret, self.seller, self.url = secret, seller, ""
        self.documents: dict[str, Document] = {}
        self.nonces: set[str] = set()
        self.faults = InvoiceFaults()
        self.clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
        self.lock = threading.RLock()

    def handle(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        sent = {name.lower(): value for name, value in headers.items()}
        if method == "GET" and path.startswith("/papers/"):
            return self._paper(path.removeprefix("/papers/"))
        if self.faults.status:
            return Reply(self.faults.status, {}, b"")
        with self.lock:
            wrong = self._wrong(method, path, sent, body)
            if wrong:
                return self._say(401, {"reason": wrong}, sent)
            if (method, path) == ("GET", "/v1/account"):
                return self._say(200, {"tax_number": self.seller}, sent)
            if (method, path) == ("POST", "/v1/invoices"):
                return self._put(json.loads(body), sent)
            if method == "GET" and path.startswith("/v1/invoices/"):
                return self._tell(path.removeprefix("/v1/invoices/"), sent)
        return self._say(404, {"status": "unknown", "reason": "没有这个接口"}, sent)

    def _wrong(self, method: str, path: str, sent: dict[str, str], body: bytes) -> str:
        """What is wrong with a request's signature, age or nonce; empty where nothing is."""
        timestamp, nonce = sent.get("x-timestamp", ""), sent.get("x-nonce", "")
        if sent.get("x-app-key") != INVOICE_APP:
            return "没有这个应用"
        should = self._sign(request_text(method, path, timestamp, nonce, body))
        if not hmac.compare_digest(should, sent.get("x-signature", "")):
            return "签名不对"
        if not timestamp.isdigit() or abs(int(timestamp) - self.clock().timestamp()) > FRESH:
            return "时间戳过期"
        if not nonce or nonce in self.nonces:
            return "随机串用过了"
        self.nonces.add(nonce)
        return ""

    def _sign(self, message: bytes) -> str:
        return hmac.digest(self.secret.encode(), message, "sha256").hex()

    def _say(self, status: int, content: dict[str, Any], sent: dict[str, str]) -> Reply:
        body = json.dumps(content, ensure_ascii=False).encode()
        timestamp = str(int((self.clock() + self.faults.clock_shift).timestamp()))
        nonce = "another" if self.faults.wrong_nonce else sent.get("x-nonce", "")
        signature = "" if self.faults.unsigned else self._sign(answer_text(status, nonce, timestamp, body))
        return Reply(status, {"Content-Type": "application/json", "X-Timestamp": timestamp, "X-Signature": signature}, body)

    def _put(self, content: dict[str, Any], sent: dict[str, str]) -> Reply:
        request_id = content["request_id"]
        if sent.get("idempotency-key") != request_id:
            return self._say(400, {"reason": "幂等键与申请号不符"}, sent)
        if self.faults.lost_puts:
            self.faults.lost_puts -= 1
            return Reply(504, {}, b"")
        known = self.documents.get(request_id)
        if known is None or known.status == "failed":
            wrong = self._unfit(content)
            if wrong:
                return self._say(422, {"reason": wrong}, sent)
            known = self.documents[request_id] = self._made(content)
        if self.faults.silent_puts:
            self.faults.silent_puts -= 1
            return Reply(504, {}, b"")
        return self._tell(request_id, sent)

    def _unfit(self, content: dict[str, Any]) -> str:
        """What a tax bureau would refuse: a stranger as seller, sums that do not add up, a red letter of nothing or too much."""
        if content["seller"]["tax_number"] != self.seller:
            return "销售方税号与账号不符"
        for name, of in (("total", "amount"), ("tax", "tax")):
            if _cents(content[name]) != sum(_cents(line[of]) for line in content["lines"]):
                return "各行与合计不符"
        if content["kind"] == "red":
            original = next((one for one in self.documents.values() if one.number and one.number == content["original_number"]), None)
            if original is None:
                return "没有这张原发票"
            taken = sum(_cents(one.total) for one in self.documents.values() if one.original == original.number and one.status == "issued")
            if _cents(original.total) + taken + _cents(content["total"]) < 0:
                return "红冲金额超过原发票"
        return ""

    def _made(self, content: dict[str, Any]) -> Document:
        made = Document(
            content["request_id"], content["kind"], content["buyer"]["name"], content["total"], content["tax"], content["original_number"]
        )
        if self.faults.refuse:
            made.status, made.reason = "failed", self.faults.refuse
            return made
        made.number = f"26{secrets.randbelow(10**18):018d}"
        made.date = self.clock().astimezone(CHINA).date().isoformat()
        return made

    def _tell(self, request_id: str, sent: dict[str, str]) -> Reply:
        found = self.documents.get(request_id)
        if found is None:
            return self._say(404, {"request_id": request_id, "status": "unknown"}, sent)
        if self.faults.processing:
            self.faults.processing -= 1
            return self._say(202, {"request_id": request_id, "status": "processing"}, sent)
        content = {
            "request_id": request_id, "status": found.status, "reason": found.reason, "invoice_number": self.faults.lie_number or found.number,
            "invoice_date": found.date, "total": self.faults.lie_total or found.total, "tax": found.tax,
            "pdf_url": f"{self.url}{SANDBOX_PATH}/papers/{found.number}" if found.number else "", "pdf_sha256": hashlib.sha256(found.paper).hexdigest(),
        }  # fmt: skip
        return self._say(200, content, sent)

    def _paper(self, number: str) -> Reply:
        found = next((one for one in self.documents.values() if one.number and one.number == number), None)
        if found is None:
            return Reply(404, {}, b"")
        return Reply(200, {"Content-Type": "text/plain; charset=utf-8", "X-Digest": digest(found.paper)}, found.paper)

    def kept(self) -> list[dict[str, Any]]:
        with self.lock:
            return [asdict(one) for one in self.documents.values()]

    def take_up(self, rows: list[dict[str, Any]]) -> None:
        """Documents of an earlier run."""
        self.documents |= {row["request_id"]: Document(**row) for row in rows}


def _cents(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    whole, _, part = text.lstrip("-").partition(".")
    return sign * (int(whole) * 100 + int(part.ljust(2, "0")))
