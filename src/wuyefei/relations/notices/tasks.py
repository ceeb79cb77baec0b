"""What the worker does by itself: every five minutes, the batches whose time has come; every night, the habits."""

from __future__ import annotations

from procrastinate.contrib.django import app

from wuyefei.foundation.platform.schedule import run_scheduled

from .actions.habits import RECKON
from .actions.running import rounds as due


@app.periodic(cron="*/5 * * * *")
@app.task(name="notices.rounds", queueing_lock="notices.rounds", pass_context=False)
def rounds(timestamp: int) -> None:
    """Start, go on, fall back."""
    due()


@app.periodic(cron="10 19 * * *")
@app.task(name=RECKON, queueing_lock=RECKON, pass_context=False)
def habits(timestamp: int) -> None:
    """At 19:10 UTC, which is 3:10 in China."""
    run_scheduled(RECKON)
