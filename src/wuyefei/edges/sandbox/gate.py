"""A gate's machine: a process of its own that signs and posts events to a running server, rightly and wrongly.

``python -m wuyefei.edges.sandbox.gate ADDRESS --room 1-1-101 --right 3 --wrong 2 --replayed 2 --late 1 --flood 50``; the
secret comes in the environment as ``GATE_SECRET``. It knows nothing of this program but what a maker of gates is told:
the address, the secret and how a call is signed. What was answered is printed as JSON: statuses by kind of call.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import http.client
import json
import os
import secrets
import sys
import time
from collections import Counter
from urllib.parse import urlsplit

HEADER = "X-Wuyefei-Signature"
KINDS = ("right", "wrong", "replayed", "late", "flood")
LATE = 3600
"""Seconds by which the moment of a late call is past."""


def proof(secret: str, body: bytes, moment: int, nonce: str) -> str:
    """HMAC-SHA256 over moment, nonce and body, as the page that shows a source's secret says."""
    mark = hmac.new(secret.encode(), b"%d.%s." % (moment, nonce.encode()) + body, hashlib.sha256).hexdigest()
    return f"t={moment},n={nonce},v1={mark}"


class Machine:
    def __init__(self, address: str, secret: str, event: str, room: str) -> None:
        parts = urlsplit(address)
        make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._line, self._path = make(parts.netloc, timeout=10), parts.path
        self._secret, self._body = secret, json.dumps({"event": event, "room": room}).encode()
        self._last = ""

    def call(self, kind: str) -> int:
        """Post one event of a kind; the status that came back."""
        moment = int(time.time()) - (LATE if kind == "late" else 0)
        secret = secrets.token_hex(16) if kind == "wrong" else self._secret
        header = self._last if kind == "replayed" and self._last else proof(secret, self._body, moment, secrets.token_urlsafe(16))
        if kind in ("right", "flood"):
            self._last = header
        self._line.request("POST", self._path, self._body, {"Content-Type": "application/json", HEADER: header})
        answer = self._line.getresponse()
        answer.read()
        return answer.status


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="gate")
    parser.add_argument("address")
    parser.add_argument("--event", default="gate", choices=("gate", "lift"))
    parser.add_argument("--room", required=True)
    for kind in KINDS:
        parser.add_argument(f"--{kind}", type=int, default=0)
    asked = parser.parse_args(words)
    machine = Machine(asked.address, os.environ["GATE_SECRET"], asked.event, asked.room)
    told = {kind: Counter(machine.call(kind) for _ in range(getattr(asked, kind))) for kind in KINDS}
    print(json.dumps({kind: {str(status): count for status, count in sorted(found.items())} for kind, found in told.items() if found}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
