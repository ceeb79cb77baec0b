"""App push by the firm's own address: a JSON request signed with HMAC-SHA256 over the moment and the body."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass

from wuyefei.foundation.platform import clock

from .base import Misconfigured, Parcel, Refused, Throttled, Unclear, ask

HEADER = "X-Wuyefei-Signature"
SKEW = 300
"""Seconds by which the moment of a signed call may differ."""


def sign(secret: str, body: bytes, timestamp: int) -> str:
    """``t=1790000000,v1=…``: what stands in the header of a call, ours or theirs."""
    proof = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={proof}"


def genuine(secret: str, body: bytes, header: str) -> bool:
    """Whether a call is signed with our secret and is of now."""
    stamp = header.partition(",")[0].removeprefix("t=")
    if not secret or not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
        return False
    fresh = abs(int(clock.now().timestamp()) - int(stamp)) <= SKEW
    return fresh and hmac.compare_digest(sign(secret, body, int(stamp)), header)


@dataclass(frozen=True)
class Webhook:
    url: str
    secret: str

    def send(self, parcel: Parcel) -> str:
        body = json.dumps({"key": parcel.key, "to": parcel.to, "title": parcel.subject, "body": parcel.body}, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", HEADER: sign(self.secret, body, int(clock.now().timestamp())), "Idempotency-Key": parcel.key}
        status, answer = ask(self.url, body, headers)
        if status in (200, 201, 202):
            return str(answer.get("id") or parcel.key)
        if status in (401, 403):
            raise Misconfigured("签名不被接受")
        if status in (404, 410, 422):
            raise Refused("没有这个用户")
        raise Throttled(f"对方回答 {status}") if status == 503 else Unclear(f"对方回答 {status}")
