"""What ``verify`` proves of transfers."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Sum

from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check
from wuyefei.money.billing.public import corrected_fen
from wuyefei.money.deposits.public import Handover

from .models import BillCut, Transfer


def conserved(organisation_id: int) -> Iterator[Yielded]:
    """The parts of every cut bill follow each other without a gap and add up to it, each with the right person."""
    rows = BillCut.objects.filter(transfer__organisation_id=organisation_id).select_related("transfer", "bill", "before", "after")
    corrected = corrected_fen(list(rows.values_list("bill_id", flat=True)))
    for row in rows.order_by("pk"):
        yield Examined(1)
        whole = row.bill.amount_fen + corrected.get(row.bill_id, 0)
        parts = [part for part in (row.before, row.after) if part is not None]
        total = sum(part.amount_fen for part in parts)
        if total != whole:
            what = Phrase("拆分后合计 {has}，原账单 {should}", has=yuan(total), should=yuan(whole))
            yield Finding("transfers.cuts", "transfers_billcut", row.pk, what)
        if (parts[0].service_from, row.after.service_to) != (row.bill.service_from, row.bill.service_to):
            yield Finding("transfers.cuts", "transfers_billcut", row.pk, "拆分后的起止日期与原账单不一致")
        if row.after.payer_id != row.transfer.buyer_id or row.after.service_from < row.transfer.on or row.bill.reversed_at is None:
            yield Finding("transfers.cuts", "transfers_billcut", row.pk, "过户后的日子没有记在新业主名下，或原账单没有红冲")


def carried_out(organisation_id: int) -> Iterator[Yielded]:
    """What was carried out is what was approved: the bills and the prepayment of the plan."""
    done = Transfer.objects.filter(organisation_id=organisation_id, state__in=[Transfer.State.DONE, Transfer.State.UNDONE])
    for row in done.order_by("pk"):
        yield Examined(1)
        has = sorted(row.cuts.values_list("bill_id", flat=True))
        moved = row.homes.aggregate(fen=Sum("moved_fen"))["fen"] or 0
        if has != sorted(bill[0] for bill in row.plan["bills"]) or moved != sum(fen for _home, fen in row.plan["held"]) or not _handed(row):
            yield Finding("transfers.plan", "transfers_transfer", row.pk, "办理的账单、预存或押金与复核时看到的不一致")


def _handed(row: Transfer) -> bool:
    """Whether every deposit of the plan went from the former owner to the new one with what was held of it."""
    plan = [tuple(one) for one in row.plan.get("deposits", [])]
    went = Handover.objects.filter(deposit__in=[pk for pk, _fen in plan], before=row.seller_id, after=row.buyer_id)
    return set(plan) <= set(went.values_list("deposit_id", "held_fen"))


def register() -> None:
    register_check("transfers.cuts", "过户拆分的账单合计不变，日期相接", conserved)
    register_check("transfers.plan", "过户办理的正是复核通过的", carried_out)
