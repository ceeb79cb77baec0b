"""What the worker does for this room: send a code, and forget old ones every night."""

from __future__ import annotations

from procrastinate.contrib.django import app

from wuyefei.foundation.platform.schedule import run_scheduled

from .actions import delivery
from .actions.codes import FORGET


@app.task(name=delivery.TASK)
def send_code(challenge: str, sealed: str) -> None:
    delivery.deliver(challenge, sealed)


@app.periodic(cron="20 19 * * *")
@app.task(name=FORGET, queueing_lock=FORGET)
def forget(timestamp: int) -> None:
    """At 19:20 UTC, which is 3:20 in China."""
    run_scheduled(FORGET)
