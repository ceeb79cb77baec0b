"""The rounds of the room: orders without a callback are asked for, expired ones closed, refunds sent and asked for."""

from __future__ import annotations

from procrastinate.contrib.django import app

from .actions.orders import sweep
from .actions.refunds import sweep_refunds


@app.periodic(cron="* * * * * */20")
@app.task(name="wuyefei.channels", queueing_lock="wuyefei.channels")
def rounds(timestamp: int) -> None:
    """Every twenty seconds."""
    sweep()
    sweep_refunds()
