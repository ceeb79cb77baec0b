"""The arrears ledger over many open receivables.

Its totals with the ageing, and the way down by place, beside their own statements sent alone; and its first page in a large
company beside the same page of one a tenth of the size in the same database.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..debts import indebted, read, send, statements_of
from ..estate import found
from ..ground import analyse
from ..harness import Figure, best_of, measurement, note, noted, timed

ROUNDS = 3
PAGES = ("/arrears/totals", "/arrears/places")


@measurement("arrears", "一百万笔未缴应收上的欠费台账：合计与账龄对照同样的 SQL 单独执行，首页对照十分之一大小的公司", 1_000_000)
def arrears(receivables: int) -> Iterator[Figure]:
    with noted(f"建立 {receivables} 笔未缴应收，另一家公司 {receivables // 10} 笔"):
        client = indebted(found("大测速物业"), receivables)
        small = indebted(found("小测速物业"), receivables // 10)
        analyse()
    reads = statements_of(client, *PAGES)
    pages, bare = best_of(ROUNDS, lambda: read(client, *PAGES), lambda: send(reads))
    for seconds, sql in sorted(((timed(lambda one=one: send([one])), one[0]) for one in reads), reverse=True)[:3]:  # type: ignore[misc]
        note(f"{seconds:6.2f} s  {' '.join(sql.split())[:90]}")
    yield Figure("arrears_times", receivables, pages, bare, 1.5)
    large, little = best_of(3 * ROUNDS, lambda: read(client, "/arrears/"), lambda: read(small, "/arrears/"))
    yield Figure("arrears_first_page_times", receivables, large, little, 1.3)
