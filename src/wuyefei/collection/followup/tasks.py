"""When cases are worked out of the books: once a night, after the classes."""

from __future__ import annotations

from procrastinate.contrib.django import app

from wuyefei.foundation.platform.schedule import run_scheduled

from .actions.reckoning import KIND


@app.periodic(cron="40 18 * * *")
@app.task(name="wuyefei.followup.cases", queueing_lock="wuyefei.followup.cases")
def nightly(timestamp: int) -> None:
    """At 02:40 in China: the queue's clock is UTC."""
    run_scheduled(KIND)
