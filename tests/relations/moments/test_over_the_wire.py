"""A gate's machine in a process of its own against a running server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.world import make_world
from wuyefei.relations.moments import actions
from wuyefei.relations.moments.models import Nonce, Tally
from wuyefei.relations.moments.public import add_source

pytestmark = [pytest.mark.wide, pytest.mark.django_db(transaction=True)]
SOURCES = Path(__file__).resolve().parents[3] / "src"


def machine(address: str, secret: str, **calls: int) -> dict[str, dict[str, int]]:
    """Let the machine make its calls; statuses by kind."""
    words = [word for kind, count in calls.items() for word in (f"--{kind}", str(count))]
    done = subprocess.run(
        [sys.executable, "-m", "wuyefei.edges.sandbox.gate", address, "--room", "1-1-101", *words],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCES), "GATE_SECRET": secret}, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    found: dict[str, dict[str, int]] = json.loads(done.stdout)
    return found


def test_events_right_wrong_replayed_late_and_flooding(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only genuine, fresh, first calls are queued; a flood is cut off at the minute's number, whatever comes of it then."""
    world = make_world()
    source, secret = add_source(world.community.pk, "南门", "gate", 2, actor=world["admin"])
    queued: list[str] = []
    monkeypatch.setattr(actions.jobs, "queue_task", lambda name, sealed: queued.append(sealed))
    monkeypatch.setattr(actions, "PER_MINUTE", 40)
    address = f"{live_server.url}/moments/events/{source.hook}"
    first = machine(address, secret, right=3, wrong=4, replayed=2, late=2)
    assert first == {"right": {"202": 3}, "wrong": {"403": 4}, "replayed": {"409": 2}, "late": {"403": 2}}
    assert (len(queued), Nonce.objects.count()) == (3, 3)
    assert machine(address, secret, flood=60) == {"flood": {"202": 37, "429": 23}}
    assert machine(address, "another", right=5) == {"right": {"403": 5}}
    assert machine(address + "x", secret, right=1) == {"right": {"404": 1}}
    assert (len(queued), Nonce.objects.count()) == (40, 40)
    assert {actions.answer(sealed) for sealed in queued} == {"nothing_due"}
    assert [(row.outcome, row.count) for row in Tally.objects.all()] == [("nothing_due", 40)]
