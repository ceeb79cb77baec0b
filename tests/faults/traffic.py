"""A day of payments from outside: cashiers, wallets and approvers who try again until they are answered, whatever dies."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import psycopg
from django.conf import settings

from wuyefei.edges.sandbox.public import Counterpart, Lie, Sandbox

from .company import MOMENT

PATIENCE = 180.0
"""Seconds after which an act that nobody answers has failed."""
SILENCE: tuple[int, str] = (0, "")
GIVEN_UP = 20
"""One cashier in so many does not try again after silence, one notice in so many is never sent."""


@dataclass
class Day:
    """What happened, as those outside know it. ``taken``: payments acknowledged at the desk, by key; ``unsure``: tried, not
    answered, not tried again; ``told``: orders whose notice was taken; ``approved``: refunds acknowledged, by order."""

    sandbox: Sandbox
    port: Callable[[], int]
    database: str
    sessions: dict[str, str]
    dice: random.Random
    taken: dict[str, int] = field(default_factory=dict)
    unsure: dict[str, int] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)
    never_told: set[str] = field(default_factory=set)
    approved: dict[str, int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    silences: int = 0
    done: int = 0

    def __post_init__(self) -> None:
        self.waiting: deque[Callable[[], None]] = deque()
        self.lock = threading.Lock()
        self.open = 0

    def put(self, *acts: Callable[[], None]) -> None:
        with self.lock:
            self.waiting.extend(acts)
            self.open += len(acts)

    def work(self) -> None:
        """One of those outside: act after act until nothing is left to do."""
        while True:
            with self.lock:
                act = self.waiting.popleft() if self.waiting else None
                if act is None and not self.open:
                    return
            if act is None:
                time.sleep(0.02)
                continue
            try:
                act()
            except Exception as error:
                self.broken.append(repr(error))
            finally:
                with self.lock:
                    self.open -= 1
                    self.done += 1

    def begin(self, workers: int) -> list[threading.Thread]:
        threads = [threading.Thread(target=self.work, daemon=True) for _ in range(workers)]
        for thread in threads:
            thread.start()
        return threads

    def send(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, str]:
        """Status and words of the answer; ``SILENCE`` where none came."""
        line = http.client.HTTPConnection("127.0.0.1", self.port() or 1, timeout=30)
        try:
            line.request("POST", path, body, headers)
            answer = line.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return SILENCE
        finally:
            line.close()

    def post(self, who: str, path: str, form: dict[str, Any]) -> tuple[int, str]:
        token = "t" * 32
        cookies = f"{settings.SESSION_COOKIE_NAME}={self.sessions[who]}; {settings.CSRF_COOKIE_NAME}={token}"
        kind = "application/x-www-form-urlencoded"
        headers = {"Cookie": cookies, "X-CSRFToken": token, "Content-Type": kind, "Accept": "application/json"}
        return self.send(path, headers, urlencode(form, doseq=True).encode())

    def until(self, act: Callable[[], tuple[int, str]], taken: Callable[[int, str], bool], *, once: bool = False) -> bool:
        """Try until it is acknowledged; with ``once`` not again after the first that was not."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            status, words = act()
            if taken(status, words):
                return True
            assert status == 0 or status >= 500, f"{status} {words[:300]}"
            self.silences += 1
            if once:
                return False
            time.sleep(0.1)
        raise AssertionError(f"{status} {words[:300]}")

    def look(self, statement: str, *values: Any) -> Any:
        """One value as the database has it, once it answers."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                with psycopg.connect(self.database, autocommit=True) as found:
                    row = found.execute(statement.encode(), values).fetchone()
                    return row[0] if row else None
            except psycopg.OperationalError:
                time.sleep(0.2)
        raise AssertionError(statement)

    def pay_at_desk(self, number: int, home: tuple[int, int, int, int]) -> None:
        property_id, payer_id, bill, fen = home
        key, method = f"faults-desk-{number:08d}", ("scan", "cash", "card")[number % 3]
        form = {"property": property_id, "payer": payer_id, "bill": bill, "due_fen": fen, "client_key": key, method: f"{fen // 100}.{fen % 100:02d}"}
        once = number % GIVEN_UP == GIVEN_UP - 1
        if self.until(lambda: self.post("cashier", "/cashdesk/take", form), lambda status, words: status == 200 and "done" in json.loads(words), once=once):
            self.taken[key] = fen
        else:
            self.unsure[key] = fen

    def side(self, channel: str) -> Counterpart:
        return self.sandbox.wechat if channel == "wechat" else self.sandbox.alipay

    def pay_online(self, number: int, order: tuple[str, str, str, int, int], refund: bool) -> None:
        """The payer confirms in the wallet; the provider tells until it is heard, sometimes twice, sometimes never."""
        name, channel, token, bill, fen = order
        side = self.side(channel)
        side.pay(name, MOMENT)
        if number % GIVEN_UP == GIVEN_UP - 1:
            self.never_told.add(name)
            return

        def tell() -> tuple[int, str]:
            headers, body = side.notice(side.trades[name], Lie(at=MOMENT))
            return self.send(f"/pay/notify/{token}", headers, body)

        heard = lambda status, words: status == 200 and "fail" not in words  # noqa: E731
        for _ in range(1 + number % 4 // 3):
            self.until(tell, heard)
        self.told[name] = fen
        if refund:
            self.put(lambda: self.give_back(name, bill, fen))

    def give_back(self, name: str, bill: int, fen: int) -> None:
        """Somebody asks for the whole of it back, somebody else approves. Both look first, as people do who saw no answer."""
        payment = self.look("SELECT payment_id FROM channels_order WHERE number = %s", name)
        form = {"amount": f"{fen // 100}.{fen % 100:02d}", "method": "source", "reason": "收重了", "bill": bill}
        asked = lambda: self.look("SELECT id FROM channels_refund WHERE payment_id = %s", payment)  # noqa: E731
        self.until(
            lambda: (302, "") if asked() else self.post("finance", f"/refunds/new/{payment}", form), lambda status, words: status == 302
        )
        request = self.look("SELECT id FROM approvals_request WHERE kind = 'payment.refund' AND subject_id = %s", asked())
        state = lambda: self.look("SELECT state FROM approvals_request WHERE id = %s", request)  # noqa: E731
        self.until(
            lambda: (302, "") if state() == "approved" else self.post("lead", f"/approvals/{request}/approve", {"note": "核对无误"}),
            lambda status, words: status == 302 and state() == "approved",
        )
        self.approved[name] = fen
