"""One request to a provider: encrypted, to a public address, once, within seconds."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from wuyefei.foundation import environment

from .base import ProviderError

TIMEOUT_SECONDS = 8
LARGEST = 64 * 2**20
"""The most of an answer that is read: a day's bill of a large merchant, in bytes."""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes


def _address(host: str, port: int) -> str:
    """The address to connect to, looked up once, so that it cannot change between the check and the call."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ProviderError(reason="域名无法解析") from error
    addresses = [str(row[4][0]) for row in found]
    if not environment.demo_mode() and not all(ipaddress.ip_address(address).is_global for address in addresses):
        raise ProviderError(reason="目标是内部网络地址，已拒绝访问")
    return addresses[0]


class _Pinned(http.client.HTTPSConnection):
    """Encrypted to the named host, at an address chosen before."""

    def __init__(self, host: str, port: int, address: str) -> None:
        context = ssl.create_default_context()
        super().__init__(host, port, timeout=TIMEOUT_SECONDS, context=context)
        self._pinned, self._tls = address, context

    def connect(self) -> None:
        plain = socket.create_connection((self._pinned, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "对方的证书不可信，可能不是支付渠道本身，或本机时间不准"
    return "超时" if isinstance(error, TimeoutError) else "连接中断"


def send(method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
    """Send it and read the answer; redirects are not followed. Raises ``ProviderError`` for silence and private addresses."""
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    if not host or not (secure or (parts.scheme == "http" and environment.demo_mode())):
        raise ProviderError(reason="地址不是 HTTPS")
    port = parts.port or (443 if secure else 80)
    address = _address(host, port)
    connection: http.client.HTTPConnection = (
        _Pinned(host, port, address) if secure else http.client.HTTPConnection(address, port, timeout=TIMEOUT_SECONDS)
    )
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, target, body=body or None, headers={"Host": parts.netloc, **headers})
        answer = connection.getresponse()
        content = answer.read(LARGEST + 1)
    except (OSError, http.client.HTTPException) as error:
        raise ProviderError(reason=_why(error)) from error
    finally:
        connection.close()
    if len(content) > LARGEST:
        raise ProviderError(reason="应答过大")
    return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, content)
