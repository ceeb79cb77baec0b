"""What the worker does by itself: every five minutes, the batches whose time has come."""

from __future__ import annotations

from procrastinate.contrib.django import app

from .actions.running import rounds as due


@app.periodic(cron="*/5 * * * *")
@app.task(name="notices.rounds", queueing_lock="notices.rounds", pass_context=False)
def rounds(timestamp: int) -> None:
    """Start, go on, fall back."""
    due()
