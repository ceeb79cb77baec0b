"""What ``verify`` proves of deposits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.db import connection
from django.db.models import Sum

from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check
from wuyefei.money.billing.public import Receivable
from wuyefei.money.ledger.public import Account, control

from .models import Deposit, Handover, Return
from .queries import with_money

_GIVEN = """
SELECT t.id, t.refund_fen, t.deduct_fen, t.state, COALESCE(d.s, 0), COALESCE(m.refund, 0), COALESCE(m.deducted, 0), t.made_by_id = t.decided_by_id
FROM deposits_return t
LEFT JOIN (SELECT given_back_id, sum(amount_fen) s FROM deposits_deduction GROUP BY 1) d ON d.given_back_id = t.id
LEFT JOIN (SELECT given_back_id, -sum(amount_fen) FILTER (WHERE kind = 'refund') refund, -sum(amount_fen) FILTER (WHERE kind = 'deducted') deducted
           FROM deposits_move GROUP BY 1) m ON m.given_back_id = t.id
WHERE t.organisation_id = %s ORDER BY t.id
"""


def held(organisation_id: int) -> Iterator[Yielded]:
    """2241.1 is what is held, and what was billed and is not paid yet; no deposit is below zero."""
    found: dict[int, int] = defaultdict(int)
    rows = with_money(Deposit.objects.filter(organisation_id=organisation_id)).select_related("bill")
    for row in rows.order_by("pk").iterator(chunk_size=2000):
        money: int = row.held_fen
        found[row.community_id] -= money + row.bill.outstanding_fen
        if money < 0:
            yield Finding("deposits.held", "deposits_deposit", row.pk, Phrase("在押为负 {fen}", fen=yuan(money)))
    yield from control("deposits.held", organisation_id, Account.DEPOSITS, dict(found), name="押金")


def kept(organisation_id: int) -> Iterator[Yielded]:
    """Every bill of a deposit has its account, at its property, and it belongs to its payer or to whom it was handed."""
    bills = Receivable.objects.filter(organisation_id=organisation_id, item__nature=ChargeItem.Nature.DEPOSIT)
    owned = dict(Deposit.objects.filter(organisation_id=organisation_id).values_list("bill_id", "pk"))
    for bill_id in bills.exclude(pk__in=owned).order_by("pk").values_list("pk", flat=True):
        yield Finding("deposits.kept", "billing_receivable", bill_id, "押金账单没有对应的押金")
    last = dict(Handover.objects.filter(deposit__organisation_id=organisation_id).order_by("pk").values_list("deposit_id", "after_id"))
    for row in Deposit.objects.filter(organisation_id=organisation_id).select_related("bill").order_by("pk"):
        yield Examined(1)
        if row.holder_id != last.get(row.pk, row.bill.payer_id) or row.property_id != row.bill.property_id:
            yield Finding("deposits.kept", "deposits_deposit", row.pk, "押金的归属与账单、转移记录不一致")


def given(organisation_id: int) -> Iterator[Yielded]:
    """What went out is what a second person approved: the refunds and deductions of each return, and nothing of others."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN, [organisation_id])
        rows = cursor.fetchall()
    yield Examined(len(rows))
    for pk, refund, deduct, state, deductions, refunded, deducted, same in rows:
        done = state == Return.State.APPROVED
        if int(deductions) != deduct or (int(refunded), int(deducted)) != ((refund, deduct) if done else (0, 0)) or (done and same):
            what = Phrase("退还 {refund}、扣款 {deduct}，实际退还 {refunded}、扣款 {deducted}，或同一人复核", refund=yuan(refund), deduct=yuan(deduct),
                          refunded=yuan(int(refunded)), deducted=yuan(int(deducted)))  # fmt: skip
            yield Finding("deposits.given", "deposits_return", pk, what)


def income(organisation_id: int) -> Iterator[Yielded]:
    """6301.1 is what was deducted."""
    rows = Return.objects.filter(organisation_id=organisation_id, state=Return.State.APPROVED)
    found = {place: -fen for place, fen in rows.values_list("community_id").annotate(Sum("deduct_fen")) if fen}
    yield from control("deposits.income", organisation_id, Account.FORFEIT, found, name="押金扣款")


def register() -> None:
    register_check("deposits.held", "押金总账等于在押押金加未收押金", held)
    register_check("deposits.kept", "每张押金账单有一笔押金，归属一致", kept)
    register_check("deposits.given", "每次押金退还与复核的一致", given)
    register_check("deposits.income", "押金扣款收入等于各次扣款", income)
