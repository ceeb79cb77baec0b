"""Publishing at ten times the size: what a property costs, what memory it takes, and proving the books afterwards.

The limit of ``growth_times`` is the time a tenth of the estate took in the same database, times ten. ``verify`` has no target
of its own: it is shown beside the bill that it proves.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.shell.verify import run_checks

from ..estate import Firm, found, settle, shares
from ..ground import analyse
from ..harness import Figure, Watch, measurement, note, noted, peak_mb
from .publishing import Stages, bill

MEMORY_MB = 600


@measurement("growth", "百万户的出账与发布：每户用时对照其中第一个十分之一，并核验全部账目", 1_000_000, by_itself=True)
def growth(properties: int) -> Iterator[Figure]:
    firm, tenth = found(), max(1, properties // 10)
    first, busy = _billed(firm, "甲", tenth)
    rest, busy_later = _billed(firm, "乙", properties - tenth) if properties > tenth else (0.0, 0.0)
    note(f"前 {tenth} 户 {first:.1f} s（处理器 {busy:.1f} s），其余 {rest:.1f} s（{busy_later:.1f} s）")
    note(f"内存 {peak_mb()} MB（不得超过 {MEMORY_MB} MB）")
    yield Figure("growth_times", properties, first + rest, first * properties / tenth, 1.3)
    watch = Watch()
    with watch:
        report = run_checks(firm.organisation.pk)
    note(f"核验 {sum(row.examined for row in report.checks)} 项：{watch.seconds:.1f} s；内存 {peak_mb()} MB")
    if not report.holds:
        raise DomainError("bench_books", "账目不符：{first}", first=report.first)


def _billed(firm: Firm, name: str, properties: int) -> tuple[float, float]:
    """Settle so many more and bill them: the seconds that took, and those the processors worked (other work on the machine
    lengthens the first only)."""
    with noted(f"建立 {properties} 户"):
        places = [settle(firm, f"{name}{n:04d}", share, 3 if n % 2 else 1) for n, share in enumerate(shares(properties))]
        analyse()
    stages, before = Stages.fresh(), worked()
    for place in places:
        bill(firm, place.pk, firm.month, stages)
    return stages.draft.seconds + stages.confirm.seconds + stages.publish.seconds, worked() - before


def worked() -> float:
    """Processor seconds of this process and of its database session, where the system tells them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    ticks = stat.read_text("ascii").rpartition(")")[2].split()[11:13] if stat.exists() else []
    return time.process_time() + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
