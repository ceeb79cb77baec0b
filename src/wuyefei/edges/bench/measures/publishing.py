"""Publishing beside the bare COPY of the finished rows.

Two equal sets of communities. In turn one of the first is drafted, confirmed and published, and the finished rows of its
twin are COPYed into the same table and committed, with all keys, checks, indexes and triggers of the table. Half of the
communities bill by the month, half by the quarter (three months priced, two of them deferred).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from wuyefei.foundation.access.models import Community
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import confirm_run, draft_run

from ..estate import Firm, found, settle, shares
from ..ground import analyse
from ..harness import Figure, Watch, measurement, note, noted, peak_mb

COLUMNS = (
    "organisation_id, community_id, run_id, contract_id, contract_line_id, property_id, payer_id, item_id, tariff_id, period,"
    " service_from, service_to, due_on, quantity, prices, convention, amount_fen, tax_rate, tax_fen, deferred_fen,"
    " late_fee_rate, late_fee_cap, allocation_order"
)
REST = "kind, memo, booked_at, outstanding_fen, late_fee_settled_fen, accrued_exact, accrued_to"


@dataclass
class Stages:
    """Time of each stage over all communities."""

    draft: Watch
    confirm: Watch
    publish: Watch
    bare: Watch

    @classmethod
    def fresh(cls) -> Stages:
        return cls(Watch(), Watch(), Watch(), Watch())


def bill(firm: Firm, community_id: int, month: Month, stages: Stages) -> int:
    """Draft, confirm and publish; returns the lines billed."""
    maker, checker = firm.maker, firm.checker
    with stages.draft:
        result = draft_run(community_id, month, actor=maker)
    assert result.run is not None
    with stages.confirm:
        request = confirm_run(result.run.pk, actor=maker)
    with stages.publish:
        decide(request.pk, approved=True, actor=checker)
    return result.line_count


def _finished_rows(firm: Firm, community_id: int) -> list[bytes]:
    """What publishing would write for the community, as COPY wants it."""
    run = draft_run(community_id, firm.month, actor=firm.maker).run
    assert run is not None
    with connection.cursor() as cursor, cursor.copy(
        f"""COPY (SELECT {COLUMNS}, 'run', '', '{clock.now().isoformat()}'::timestamptz, amount_fen, 0, 0, due_on
                  FROM billing_runline WHERE run_id = {run.pk} ORDER BY id) TO STDOUT"""
    ) as copy:
        text = b"".join(bytes(block) for block in copy)
    return _blocks(text)


def _blocks(text: bytes, size: int = 256 * 1024) -> list[bytes]:
    stream = io.BytesIO(text)
    return list(iter(lambda: stream.read(size), b""))


def _copy_in(blocks: list[bytes]) -> None:
    into = f"COPY billing_receivable ({COLUMNS}, {REST}) FROM STDIN"
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(into) as copy:
        for block in blocks:
            copy.write(block)


@measurement("publishing", "十万户各三项费用的出账与发布，对照直接 COPY 同样的应收行", 100_000)
def publishing(properties: int) -> Iterator[Figure]:
    firm = found()
    with noted(f"建立 2 × {properties} 户"):
        pairs = list(_twins(firm, properties))
        analyse()
    stages, lines = Stages.fresh(), 0
    for number, (ours, twin) in enumerate(pairs):
        for turn in (0, 1) if number % 2 else (1, 0):
            if turn:
                lines += bill(firm, ours.pk, firm.month, stages)
            else:
                blocks = _finished_rows(firm, twin.pk)
                with stages.bare:
                    _copy_in(blocks)
    draft, confirm, publish, bare = (watch.seconds for watch in (stages.draft, stages.confirm, stages.publish, stages.bare))
    note(f"{lines} 行；草稿 {draft:.1f} s，确认 {confirm:.1f} s，发布 {publish:.1f} s，直接 COPY {bare:.1f} s；内存 {peak_mb()} MB")
    yield Figure("publish_rate", properties, confirm + publish, bare, 0.8)
    yield Figure("draft_and_publish_rate", properties, draft + confirm + publish, bare, 0.55)


def _twins(firm: Firm, properties: int) -> Iterator[tuple[Community, Community]]:
    for number, share in enumerate(shares(properties)):
        cycle = 3 if number % 2 else 1
        yield settle(firm, f"甲{number:04d}", share, cycle), settle(firm, f"乙{number:04d}", share, cycle)
