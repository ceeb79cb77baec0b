"""A world whose community is paid online, and the two counterparts' notices put to the pages."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.test import Client

from tests.world import World
from wuyefei.edges.sandbox.public import Counterpart, Lie, Sandbox, Trade
from wuyefei.foundation.access.actor import PORTAL, Actor, service_actor
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.public import open_bills
from wuyefei.money.channels.public import Order, OrderRequest, start_order

NOON = dt.datetime(2026, 2, 14, 12, tzinfo=CHINA)
"""30 days after January's bills fell due: 250.00 owes 3.75 of late fee, the parking's 150.00 owes 2.25."""


@contextmanager
def at(sandbox: Sandbox, moment: dt.datetime) -> Iterator[None]:
    """The moment for both sides."""
    before = [side.clock for side in sandbox.counterparts]
    for side in sandbox.counterparts:
        side.clock = lambda: moment
    try:
        with clock.at(moment):
            yield
    finally:
        for side, was in zip(sandbox.counterparts, before, strict=True):
            side.clock = was


def portal(world: World) -> Actor:
    return service_actor(world.organisation.pk, PORTAL)


def request_for(world: World, channel: str, key: str, code: str = "1-1-101", **more: Any) -> OrderRequest:
    """Everything the owner of a flat owes on it today."""
    flat = world.flats[code]
    bills = open_bills(portal(world), clock.today(), property_ids=[flat.pk])
    facts: dict[str, Any] = {
        "property_id": flat.pk, "payer_id": bills[0].payer_id, "receivable_ids": tuple(bill.id for bill in bills),
        "due_fen": sum(bill.total_fen for bill in bills), "channel": channel, "client_key": key, "entry_point": "phone",
        "return_url": "http://testserver/back",
    }  # fmt: skip
    return OrderRequest(**(facts | more))


def begin(world: World, channel: str = "wechat", key: str = "key-0001", **more: Any) -> Order:
    return start_order(request_for(world, channel, key, **more), actor=portal(world))


def side_of(sandbox: Sandbox, channel: str) -> Counterpart:
    return sandbox.wechat if channel == "wechat" else sandbox.alipay


def open_trade(sandbox: Sandbox, order: Order) -> Trade:
    """The payer comes to the wallet: with Alipay's pages the trade only then begins."""
    side = side_of(sandbox, order.channel)
    if order.number not in side.trades:
        side.handle("GET", order.pay_url.removeprefix("/sandbox"), {}, b"")
    return side.trades[order.number]


def pay(sandbox: Sandbox, order: Order, at: dt.datetime | None = None) -> Trade:
    """The payer confirms in the wallet; nothing is told to us yet."""
    open_trade(sandbox, order)
    return side_of(sandbox, order.channel).pay(order.number, at or clock.now())


def deliver(sandbox: Sandbox, order: Order, lie: Lie | None = None, token: str = "") -> int:
    """The provider's notice arrives; whether it was taken is in the status."""
    side = side_of(sandbox, order.channel)
    lie = lie or Lie(at=clock.now())
    headers, body = side.notice(side.trades[order.number], lie)
    return post(token or order.setup.token, headers, body)


def post(token: str, headers: dict[str, str], body: bytes) -> int:
    kind = headers.pop("Content-Type")
    answer = Client().post(f"/pay/notify/{token}", data=body, content_type=kind, headers=headers)
    return 500 if answer.content == b"failure" else answer.status_code


def books_hold(world: World) -> None:
    report = run_checks(world.organisation.pk)
    assert report.holds, report.first


@contextmanager
def impostor() -> Iterator[str]:
    """Somebody who answers over TLS with a certificate that nobody vouches for; the address."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - dt.timedelta(days=1), now + dt.timedelta(days=1))
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as door:
        pem = Path(folder) / "own.pem"
        secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        pem.write_bytes(secret + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)

        def answer() -> None:
            # the caller hangs up on seeing the certificate
            with suppress(OSError), context.wrap_socket(door.accept()[0], server_side=True) as line:
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{door.getsockname()[1]}"
        thread.join(5)
