"""Cards at the desk of the live weeks: the terminal, the acquirer's file of each day, and its payouts. Now and then the cashier left
the slip out, and the day before yesterday a reference was copied wrongly: that one stands open.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from functools import partial

from django.db.models import QuerySet

from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.dates import CHINA, DAY, Month, Span
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable, open_bills
from wuyefei.money.cashdesk.public import (
    CardRead,
    CardSlip,
    PosMerchant,
    PosTerminal,
    add_merchant,
    add_terminal,
    open_shift_of,
    slips_of_payments,
    take,
)
from wuyefei.money.payments.public import Payment, PaymentOrder, Tender
from wuyefei.money.reconciliation.public import ChannelDay, compare_again, take_in_cards

from .. import cast
from ..scene import Act, Scene
from .files import in_parts

ACQUIRER = "云联收单（示例）"
HEAD = ("商户号", "终端号", "交易日期", "交易时间", "卡号", "交易类型", "交易金额", "手续费", "清算金额", "参考号", "清算日期")
EACH_DAY, AMONG = 3, 60
"""So many pay by card each day that the first place's desk is open, out of those who owe."""
LEFT_OUT = 0.1
"""The share of slips that the cashier does not copy."""
COPIED_WRONGLY = 2
"""So many days ago the last card's reference was copied wrongly."""


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    at, calendar = scene.calendar.at, scene.calendar
    first, last = max(month.first, calendar.live_from), min(month.last, calendar.today)
    if not scene.place.desk or first > last:
        return
    yield Act(at(first, 8, 10), partial(_set_up, scene))
    for number in range(Span(first, last).days):
        day = first + DAY * number
        if scene.place.prefix == cast.GROUP.places[0].prefix:
            yield from (Act(at(day, 15, 20 + turn), partial(_pays, scene, turn)) for turn in range(EACH_DAY))
        if day > calendar.live_from:
            yield Act(at(day, 9, 8), partial(_take_in, scene, day - DAY))
    if last == calendar.today:
        yield Act(at(last, 9, 26), partial(_look_for_payouts, scene))


def _set_up(scene: Scene) -> None:
    place, lead = scene.community, scene[Role.FINANCE_LEAD]
    if PosTerminal.objects.filter(community=place).exists():
        return
    merchant = add_merchant(place.pk, ACQUIRER, f"898330{place.pk:06d}", "云联收单", actor=lead)
    add_terminal(merchant.pk, place.pk, f"T{place.pk:07d}", "前台", actor=lead)


def _pays(scene: Scene, turn: int) -> None:
    """Somebody who owes comes with a card, while a shift is open."""
    place, cashier, today = scene.community, scene[Role.CASHIER], clock.today()
    if open_shift_of(cashier, place.pk) is None:
        return
    rows = Receivable.objects.filter(community=place, outstanding_fen__gt=0, reversed_at__isnull=True, due_on__lt=today, payer__kind="individual")
    owing = list(dict.fromkeys(rows.order_by("-due_on", "property__sort_key", "pk").values_list("payer_id", "property_id")))[:AMONG]
    if not owing:
        return
    payer_id, home_id = scene.dice("card", today, turn).choice(owing)
    apart = in_parts(scene)
    bills = [bill for bill in open_bills(cashier, today, payer_ids=[payer_id]) if bill.property_id == home_id and not bill.held and bill.id not in apart]
    if not bills:
        return
    key = f"{scene.place.prefix}-card-{today:%Y%m%d}-{turn}"
    order = PaymentOrder(home_id, payer_id, tuple(bill.id for bill in bills), {"card": sum(bill.total_fen for bill in bills)}, key)
    take(order, actor=cashier, card=slip_of(scene, key))


def slip_of(scene: Scene, key: str) -> CardRead:
    """What the cashier copies from the slip of a payment."""
    dice, day = scene.dice("card", key), clock.today()
    terminal = PosTerminal.objects.filter(community_id=scene.community.pk).first()
    if terminal is None or dice.random() < LEFT_OUT:
        return CardRead()
    return CardRead(terminal.pk, f"{day:%m%d}{dice.randrange(10**8):08d}", f"{dice.randrange(10**4):04d}")


def _take_in(scene: Scene, day: dt.date) -> None:
    """The file of a day, as the acquirer has it; no file where no card was taken."""
    merchant = PosMerchant.objects.get(community_id=scene.community.pk)
    paid = Tender.objects.filter(method=Tender.Method.CARD, payment__community_id=scene.community.pk, payment__kind=Payment.Kind.DESK)
    tenders = list(paid.filter(payment__value_date=day, payment__voided_at__isnull=True).select_related("payment").order_by("pk"))
    if not tenders:
        return
    slips = slips_of_payments(tender.payment_id for tender in tenders)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for number, tender in enumerate(tenders, start=1):
        wrongly = number == len(tenders) and day == scene.calendar.today - DAY * COPIED_WRONGLY
        writer.writerow(_row(scene, tender, slips.get(tender.payment_id), number, wrongly))
    name = f"{scene.place.name} 刷卡清算 {day:%Y%m%d}.csv"
    take_in_cards(merchant.pk, name, out.getvalue().encode("gb18030"), actor=scene[Role.FINANCE])


def _row(scene: Scene, tender: Tender, slip: CardSlip | None, number: int, wrongly: bool) -> tuple[str, ...]:
    payment, fee = tender.payment, min(2000, (tender.amount_fen * 6 + 500) // 1000)
    reference = slip.reference if slip is not None and slip.reference else f"{payment.value_date:%m%d}{number:08d}"
    reference = reference[:-2] + "77" if wrongly else reference
    merchant, terminal = f"898330{scene.community.pk:06d}", f"T{scene.community.pk:07d}"
    tail = slip.card_tail if slip is not None and slip.card_tail else "0000"
    when = payment.booked_at.astimezone(CHINA)
    return (merchant, terminal, f"{when:%Y-%m-%d}", f"{when:%H:%M:%S}", f"622200******{tail}", "消费", _yuan(tender.amount_fen), _yuan(fee),
            _yuan(tender.amount_fen - fee), reference, f"{when:%Y-%m-%d}")  # fmt: skip


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def cards_paid_out(days: QuerySet[ChannelDay]) -> list[tuple[dt.date, str, str, str, str, int]]:
    """What the acquirer paid out for its days, a day later each, as lines of the bank."""
    return [(day.day + DAY, ACQUIRER, "3300000000000209", "商户清算", f"POS 清算 {day.day:%m%d}", day.net_fen) for day in days if day.net_fen > 0]


def _look_for_payouts(scene: Scene) -> None:
    rows = ChannelDay.objects.filter(merchant__community_id=scene.community.pk, settled_line__isnull=True)
    for day_id in rows.order_by("-day").values_list("pk", flat=True)[:1]:
        compare_again(day_id, actor=scene[Role.FINANCE])
