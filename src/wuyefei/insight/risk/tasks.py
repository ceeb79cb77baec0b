"""When the classes are worked out: once a night."""

from __future__ import annotations

from procrastinate.contrib.django import app

from wuyefei.foundation.platform.schedule import run_scheduled

from .actions import KIND


@app.periodic(cron="20 18 * * *")
@app.task(name="wuyefei.risk.classes", queueing_lock="wuyefei.risk.classes")
def nightly(timestamp: int) -> None:
    """At 02:20 in China: the queue's clock is UTC."""
    run_scheduled(KIND)
