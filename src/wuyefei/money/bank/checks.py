"""What ``verify`` proves of bank lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.db import connection
from django.db.models import F, Q, Sum

from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check
from wuyefei.money.cashdesk.public import DepositSlip
from wuyefei.money.ledger.public import Account, Leg, control

from .actions.claiming import RETURN_BOOKED_KIND
from .models import BankLine, SlipLine

_BOOKED = """
SELECT l.id, l.amount_fen, l.state, COALESCE(sum(p.amount_fen) FILTER (WHERE p.voided_at IS NULL), 0),
  COALESCE(bool_and(p.organisation_id = l.organisation_id AND p.value_date = l.value_date), TRUE), l.suspense_fen, l.returned_fen
FROM bank_bankline l LEFT JOIN bank_linebooking b ON b.line_id = l.id LEFT JOIN payments_payment p ON p.id = b.payment_id
WHERE l.organisation_id = %s GROUP BY l.id ORDER BY l.id
"""


State = BankLine.State
PAYERS = (State.WAITING, State.PART, State.RETURNING, State.RETURNED, State.BOOKED, State.REST)
"""The states of money that is some payer's, or waits for one."""


def suspense(organisation_id: int) -> Iterator[Yielded]:
    """What stands in the bank's suspense is what the open lines say."""
    rows = BankLine.objects.filter(organisation_id=organisation_id, suspense_fen__gt=0)
    held = {community_id: -fen for community_id, fen in rows.values_list("community_id").annotate(Sum("suspense_fen"))}
    yield from control("bank.suspense", organisation_id, Account.BANK_SUSPENSE, held, name="银行待查款")


def booked(organisation_id: int) -> Iterator[Yielded]:
    """The payments of a booked line, in whichever communities, add up to it on its day; of one booked in part, to what neither
    waits nor went back to its sender; a line that is not booked has none that stand."""
    with connection.cursor() as cursor:
        cursor.execute(_BOOKED, [organisation_id])
        rows = cursor.fetchall()
    yield Examined(len(rows))
    for line_id, amount, state, paid, same, waits, returned in rows:
        should = amount - waits - returned if state in PAYERS else 0
        if int(paid) != should or not same:
            what = Phrase("流水应入账 {should}，收款 {paid}，或企业、到账日不一致", should=yuan(should), paid=yuan(int(paid)))
            yield Finding("bank.lines", "bank_bankline", line_id, what)


def returns(organisation_id: int) -> Iterator[Yielded]:
    """What of a line went back to its sender is what the ledger says."""
    should = dict(BankLine.objects.filter(organisation_id=organisation_id, returned_fen__gt=0).values_list("pk", "returned_fen"))
    legs = Leg.objects.filter(entry__organisation_id=organisation_id, entry__kind=RETURN_BOOKED_KIND, account=Account.BANK_SUSPENSE.value)
    has: dict[int, int] = dict(legs.values_list("entry__source_id").annotate(Sum("amount_fen")))
    for line_id in sorted({*should, *has}):
        yield Examined(1)
        if should.get(line_id, 0) != has.get(line_id, 0):
            what = Phrase("退回付款人：总账 {booked}，流水 {returned}", booked=yuan(has.get(line_id, 0)), returned=yuan(should.get(line_id, 0)))
            yield Finding("bank.returns", "bank_bankline", line_id, what)


_OWED = """
SELECT l.id, l.community_id, p.community_id, sum(p.amount_fen) FROM bank_linebooking b
JOIN bank_bankline l ON l.id = b.line_id JOIN payments_payment p ON p.id = b.payment_id
WHERE l.organisation_id = %s AND p.voided_at IS NULL AND p.community_id <> l.community_id GROUP BY 1, 2, 3
UNION ALL
SELECT l.id, l.community_id, o.owing_id, l.amount_fen FROM bank_paidover o JOIN bank_bankline l ON l.id = o.line_id
WHERE l.organisation_id = %s AND o.undone_at IS NULL
UNION ALL
SELECT l.id, l.community_id, f.community_id, f.amount_fen FROM bank_receivedfor f JOIN bank_bankline l ON l.id = f.line_id
WHERE l.organisation_id = %s AND f.undone_at IS NULL
"""
_BETWEEN = """
SELECT e.source_id, e.community_id, sum(g.amount_fen) FROM ledger_leg g JOIN ledger_entry e ON e.id = g.entry_id
WHERE e.organisation_id = %s AND g.account = %s GROUP BY 1, 2 HAVING sum(g.amount_fen) <> 0
"""


def between(organisation_id: int) -> Iterator[Yielded]:
    """What communities owe each other is what lines of one brought for payers and channels of another, less what was paid over, line by line; over
    the firm it is nil."""
    should: dict[tuple[int, int], int] = defaultdict(int)
    with connection.cursor() as cursor:
        cursor.execute(_OWED, [organisation_id] * 3)
        for line_id, home, away, fen in cursor.fetchall():
            should[line_id, away] += int(fen)
            should[line_id, home] -= int(fen)
        cursor.execute(_BETWEEN, [organisation_id, Account.INTERNAL.value])
        has = {(line_id, place): int(fen) for line_id, place, fen in cursor.fetchall()}
    yield Examined(len(should))
    for line_id, place in sorted({*should, *has}):
        booked_fen, owed = has.get((line_id, place), 0), should.get((line_id, place), 0)
        if booked_fen != owed:
            what = Phrase("项目 {place} 的内部往来：总账 {booked}，这笔流水应为 {owed}", place=place, booked=yuan(booked_fen), owed=yuan(owed))
            yield Finding("bank.between", "bank_bankline", line_id, what)
    if total := sum(has.values()):
        yield Finding("bank.between", "access_organisation", organisation_id, Phrase("内部往来全公司合计 {total}，应为 0", total=yuan(total)))


def deposits(organisation_id: int) -> Iterator[Yielded]:
    """Every line of our own cash shows one slip of its sum and place, and every settled slip is shown by one."""
    lines = BankLine.objects.filter(organisation_id=organisation_id, state=BankLine.State.DEPOSIT)
    yield Examined(lines.count())
    pairs = SlipLine.objects.filter(line__organisation_id=organisation_id, undone_at__isnull=True)
    for line_id in lines.exclude(pk__in=pairs.values("line_id")).order_by("pk").values_list("pk", flat=True):
        yield Finding("bank.deposits", "bank_bankline", line_id, "缴存的流水没有缴款单")
    same = Q(slip__amount_fen=F("line__amount_fen"), slip__community_id=F("line__community_id"), line__state=BankLine.State.DEPOSIT)
    for line_id in pairs.exclude(same).order_by("line_id").values_list("line_id", flat=True):
        yield Finding("bank.deposits", "bank_bankline", line_id, "流水与缴款单的金额、项目不一致")
    settled = DepositSlip.objects.filter(organisation_id=organisation_id, settled_at__isnull=False).exclude(pk__in=pairs.values("slip_id"))
    for slip_id in settled.order_by("pk").values_list("pk", flat=True):
        yield Finding("bank.deposits", "cashdesk_depositslip", slip_id, "缴款单已到账，但没有对应的流水")


def register() -> None:
    register_check("bank.deposits", "每笔缴存流水对应一张缴款单", deposits)
    register_check("bank.suspense", "银行待查款总账等于未认领的流水", suspense)
    register_check("bank.returns", "退回付款人的钱等于各笔流水的退回", returns)
    register_check("bank.between", "内部往来等于跨项目代收，全公司合计为零", between)
    register_check("bank.lines", "每笔已入账的流水等于它的收款", booked)
