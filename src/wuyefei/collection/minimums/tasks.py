"""When minimums are looked at: once a night, after the cases and the day's steps."""

from __future__ import annotations

from procrastinate.contrib.django import app

from wuyefei.foundation.platform.schedule import run_scheduled

from .actions import KIND


@app.periodic(cron="20 19 * * *")
@app.task(name="wuyefei.minimums.watch", queueing_lock="wuyefei.minimums.watch")
def nightly(timestamp: int) -> None:
    """At 03:20 in China: the queue's clock is UTC."""
    run_scheduled(KIND)
