"""When lists are drawn up: once a night, after the cases and the day's steps."""

from __future__ import annotations

from procrastinate.contrib.django import app

from wuyefei.foundation.platform.schedule import run_scheduled

from .actions import KIND


@app.periodic(cron="10 19 * * *")
@app.task(name="wuyefei.drives.lists", queueing_lock="wuyefei.drives.lists")
def nightly(timestamp: int) -> None:
    """At 03:10 in China: the queue's clock is UTC."""
    run_scheduled(KIND)
