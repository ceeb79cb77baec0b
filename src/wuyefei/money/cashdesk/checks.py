"""What ``verify`` proves of shifts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.db import connection
from django.db.models import Sum

from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check
from wuyefei.money.ledger.public import Account, Leg, control
from wuyefei.money.payments.public import Payment

from .actions import HANDOVER_KIND, cash_of, gap_postings
from .models import DepositSlip, Shift, ShiftPayment
from .rules import difference, expected_cash
from .slips import SLIP_KIND, VOID_SLIP_KIND


def in_shifts(organisation_id: int) -> Iterator[Yielded]:
    """Every payment taken at the desk stands in one shift: of its cashier, its community and its hours."""
    desk = Payment.objects.filter(organisation_id=organisation_id, kind=Payment.Kind.DESK)
    yield Examined(desk.count())
    lost = desk.exclude(pk__in=ShiftPayment.objects.values("payment_id")).order_by("pk")
    for payment_id in lost.values_list("pk", flat=True).iterator(chunk_size=2000):
        yield Finding("cashdesk.payments", "payments_payment", payment_id, "收银台的收款不在任何班次里")
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT sp.id, p.id FROM cashdesk_shiftpayment sp JOIN cashdesk_shift s ON s.id = sp.shift_id
               JOIN payments_payment p ON p.id = sp.payment_id
               WHERE s.organisation_id = %s AND (p.organisation_id <> s.organisation_id OR p.community_id <> s.community_id
                 OR p.booked_by_id <> s.cashier_id OR p.booked_at < s.opened_at OR p.booked_at > s.closed_at)
               ORDER BY sp.id""",
            [organisation_id],
        )
        for row_id, payment_id in cursor.fetchall():
            what = Phrase("收款 {payment_id} 的收银员、项目或时间与班次不符", payment_id=payment_id)
            yield Finding("cashdesk.payments", "cashdesk_shiftpayment", row_id, what)


def expected(organisation_id: int) -> Iterator[Yielded]:
    """A closed shift expects its float and the cash of its payments that stood when it closed."""
    closed = Shift.objects.filter(organisation_id=organisation_id).exclude(state=Shift.State.OPEN)
    for shift in closed.order_by("pk").iterator(chunk_size=500):
        yield Examined(1)
        should = expected_cash(shift.float_fen, cash_of(shift))
        if shift.closed_at is None or shift.counted_fen is None or shift.expected_fen is None:
            yield Finding("cashdesk.expected", "cashdesk_shift", shift.pk, "已交班，但没有实点金额或时间")
        elif shift.expected_fen != should:
            what = Phrase("应交 {expected_fen}，按收款重算为 {should}", expected_fen=yuan(shift.expected_fen), should=yuan(should))
            yield Finding("cashdesk.expected", "cashdesk_shift", shift.pk, what)


def over_and_short(organisation_id: int) -> Iterator[Yielded]:
    """Each accepted shift booked its own difference, and the accounts hold nothing else."""
    booked: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    legs = Leg.objects.filter(entry__organisation_id=organisation_id, entry__kind=HANDOVER_KIND)
    for source_id, account, fen in legs.values_list("entry__source_id", "account", "amount_fen"):
        booked[source_id][account] += fen
    short: dict[int, int] = defaultdict(int)
    over: dict[int, int] = defaultdict(int)
    accepted = Shift.objects.filter(organisation_id=organisation_id, state=Shift.State.ACCEPTED).order_by("pk")
    for shift in accepted.iterator(chunk_size=500):
        yield Examined(1)
        gap = difference(shift.expected_fen or 0, shift.counted_fen or 0)
        if gap < 0:
            short[shift.community_id] += -gap
        else:
            over[shift.community_id] += -gap
        should = {leg.account.value: leg.amount_fen for leg in gap_postings(gap) if leg.amount_fen}
        if {account: fen for account, fen in booked.pop(shift.pk, {}).items() if fen} != should:
            yield Finding("cashdesk.difference", "cashdesk_shift", shift.pk, Phrase("长短款 {gap} 与凭证不一致", gap=yuan(gap)))
    for shift_id in sorted(booked):
        yield Finding("cashdesk.difference", "cashdesk_shift", shift_id, "有长短款凭证，但班次未复核通过")
    yield from control("cashdesk.difference", organisation_id, Account.SHORTAGE, dict(short), name="现金短款")
    yield from control("cashdesk.difference", organisation_id, Account.OVERAGE, dict(over), name="现金长款")


def deposits(organisation_id: int) -> Iterator[Yielded]:
    """Cash in transit is the slips that the bank has not shown; every slip that stands took its sum from the cash on hand,
    and covers what its shifts brought in."""
    rows = DepositSlip.objects.filter(organisation_id=organisation_id, voided_at__isnull=True).order_by("pk")
    transit: dict[int, int] = defaultdict(int)
    taken: dict[int, int] = defaultdict(int)
    for slip in rows.annotate(shown=Sum("shifts__amount_fen")).iterator(chunk_size=1000):
        yield Examined(1)
        taken[slip.community_id] -= slip.amount_fen
        if slip.settled_at is None:
            transit[slip.community_id] += slip.amount_fen
        if slip.shown != slip.covered_fen:
            what = Phrase("缴款单应缴 {covered}，所含班次合计 {shown}", covered=yuan(slip.covered_fen), shown=yuan(slip.shown or 0))
            yield Finding("cashdesk.slips", "cashdesk_depositslip", slip.pk, what)
    yield from control("cashdesk.slips", organisation_id, Account.TRANSIT, dict(transit), name="缴存在途")
    yield from control("cashdesk.slips", organisation_id, Account.CASH, dict(taken), name="缴存", kinds=[SLIP_KIND, VOID_SLIP_KIND])


def register() -> None:
    register_check("cashdesk.slips", "缴存在途等于银行还没显示的缴款单", deposits)
    register_check("cashdesk.payments", "每笔收银台收款都在一个班次里", in_shifts)
    register_check("cashdesk.expected", "已交班的应交现金等于备用金加收款", expected)
    register_check("cashdesk.difference", "长短款与总账一致", over_and_short)
