"""When the rounds of the room are made."""

from __future__ import annotations

from procrastinate.contrib.django import app

from wuyefei.foundation.platform.schedule import run_scheduled

from .actions.sending import ROUNDS


@app.periodic(cron="* * * * * */20")
@app.task(name="wuyefei.invoices", queueing_lock="wuyefei.invoices")
def rounds(timestamp: int) -> None:
    """Every twenty seconds."""
    run_scheduled(ROUNDS)
