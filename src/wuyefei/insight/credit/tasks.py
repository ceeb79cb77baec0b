"""When the ratings are worked out: once a night, after the classes whose facts they read."""

from __future__ import annotations

from procrastinate.contrib.django import app

from wuyefei.foundation.platform.schedule import run_scheduled

from .actions.reckoning import KIND


@app.periodic(cron="30 18 * * *")
@app.task(name="wuyefei.credit.ratings", queueing_lock="wuyefei.credit.ratings")
def nightly(timestamp: int) -> None:
    """At 02:30 in China: the queue's clock is UTC."""
    run_scheduled(KIND)
