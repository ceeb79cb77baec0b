"""What ``verify`` proves of costs and of distributions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check
from wuyefei.money.bank.public import BankLine
from wuyefei.money.billing.public import Receivable
from wuyefei.money.ledger.public import Account, control
from wuyefei.money.payments.public import Payment

from .models import Cost, Event, Matter
from .queries.costs import sums_by_matter


def sums(organisation_id: int) -> Iterator[Yielded]:
    """1221.2 is what is laid out and not decided on, 6602.1 what is borne; in no matter is more decided on than was laid out."""
    rows = Cost.objects.filter(organisation_id=organisation_id)
    places = dict(Matter.objects.filter(pk__in=rows.values("matter_id")).values_list("pk", "community_id"))
    waits: dict[int, int] = defaultdict(int)
    borne: dict[int, int] = defaultdict(int)
    for pk, one in sorted(sums_by_matter(rows).items()):
        yield Examined(1)
        waits[places[pk]] += one.waiting_fen
        borne[places[pk]] += one.cost_fen
        if one.waiting_fen < 0 or one.cost_fen < 0:
            yield Finding("legal.costs", Matter._meta.db_table, pk, Phrase("还在垫付 {waits}，由我方负担 {borne}，不应为负", waits=yuan(one.waiting_fen), borne=yuan(one.cost_fen)))
    yield from control("legal.costs", organisation_id, Account.ADVANCED, dict(waits), name="代垫诉讼费")
    yield from control("legal.costs", organisation_id, Account.LAWSUITS, dict(borne), name="诉讼费用")


def sources(organisation_id: int) -> Iterator[Yielded]:
    """Every bill for costs comes from an award of its payer; every refund by bank is that line; what went out was decided on by a second person."""
    table = Cost._meta.db_table
    awarded = Cost.objects.filter(organisation_id=organisation_id, receivable__isnull=False)
    known = set(awarded.values_list("receivable_id", flat=True))
    bills = Receivable.objects.filter(organisation_id=organisation_id, item__nature=ChargeItem.Nature.ADVANCE)
    for bill in bills.exclude(pk__in=known).order_by("pk").values_list("pk", flat=True):
        yield Finding("legal.cost_sources", Receivable._meta.db_table, bill, "代垫费用的账单没有对应的案件")
    for row in Cost.objects.filter(organisation_id=organisation_id).select_related("receivable", "line", "matter", "reverses").order_by("pk"):
        yield Examined(1)
        wrong = _source(row)
        if wrong:
            yield Finding("legal.cost_sources", table, row.pk, wrong)


def _source(row: Cost) -> str:
    if row.receivable is not None:
        bill = row.receivable
        return "" if (bill.amount_fen, bill.payer_id) == (row.amount_fen, row.matter.person_id) else "账单的金额、缴费人与登记的不一致"
    if row.reverses is not None:
        same = (row.reverses.move, row.reverses.amount_fen, row.reverses.matter_id) == (row.move, row.amount_fen, row.matter_id)
        return "" if same and row.request_id else "冲回的与原来登记的不一致"
    if row.line is None:
        return "" if row.request_id else "没有第二个人复核"
    undone = Cost.objects.filter(reverses=row).exists()
    if not undone and (row.line.state, row.line.amount_fen) != (BankLine.State.COURT, row.amount_fen):
        return "银行流水的金额、状态与退费不一致"
    return ""


def dividends(organisation_id: int) -> Iterator[Yielded]:
    """What a distribution brought is a payment of the payer, named once, of the sum that was noted."""
    events = Event.objects.filter(organisation_id=organisation_id, kind="dividend").select_related("matter").order_by("pk")
    payments = {row.pk: row for row in Payment.objects.filter(pk__in=[event.facts["payment"] for event in events])}
    seen: set[int] = set()
    for event in events:
        yield Examined(1)
        found = payments.get(event.facts["payment"])
        if found is None or found.pk in seen or (found.payer_id, found.amount_fen) != (event.matter.person_id, event.facts["amount_fen"]):
            yield Finding("legal.dividends", Event._meta.db_table, event.pk, "分配款与收款不一致，或认定了两次")
        seen.add(event.facts["payment"])


def register() -> None:
    register_check("legal.costs", "法务：代垫和负担的费用与总账", sums)
    register_check("legal.cost_sources", "法务：每笔费用的出处", sources)
    register_check("legal.dividends", "法务：分配款与收款", dividends)
