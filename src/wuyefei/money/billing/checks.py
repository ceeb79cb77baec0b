"""What ``verify`` proves of runs and receivables."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Sum

from wuyefei.estate.tariffs.rules.public import proved
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import Phrase, joined
from wuyefei.foundation.kernel.money import tax_included, yuan
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded
from wuyefei.money.ledger.public import Account, control

from .actions.runs import lines_digest
from .fees import cache_into, facts_of
from .models import Deferral, Receivable, Run
from .proving import changes_by_month
from .rules.drafting import thawed_prices
from .rules.proration import Convention, charge_by_month

BATCH, MANY = 2_000, 20_000
COMPARED = ("未收本金", "已收违约金", "违约金累计", "累计至")


ALIKE = ("kind", "service_from", "service_to", "quantity", "prices", "convention", "amount_fen", "tax_rate", "tax_fen")


def frozen_inputs(organisation_id: int) -> Iterator[Yielded]:
    """Every receivable's amount and tax follow from its own frozen price, quantity and days.

    Rows that agree in all of these are computed once: a large community has few different flats.
    """
    rows = Receivable.objects.filter(organisation_id=organisation_id)
    found: list[Finding] = []
    for alike in rows.values(*ALIKE).annotate(rows=Count("pk")).order_by().iterator(chunk_size=BATCH):
        yield Examined(alike.pop("rows"))
        what = _computed_otherwise(Receivable(**alike))
        if what:
            wrong = rows.filter(**alike).values_list("pk", flat=True)
            found += [Finding("billing.amount", "billing_receivable", row_id, what) for row_id in wrong]
    yield from sorted(found, key=lambda finding: int(finding.row_id))


def _computed_otherwise(row: Receivable) -> str:
    if row.kind == Receivable.Kind.RUN:
        span = Span(row.service_from, row.service_to)
        months = charge_by_month(span, row.quantity, thawed_prices(row.prices), Convention(row.convention))
        amount = sum(fen for _, fen in months)
        wrong = next((price for price in row.prices if "how" in price and _unproved(price)), None)
        if wrong is not None:
            return Phrase("{since} 起的价格与它的来历不符", since=wrong["since"])
        if amount != row.amount_fen:
            return Phrase("金额 {amount_fen}，按冻结的单价、数量、天数应为 {amount}", amount_fen=yuan(row.amount_fen), amount=yuan(amount))
    tax = tax_included(row.amount_fen, row.tax_rate)
    return "" if tax == row.tax_fen else Phrase("税额 {tax_fen}，应为 {tax}", tax_fen=yuan(row.tax_fen), tax=yuan(tax))


def _unproved(price: dict[str, Any]) -> bool:
    """Whether a frozen price is not what its own formula, lease, number of people or season comes to."""
    return not proved(price["how"], dt.date.fromisoformat(price["since"]), Decimal(price["per_unit"]), Decimal(price["fixed"]))


@dataclass(slots=True)
class _Kept:
    """What of a receivable bears on its mutable columns, and these."""

    pk: int
    amount_fen: int
    due_on: dt.date
    late_fee_rate: Decimal | None
    reversed_at: dt.datetime | None
    outstanding_fen: int
    late_fee_settled_fen: int
    accrued_exact: Decimal
    accrued_to: dt.date

    @property
    def mutable(self) -> tuple[int, int, Decimal, dt.date]:
        return self.outstanding_fen, self.late_fee_settled_fen, self.accrued_exact, self.accrued_to


_NEXT = """
SELECT id, outstanding_fen = amount_fen AND late_fee_settled_fen = 0 AND accrued_exact = 0 AND accrued_to = due_on
FROM billing_receivable WHERE organisation_id = %s AND id > %s ORDER BY id LIMIT %s
"""
"""The second column: as it was booked, so that nothing may have happened to it."""
_KEPT = """
SELECT id, amount_fen, due_on, late_fee_rate, reversed_at, outstanding_fen, late_fee_settled_fen, accrued_exact, accrued_to
FROM billing_receivable WHERE id = ANY(%s) ORDER BY id
"""


def outstanding(organisation_id: int) -> Iterator[Yielded]:
    """Outstanding, late fee settled and the accrual cache of every receivable follow from its facts.

    One that is as it was booked, and to which nothing happened, agrees with what ``cache_into`` would give and is not read.
    """
    last = 0
    while ids := dict(_fetched(_NEXT, [organisation_id, last, MANY])):
        yield Examined(len(ids))
        facts = facts_of(list(ids))
        happened = [pk for pk, fresh in ids.items() if not fresh or pk in facts.changes or pk in facts.settled]
        for columns in _fetched(_KEPT, [happened]) if happened else ():
            row = _Kept(*columns)
            has = row.mutable
            cache_into(row, facts.changes[row.pk], facts.holds[row.pk], facts.settled[row.pk])
            if has != row.mutable:
                yield Finding("billing.outstanding", "billing_receivable", row.pk, _differs(has, row.mutable))
        last = max(ids)


def _fetched(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _differs(has: tuple[object, ...], should: tuple[object, ...]) -> str:
    parts = []
    for name, first, second in zip(COMPARED, has, should, strict=True):
        if first != second:
            shown = (yuan(first), yuan(second)) if isinstance(first, int) and isinstance(second, int) else (first, second)
            parts.append(Phrase("{what} {has}，应为 {should}", what=name, has=shown[0], should=shown[1]))
    return joined(parts)


def runs(organisation_id: int) -> Iterator[Yielded]:
    """Every run's rows are those that were confirmed: count, sum and hash."""
    for run in Run.objects.filter(organisation_id=organisation_id, state__in=[Run.State.CONFIRMED, Run.State.PUBLISHED]).order_by("pk"):
        table = "billing_receivable" if run.state == Run.State.PUBLISHED else "billing_runline"
        count, amount, digest = lines_digest(table, run.pk)
        yield Examined(1)
        if run.state == Run.State.CONFIRMED and not count:
            continue  # unlogged drafts lost in a crash: publishing refuses, the draft is computed again
        if (count, amount, digest) != (run.line_count, run.amount_fen, run.lines_hash):
            what = Phrase("{table}：{count} 行 {amount}，确认时为 {line_count} 行 {amount_fen}，或某行被改动", table=table, count=count, amount=yuan(amount), line_count=run.line_count, amount_fen=yuan(run.amount_fen))
            yield Finding("billing.runs", "billing_run", run.pk, what)


def billed_once(organisation_id: int) -> Iterator[Yielded]:
    """No day of a contract line is charged twice."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, line, first, before FROM (
                 SELECT id, contract_line_id AS line, service_from AS first,
                   lag(service_to) OVER (PARTITION BY contract_line_id, prices->0->'share' ORDER BY service_from, id) AS before
                 FROM billing_receivable WHERE organisation_id = %s AND contract_line_id IS NOT NULL AND reversed_at IS NULL) r
               WHERE before >= first ORDER BY id""",
            [organisation_id],
        )
        found = cursor.fetchall()
    yield Examined(Receivable.objects.filter(organisation_id=organisation_id, contract_line__isnull=False).count())
    yield from _shares_at_most_whole(organisation_id)
    for row_id, line, first, before in found:
        yield Finding("billing.once", "billing_receivable", row_id, Phrase("合同计费行 {line} 自 {first} 起与上一笔（至 {before}）重叠", line=line, first=first, before=before))


_SHARED = """
SELECT r.id, r.contract_line_id, r.service_from, sum(COALESCE((o.prices->0->'share'->>1)::numeric - (o.prices->0->'share'->>0)::numeric, 1)
  / COALESCE((o.prices->0->'share'->>2)::numeric, 1)) FROM billing_receivable r
JOIN billing_receivable o ON o.contract_line_id = r.contract_line_id AND o.reversed_at IS NULL
  AND r.service_from BETWEEN o.service_from AND o.service_to
WHERE r.organisation_id = %s AND r.reversed_at IS NULL AND r.contract_line_id IN (
  SELECT contract_line_id FROM billing_receivable WHERE organisation_id = %s AND prices->0 ? 'share')
GROUP BY 1, 2, 3 HAVING sum(COALESCE((o.prices->0->'share'->>1)::numeric - (o.prices->0->'share'->>0)::numeric, 1)
  / COALESCE((o.prices->0->'share'->>2)::numeric, 1)) > 1.000001 ORDER BY 1
"""
"""On the first day of each bill of a line that several pay, the shares billed; more than one whole is too much."""


def _shares_at_most_whole(organisation_id: int) -> Iterator[Yielded]:
    for row_id, line, first, total in _fetched(_SHARED, [organisation_id, organisation_id]):
        what = Phrase("合同计费行 {line} 在 {first} 各人份额合计 {total}，超过了一份", line=line, first=first, total=str(total.normalize()))
        yield Finding("billing.once", "billing_receivable", row_id, what)


def _by_community(rows: Iterator[tuple[int, int]]) -> dict[int, int]:
    sums: dict[int, int] = defaultdict(int)
    for community_id, fen in rows:
        sums[community_id] += fen
    return sums


def receivable_control(organisation_id: int) -> Iterator[Yielded]:
    """Account 1122 equals what is outstanding."""
    rows = Receivable.objects.filter(organisation_id=organisation_id).values_list("community_id").annotate(Sum("outstanding_fen"))
    yield from control("billing.control", organisation_id, Account.RECEIVABLE, _by_community(iter(rows)), name="应收账款")


def deferred_control(organisation_id: int) -> Iterator[Yielded]:
    """Account 2204 equals the deferrals not yet released, and each run deferred what its receivables say."""
    waiting = Deferral.objects.filter(organisation_id=organisation_id, released_entry_id__isnull=True)
    rows = waiting.values_list("community_id").annotate(Sum("net_fen"))
    owed = {community_id: -fen for community_id, fen in _by_community(iter(rows)).items()}
    yield from control("billing.deferred", organisation_id, Account.DEFERRED, owed, name="合同负债")
    runs = Receivable.objects.filter(organisation_id=organisation_id, run__isnull=False).values_list("run_id")
    said = dict(runs.annotate(Sum("deferred_fen")))
    kept = dict(
        Deferral.objects.filter(organisation_id=organisation_id, source_kind="run").values_list("source_id").annotate(Sum("net_fen"))
    )
    for run_id in sorted({*said, *kept}):
        yield Examined(1)
        if said.get(run_id, 0) != kept.get(run_id, 0):
            what = Phrase("递延收入 {has}，应收各行合计 {should}", has=yuan(kept.get(run_id, 0)), should=yuan(said.get(run_id, 0)))
            yield Finding("billing.deferred", "billing_run", run_id, what)
    anew = Receivable.objects.filter(organisation_id=organisation_id, run__isnull=True, deferred_fen__gt=0)
    held = dict(
        Deferral.objects.filter(organisation_id=organisation_id, source_kind="rebill").values_list("source_id").annotate(Sum("net_fen"))
    )
    for row_id, fen in anew.values_list("pk", "deferred_fen").order_by("pk"):
        yield Examined(1)
        if held.get(row_id, 0) != fen:
            what = Phrase("递延收入 {has}，应收各行合计 {should}", has=yuan(held.get(row_id, 0)), should=yuan(fen))
            yield Finding("billing.deferred", "billing_receivable", row_id, what)


def register() -> None:
    from wuyefei.foundation.shell.verify import register_check

    register_check("billing.amount", "应收金额可由冻结的单价、数量、天数重算", frozen_inputs)
    register_check("billing.outstanding", "未收金额与违约金可由往来重算", outstanding)
    register_check("billing.runs", "每次出账的账单行与确认时一致", runs)
    register_check("billing.once", "没有重复出账的日子", billed_once)
    register_check("billing.control", "应收账款总账等于明细", receivable_control)
    register_check("billing.deferred", "合同负债总账等于明细", deferred_control)
    register_check("billing.changes", "调整按账单的月份递延，更正等于两份价格之差", changes_by_month)


