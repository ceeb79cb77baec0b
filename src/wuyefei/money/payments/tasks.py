"""When prepayments are offset: once a night, before the classes."""

from __future__ import annotations

from procrastinate.contrib.django import app

from wuyefei.foundation.platform.schedule import run_scheduled

from .actions.prepaid import NIGHTLY


@app.periodic(cron="0 18 * * *")
@app.task(name="wuyefei.prepaid_offset", queueing_lock="wuyefei.prepaid_offset")
def nightly(timestamp: int) -> None:
    """At 02:00 in China: the queue's clock is UTC."""
    run_scheduled(NIGHTLY)
