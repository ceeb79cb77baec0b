"""``worker``: runs what pages and commands have queued, and the rounds that come by the clock."""

from __future__ import annotations

import argparse

from wuyefei.foundation.platform.lifeline import end_with

from . import boot
from .boot import Outcome
from .speech import said


def worker(args: argparse.Namespace) -> Outcome:
    """Run until stopped; with ``--once`` until nothing is waiting."""
    if args.attached:
        end_with(args.attached)
    boot.ready()
    from wuyefei.foundation.platform.jobs import retry_stalled
    from wuyefei.foundation.platform.schedule import run_scheduled
    from wuyefei.money.billing.public import RELEASE

    again = retry_stalled(args.stalled_after)
    released = run_scheduled(RELEASE)
    if again:
        boot.tell(said("接手了 {again} 项因进程中断而停下的任务。", again=again))
    boot.tell(said("正在处理后台任务，按 Ctrl+C 停止。") if not args.once else said("正在处理等待中的后台任务。"))
    _run(once=args.once, concurrency=args.concurrency)
    return Outcome({"taken_up": again, "released": released}, said("后台任务已停止。") if not args.once else said("没有等待中的任务了。"))


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

    from wuyefei.foundation.platform.schedule import run_scheduled
    from wuyefei.money.billing.public import RELEASE

    @app.periodic(cron="7 * * * *")
    @app.task(name=RELEASE, queueing_lock=RELEASE)
    def hourly(timestamp: int) -> None:
        run_scheduled(RELEASE)
