"""The estate of the notices with a reminder's text, a gate of ours, and what the gate's machine does."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass

import pytest
from django.test import Client

from tests.relations.notices.conftest import Estate, estate, sandbox
from wuyefei.foundation.platform import clock
from wuyefei.relations.moments import actions
from wuyefei.relations.moments.public import Source, add_source, sign
from wuyefei.relations.notices.public import decide_version, save_version

__all__ = ["estate", "sandbox"]
TEXT = "{称呼}您好，{房号}{账期}{项目}{金额}元，到期日{到期日}。{企业}"


@dataclass
class Gate:
    """A gate's machine: it signs what it says with its secret, at its clock, each time with another nonce."""

    source: Source
    secret: str
    queued: list[str]

    def signed(self, body: bytes, *, late: int = 0, nonce: str = "", secret: str = "") -> str:
        stamp = int(clock.now().timestamp()) - late
        return sign(secret or self.secret, body, stamp, nonce or secrets.token_urlsafe(16))

    def post(self, body: bytes, header: str) -> tuple[int, dict[str, str]]:
        path = f"/moments/events/{self.source.hook}"
        found = Client(enforce_csrf_checks=True).post(path, body, content_type="application/json", headers={"X-Wuyefei-Signature": header})
        return found.status_code, json.loads(found.content)

    def passes(self, room: str) -> str:
        """Somebody of a room passes the gate; what came of it."""
        body = json.dumps({"event": "gate", "room": room}).encode()
        assert self.post(body, self.signed(body)) == (202, {"result": "accepted"})
        return actions.answer(self.queued.pop())


@pytest.fixture
def gate(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> Gate:
    made = save_version("remind", "sms", TEXT, carrier_template="1002", actor=estate["manager"])
    decide_version(made.pk, approved=True, actor=estate.world["relations"])
    source, secret = add_source(estate.world.community.pk, "南门", "gate", 2, actor=estate["admin"])
    queued: list[str] = []
    monkeypatch.setattr(actions.jobs, "queue_task", lambda name, sealed: queued.append(sealed))
    return Gate(source, secret, queued)
