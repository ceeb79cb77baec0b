"""Signed calls: what is signed, how old a call may be, and what it must say. Pure: the moment is an argument."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from enum import StrEnum

from wuyefei.foundation.kernel.errors import DomainError

SKEW = 300
"""Seconds by which the moment of a call may differ from ours."""
SIZE = 4096
PER_MINUTE = 600
"""Genuine calls of one source that are taken in a minute: a machine that repeats itself does not fill the queue."""
PER_DAY = 200
MOST_PER_DAY = 5000
GAP_DAYS = 7
"""Days between two reminders of one person that events bring about."""
_HEADER = re.compile(r"t=(\d{10}),n=([A-Za-z0-9_-]{16,64}),v1=([0-9a-f]{64})")
_ROOM = 40


class Event(StrEnum):
    """What happened: somebody passed a gate, or used a lift."""

    GATE = "gate"
    LIFT = "lift"


EVENT_NAMES: dict[Event, str] = {Event.GATE: "门禁", Event.LIFT: "电梯"}


class BadSignature(DomainError):
    code = "bad_signature"
    message = "签名不对，或者不是五分钟之内的请求。"


class Replayed(DomainError):
    code = "replayed"
    message = "这个请求已经收到过。"


class TooMany(DomainError):
    code = "too_many"
    message = "一分钟内的请求太多，请过一分钟再发。"


class BadCall(DomainError):
    code = "bad_call"
    message = "请求应为 JSON：event 为 gate 或 lift，room 为房号。"


@dataclass(frozen=True, slots=True)
class Call:
    """What a genuine call says."""

    event: Event
    room: str


def sign(secret: str, body: bytes, timestamp: int, nonce: str) -> str:
    """The header of a call: ``t=1790000000,n=<nonce>,v1=<hex>``; HMAC-SHA256 over moment, nonce and body."""
    proof = hmac.new(secret.encode(), f"{timestamp}.{nonce}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},n={nonce},v1={proof}"


def nonce_of(secret: str, body: bytes, header: str, now: int) -> str:
    """The nonce of a call that is signed with the secret and of now. Raises ``BadSignature`` for any other."""
    match = _HEADER.fullmatch(header)
    if not secret or match is None or abs(now - int(match[1])) > SKEW:
        raise BadSignature()
    if not hmac.compare_digest(sign(secret, body, int(match[1]), match[2]), header):
        raise BadSignature()
    return match[2]


def call_of(body: bytes) -> Call:
    """What the body says. Raises ``BadCall``."""
    try:
        found = json.loads(body)
    except ValueError as error:
        raise BadCall() from error
    if not isinstance(found, dict):
        raise BadCall()
    event, room = found.get("event"), found.get("room")
    if event not in list(Event) or not isinstance(room, str) or not 0 < len(room.strip()) <= _ROOM:
        raise BadCall()
    return Call(Event(event), room.strip())


OUTCOMES: dict[str, str] = {
    "sent": "已提醒", "unsure": "不确定", "failed": "没有送达", "unknown_room": "没有这个房号", "nothing_due": "没有要缴的",
    "no_consent": "没有同意", "recent": "七天内提醒过", "day_full": "当天名额已满", "today_already": "当天已提醒", "not_ready": "没有可用的渠道或模板",
    "no_address": "没有联系方式", "guarded": "守卫不允许",
}  # fmt: skip
"""What came of an event, as counted."""


def outcome_of(code: str) -> str:
    """The counted outcome of a code: every rule of the guard is one."""
    return code if code in OUTCOMES else "guarded"
