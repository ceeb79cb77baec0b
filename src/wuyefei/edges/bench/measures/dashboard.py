"""The dashboard over many open receivables, beside its bare SQL.

The page is opened by a signed-in manager; the limit is the page's own statements sent one after another without it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..debts import indebted, read, send, statements_of
from ..estate import found
from ..ground import analyse
from ..harness import Figure, best_of, measurement, note, noted, timed

ROUNDS = 3


@measurement("dashboard", "一百万笔未缴应收上的收缴分析页，对照同样的 SQL 单独执行", 1_000_000)
def dashboard(receivables: int) -> Iterator[Figure]:
    with noted(f"建立 {receivables} 笔未缴应收"):
        client = indebted(found(), receivables)
        analyse()
    reads = statements_of(client, "/analysis/")
    page, bare = best_of(ROUNDS, lambda: read(client, "/analysis/"), lambda: send(reads))
    for seconds, sql in sorted(((timed(lambda one=one: send([one])), one[0]) for one in reads), reverse=True)[:3]:  # type: ignore[misc]
        note(f"{seconds:6.2f} s  {' '.join(sql.split())[:90]}")
    yield Figure("dashboard_times", receivables, page, bare, 1.5)
