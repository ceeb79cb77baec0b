"""What the worker does for this room: begin the waves that are due."""

from __future__ import annotations

from procrastinate.contrib.django import app

from wuyefei.foundation.platform.schedule import run_scheduled

WORK = "wuyefei.survey-waves"


@app.periodic(cron="10 1 * * *")
@app.task(name=WORK, queueing_lock=WORK)
def waves(timestamp: int) -> None:
    """At 1:10 UTC, which is 9:10 in China."""
    run_scheduled(WORK)
