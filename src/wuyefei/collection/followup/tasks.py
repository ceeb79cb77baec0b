"""When cases are worked out of the books, the day's steps drafted and old files destroyed: once a night, after the classes."""

from __future__ import annotations

from procrastinate.contrib.django import app

from wuyefei.foundation.platform.schedule import run_scheduled

from .actions import forgetting, reckoning, steps


@app.periodic(cron="40 18 * * *")
@app.task(name="wuyefei.followup.cases", queueing_lock="wuyefei.followup.cases")
def nightly(timestamp: int) -> None:
    """At 02:40 in China: the queue's clock is UTC."""
    run_scheduled(reckoning.KIND)


@app.periodic(cron="0 19 * * *")
@app.task(name="wuyefei.followup.steps", queueing_lock="wuyefei.followup.steps")
def steps_nightly(timestamp: int) -> None:
    """At 03:00 in China, after the cases."""
    run_scheduled(steps.KIND)


@app.periodic(cron="20 20 * * *")
@app.task(name="wuyefei.followup.files", queueing_lock="wuyefei.followup.files")
def files_nightly(timestamp: int) -> None:
    """At 04:20 in China."""
    run_scheduled(forgetting.KIND)
