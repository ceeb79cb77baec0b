"""What the worker does by itself: every five minutes, the batches whose time has come; every night, the habits; in the morning, those who
are habitually late."""

from __future__ import annotations

from procrastinate.contrib.django import app

from wuyefei.foundation.platform.schedule import run_scheduled

from .actions.debits import TASK, TOLD, tell_failed
from .actions.habits import RECKON
from .actions.reminding import RHYTHM
from .actions.running import rounds as due


@app.periodic(cron="*/5 * * * *")
@app.task(name="notices.rounds", queueing_lock="notices.rounds", pass_context=False)
def rounds(timestamp: int) -> None:
    """Start, go on, fall back."""
    due()


@app.periodic(cron="10 19 * * *")
@app.task(name=RECKON, queueing_lock=RECKON, pass_context=False)
def habits(timestamp: int) -> None:
    """At 19:10 UTC, which is 3:10 in China."""
    run_scheduled(RECKON)


@app.periodic(cron="0 2 * * *")
@app.task(name=RHYTHM, queueing_lock=RHYTHM, pass_context=False)
def late_reminders(timestamp: int) -> None:
    """At 2:00 UTC, which is 10:00 in China."""
    run_scheduled(RHYTHM)


@app.task(name=TASK)
def failed_debits(organisation_id: int) -> None:
    """When a bank's answer has come in."""
    tell_failed(organisation_id)


@app.periodic(cron="40 0-11 * * *")
@app.task(name=TOLD, queueing_lock=TOLD, pass_context=False)
def failed_debits_again(timestamp: int) -> None:
    """From 8:40 to 19:40 in China, whoever could not be told before."""
    run_scheduled(TOLD)
