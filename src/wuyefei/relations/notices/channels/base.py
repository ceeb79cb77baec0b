"""What every carrier is asked and answers, and the outgoing request they share."""

from __future__ import annotations

import ipaddress
import json
import socket
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from wuyefei.foundation import environment

TIMEOUT = 10
MAX_ANSWER = 1_000_000


@dataclass(frozen=True)
class Parcel:
    """One message ready to go: ``key`` is ours and comes back with the receipt; ``params`` fill the carrier's template."""

    key: str
    to: str
    subject: str
    body: str
    params: list[str] = field(default_factory=list)
    data: dict[str, str] = field(default_factory=dict)
    template: str = ""
    picture: bytes = b""
    """A PNG to be shown inside the message where the carrier can; ``picture_words`` say the same."""
    picture_words: str = ""


class CarrierError(Exception):
    """The carrier did not take the parcel."""

    def __init__(self, reason: str) -> None:
        self.reason = reason[:120]
        super().__init__(self.reason)


class Throttled(CarrierError):
    """Not now: try the same parcel again after ``seconds``; it surely was not sent."""

    def __init__(self, reason: str, seconds: int = 60) -> None:
        self.seconds = seconds
        super().__init__(reason)


class Refused(CarrierError):
    """Not this parcel, ever: a wrong number, a blocked user."""


class Misconfigured(CarrierError):
    """The settings are wrong: nothing can be sent until somebody mends them; it surely was not sent."""


class Unclear(CarrierError):
    """The line broke after the request had gone out: it may have been sent, and is never sent again."""


class Carrier(Protocol):
    def send(self, parcel: Parcel) -> str:
        """Hand the parcel over; returns the carrier's own number for it. Raises a ``CarrierError``."""
        ...


def check_host(url: str) -> None:
    """Raises ``Misconfigured`` for an address that is not https to a public host; a demo may also talk to itself."""
    parts = urlsplit(url)
    if environment.demo_mode() and parts.hostname == "127.0.0.1":
        return
    if parts.scheme != "https" or not parts.hostname:
        raise Misconfigured("地址应以 https:// 开头")
    check_public(parts.hostname, parts.port or 443)


def check_public(host: str, port: int) -> None:
    """Raises ``Misconfigured`` where a name leads into a private network, ``Throttled`` where it leads nowhere."""
    if environment.demo_mode() and host == "127.0.0.1":
        return
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Throttled("找不到服务器") from error
    if any(not ipaddress.ip_address(row[4][0]).is_global for row in found):
        raise Misconfigured("不能使用内网地址")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def ask(url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> tuple[int, dict[str, Any]]:
    """A request and its answer as (status, JSON). What failed before the request left is ``Throttled``, what broke
    after it is ``Unclear``; redirects are not followed."""
    check_host(url)
    request = urllib.request.Request(url, data=body, headers=dict(headers or {}), method="POST" if body is not None else "GET")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
    try:
        with opener.open(request, timeout=TIMEOUT) as answer:
            return answer.status, _json(answer.read(MAX_ANSWER))
    except urllib.error.HTTPError as error:
        if error.code == 429:
            raise Throttled("对方限流") from error
        return error.code, _json(error.read(MAX_ANSWER))
    except urllib.error.URLError as error:
        if isinstance(error.reason, ConnectionRefusedError | socket.gaierror):
            raise Throttled("连不上服务器") from error
        raise Unclear("网络中断") from error
    except (OSError, TimeoutError) as error:
        raise Unclear("网络中断") from error


def _json(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
