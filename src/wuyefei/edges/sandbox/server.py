"""The counterparts behind one loopback address, with a door for the wallet."""

from __future__ import annotations

import contextlib
import json
import logging
import threading
import time
import urllib.error
import urllib.request
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from wuyefei.money.invoices.public import SANDBOX_PATH

from .account import ACCOUNT_PATHS
from .alipay import AlipayCounterpart
from .counterpart import Counterpart, Reply, Trade
from .install import SELLER
from .invoicing import InvoiceCounterpart
from .keyring import Keyring
from .wechat import WeChatCounterpart

log = logging.getLogger("wuyefei.sandbox")
NOTICE_TRIES = (0.0, 1.0, 3.0, 10.0)
"""Seconds before each try of a notice that is not taken."""


class Sandbox:
    """The two counterparts and their server. ``folder``: where trades outlive a restart, if they should."""

    def __init__(self, keys: Keyring, *, port: int = 0, site_url: str = "", folder: Path | None = None) -> None:
        self.wechat, self.alipay = WeChatCounterpart(keys, site_url), AlipayCounterpart(keys, site_url)
        self.counterparts: tuple[Counterpart, ...] = (self.wechat, self.alipay)
        self.invoices = InvoiceCounterpart(keys.invoice_secret, SELLER)
        self._papers = folder / "sandbox-invoices.json" if folder else None
        self._file = folder / "sandbox-trades.json" if folder else None
        self._load()
        sandbox = self

        class Door(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                sandbox.answer(self)

            def do_POST(self) -> None:
                sandbox.answer(self)

            def log_message(self, format: str, *args: object) -> None:
                log.debug(format, *args)

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Door)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.wechat.port = self.alipay.port = self.port
        self.invoices.url = self.url

    def start(self) -> Sandbox:
        threading.Thread(target=self.server.serve_forever, name="sandbox", daemon=True).start()
        return self

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, door: BaseHTTPRequestHandler) -> None:
        body = door.rfile.read(int(door.headers.get("Content-Length") or 0))
        method = door.command
        if door.path.startswith("/control/"):
            reply = self._control(method, door.path.removeprefix("/control/"))
        elif door.path.startswith(ACCOUNT_PATHS):
            time.sleep(self.wechat.faults.slow_seconds)
            reply = self.wechat.account.handle(door.path) if not self.wechat.faults.status else Reply(self.wechat.faults.status, {}, b"")
        elif door.path.startswith("/jsapi?"):
            trade = self.wechat.handed_over(dict(parse_qsl(urlsplit(door.path).query)))
            reply = Reply(200 if trade else 403, {"Content-Type": "application/json"}, json.dumps({"id": trade.id if trade else ""}).encode())
        elif door.path.startswith(f"{SANDBOX_PATH}/"):
            time.sleep(self.invoices.faults.slow_seconds)
            reply = self.invoices.handle(method, door.path.removeprefix(SANDBOX_PATH), dict(door.headers), body)
            self._save()
        else:
            side = self.wechat if door.path.startswith("/v3/") else self.alipay
            time.sleep(side.faults.slow_seconds)
            reply = side.handle(method, door.path, dict(door.headers), body)
            self._save()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            door.send_response(reply.status)
            for name, value in reply.headers.items():
                door.send_header(name, value)
            door.send_header("Content-Length", str(len(reply.body)))
            door.end_headers()
            door.wfile.write(reply.body)

    def _control(self, method: str, rest: str) -> Reply:
        """``GET <id>``: the trade for its wallet page; ``POST <id>/pay``: the payer confirms, and the notice goes out.

        ``?how=half``: only half is paid; ``?how=silent``: no notice is sent.
        """
        rest, _, query = rest.partition("?")
        trade_id, _, act = rest.partition("/")
        for side in self.counterparts:
            trade = side.by_id(trade_id)
            if trade is None:
                continue
            if method == "POST" and act == "pay":
                try:
                    side.pay(trade.number, share=2 if query == "how=half" else 1)
                except ValueError:
                    return Reply(409, {}, b"{}")
                self._save()
                if query != "how=silent":
                    self.notify(side, trade)
            return Reply(200, {"Content-Type": "application/json"}, json.dumps(asdict(trade)).encode())
        return Reply(404, {}, b"{}")

    def notify(self, side: Counterpart, trade: Trade) -> None:
        """Send the notice beside, and again while it is not taken."""
        if side.faults.drop_notices or not trade.notify_url:
            return
        threading.Thread(target=self._notify, args=(side, trade), daemon=True).start()

    def _notify(self, side: Counterpart, trade: Trade) -> None:
        for wait in NOTICE_TRIES:
            time.sleep(wait)
            if send_notice(trade.notify_url, *side.notice(trade)):
                return

    def _load(self) -> None:
        if self._papers is not None and self._papers.exists():
            self.invoices.take_up(json.loads(self._papers.read_text("utf-8")))
        if self._file is None or not self._file.exists():
            return
        for row in json.loads(self._file.read_text("utf-8")):
            trade = Trade(**row)
            side = self.wechat if trade.channel == "wechat" else self.alipay
            side.trades[trade.number] = trade

    def keep_in(self, folder: Path) -> None:
        """Put the trades and papers where the next server of this folder finds them, in place of what lies there."""
        self._file, self._papers = folder / "sandbox-trades.json", folder / "sandbox-invoices.json"
        self._save()

    def _save(self) -> None:
        if self._file is None or self._papers is None:
            return
        with self.wechat.lock, self.alipay.lock, self.invoices.lock:
            trades = [asdict(trade) for side in self.counterparts for trade in side.trades.values()]
            for path, rows in ((self._file, trades), (self._papers, self.invoices.kept())):
                draft = path.with_suffix(".tmp")
                draft.write_text(json.dumps(rows), "utf-8")
                draft.replace(path)


def send_notice(url: str, headers: dict[str, str], body: bytes, timeout: float = 10) -> bool:
    """Whether the notice was taken."""
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310
            return answer.status < 300 and b"fail" not in answer.read().lower()
    except (urllib.error.URLError, OSError):
        return False

