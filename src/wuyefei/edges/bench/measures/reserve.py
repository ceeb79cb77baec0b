"""A quarter's bad-debt reserve drafted beside bare SQL that ages what is open now and adds it up.

The limit writes the same table, with its checks, index and trigger, by one INSERT … SELECT a community, and reads one sum by age. It
neither takes back what was booked since the quarter ended, nor looks for large debts.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection, transaction

from wuyefei.foundation.access.models import Community
from wuyefei.foundation.platform import clock
from wuyefei.money.reserve.public import (
    DEFAULT_TERMS,
    LARGE_FEN,
    Line,
    Quarter,
    Run,
    discard,
    draft_run,
    facts_of,
)

from ..debts import indebted
from ..estate import Firm, found
from ..ground import analyse
from ..harness import Figure, Watch, measurement, note, noted

ROUNDS = 2
LINES = """
INSERT INTO reserve_line (run_id, community_id, receivable_id, payer_id, bucket, single, outstanding_fen, reserve_fen)
SELECT %(run)s, community_id, id, payer_id, bucket, false, outstanding_fen, round(outstanding_fen * (%(rates)s::numeric[])[bucket + 1])
FROM (SELECT *, CASE WHEN age >= 731 THEN 5 WHEN age >= 366 THEN 4 WHEN age >= 181 THEN 3 WHEN age >= 91 THEN 2 WHEN age >= 0 THEN 1 ELSE 0 END AS bucket
  FROM (SELECT id, community_id, payer_id, outstanding_fen, %(day)s::date - due_on AS age FROM billing_receivable
    WHERE community_id = %(community)s AND outstanding_fen > 0 AND booked_at < %(after)s) a) b"""
SUMS = "SELECT bucket, count(*), sum(outstanding_fen), sum(reserve_fen) FROM reserve_line WHERE run_id = %(run)s GROUP BY bucket"


@measurement("reserve", "一百万笔未缴应收上计提坏账准备，对照按现在的欠费直接计算并写入同一张表的 SQL", 1_000_000)
def reserve(receivables: int) -> Iterator[Figure]:
    firm, quarter = found(), Quarter.of(clock.today()).plus(-1)
    with noted(f"建立 {receivables} 笔未缴应收"):
        indebted(firm, receivables, each_pays=True)
        analyse()
    places = list(Community.objects.filter(organisation=firm.organisation).order_by("pk"))
    ours, bare, lines = Watch(), Watch(), 0
    for _turn in range(ROUNDS):
        made = []
        for place in places:
            with ours:
                made.append(draft_run(place.pk, quarter, actor=firm.maker))
        lines = Line.objects.filter(run__in=made).count()
        for run in made:
            discard(run.pk, actor=firm.maker)
        for place in places:
            run = _twin(firm, place, quarter)
            facts = facts_of(place.pk, quarter.last, DEFAULT_TERMS) | {"run": run.pk}
            with bare, transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(LINES, facts)
                cursor.execute(SUMS, facts)
                cursor.fetchall()
            discard(run.pk, actor=firm.maker)
    note(f"{lines} 笔明细")
    yield Figure("reserve_times", receivables, ours.seconds, bare.seconds, 2)


def _twin(firm: Firm, place: Community, quarter: Quarter) -> Run:
    return Run.objects.create(
        organisation=firm.organisation, community=place, as_of=quarter.last, large_fen=LARGE_FEN, made_by_id=firm.maker.user_id, made_at=clock.now()
    )
