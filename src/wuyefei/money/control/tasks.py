"""When samples are drawn."""

from __future__ import annotations

from procrastinate.contrib.django import app

from wuyefei.foundation.platform.schedule import run_scheduled

from .actions import ROUNDS


@app.periodic(cron="30 1 * * 1")
@app.task(name="wuyefei.control", queueing_lock="wuyefei.control")
def rounds(timestamp: int) -> None:
    """On Monday at 9:30 in China."""
    run_scheduled(ROUNDS)
