"""The rounds of the room: orders without a callback are asked for, expired ones closed."""

from __future__ import annotations

from procrastinate.contrib.django import app

from .actions.orders import sweep


@app.periodic(cron="* * * * * */20")
@app.task(name="wuyefei.channels", queueing_lock="wuyefei.channels")
def rounds(timestamp: int) -> None:
    """Every twenty seconds."""
    sweep()
