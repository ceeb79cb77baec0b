"""When the channels are reconciled."""

from __future__ import annotations

from procrastinate.contrib.django import app

from wuyefei.foundation.platform.schedule import run_scheduled

from .actions import ROUNDS


@app.periodic(cron="20 3 * * *")
@app.task(name="wuyefei.reconciliation", queueing_lock="wuyefei.reconciliation")
def rounds(timestamp: int) -> None:
    """At 11:20 in China, when both providers have the day before ready."""
    run_scheduled(ROUNDS)
