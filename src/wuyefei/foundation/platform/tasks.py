"""What the worker's queue knows: one task that runs a job, and the rounds it makes by itself."""

from __future__ import annotations

from procrastinate.contrib.django import app

from . import jobs
from .schedule import run_scheduled


@app.task(name=jobs.TASK)
def run_job(job_id: int) -> None:
    jobs.run_job(job_id)


@app.periodic(cron="* * * * * */10")
@app.task(name="wuyefei.rounds", queueing_lock="wuyefei.rounds", pass_context=False)
def rounds(timestamp: int) -> None:
    """Every ten seconds: deliver events and take up what dead workers left."""
    run_scheduled(jobs.ROUNDS)
