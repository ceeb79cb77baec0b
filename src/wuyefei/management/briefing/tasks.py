"""What the worker does for this room: send the morning's briefs."""

from __future__ import annotations

from procrastinate.contrib.django import app

from wuyefei.foundation.platform.schedule import run_scheduled

WORK = "wuyefei.daily-brief"


@app.periodic(cron="30 0 * * *")
@app.task(name=WORK, queueing_lock=WORK)
def send(timestamp: int) -> None:
    """At 0:30 UTC, which is 8:30 in China."""
    run_scheduled(WORK)
