"""``worker``: runs what pages and commands have queued, and the rounds that come by the clock."""

from __future__ import annotations

import argparse
import logging

from wuyefei.foundation.kernel.dates import Month

from . import boot
from .boot import Outcome

log = logging.getLogger("wuyefei.worker")


def worker(args: argparse.Namespace) -> Outcome:
    """Run until stopped; with ``--once`` until nothing is waiting."""
    boot.ready()
    from wuyefei.foundation.platform.jobs import retry_stalled

    again = retry_stalled(args.stalled_after)
    released = release_due_income()
    if again:
        boot.tell(f"接手了 {again} 项因进程中断而停下的任务。")
    boot.tell("正在处理后台任务，按 Ctrl+C 停止。" if not args.once else "正在处理等待中的后台任务。")
    _run(once=args.once, concurrency=args.concurrency)
    return Outcome({"taken_up": again, "released": released}, "后台任务已停止。" if not args.once else "没有等待中的任务了。")


def _run(*, once: bool, concurrency: int) -> None:
    from procrastinate.contrib.django import app

    _schedule()
    with app.replace_connector(app.connector.get_worker_connector()) as running:  # type: ignore[attr-defined]
        running.run_worker(
            wait=not once, concurrency=concurrency, delete_jobs="successful", install_signal_handlers=True,
            fetch_job_polling_interval=2.0,
        )  # fmt: skip


def _schedule() -> None:
    from procrastinate.contrib.django import app

    @app.periodic(cron="7 * * * *")
    @app.task(name="wuyefei.release_income", queueing_lock="wuyefei.release_income")
    def hourly(timestamp: int) -> None:
        release_due_income()


def release_due_income() -> int:
    """Turn deferred income whose month has come into income, community by community; returns how many had any."""
    from wuyefei.foundation.access.actor import SYSTEM, service_actor
    from wuyefei.foundation.access.models import Community
    from wuyefei.foundation.kernel.errors import DomainError
    from wuyefei.foundation.platform import clock
    from wuyefei.money.billing.public import release_income

    released = 0
    for community in Community.objects.order_by("pk"):
        try:
            entry = release_income(
                community.pk, Month.of(clock.today()), actor=service_actor(community.organisation_id, SYSTEM)
            )
        except DomainError as error:
            log.warning("%s: %s", community.name, error.text)
            continue
        released += entry is not None
    return released
