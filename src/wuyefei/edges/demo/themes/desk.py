"""The cash desk of the last weeks, lived payment by payment: shifts, change, voids, handovers, and the shift of today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial

from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import DAY, Month, Span
from wuyefei.money.billing.public import OpenBill, open_bills
from wuyefei.money.cashdesk.public import (
    Shift,
    SlipDraft,
    cash_on_hand,
    hand_over,
    make_slip,
    open_shift,
    shift_cash,
    slips,
    take,
    to_be_banked,
)
from wuyefei.money.payments.public import Payment, PaymentOrder, Tender, ask_void

from .. import habits
from ..habits import Fate, Visit
from ..scene import Act, Scene
from .cards import slip_of
from .files import chosen, desk_days, in_parts

FLOAT_FEN = 50_000
OFFICE_HOURS = 8
VOIDED, SHORT = 0.015, 0.05
"""The share of payments taken back, and of shifts that come out five yuan short."""


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    calendar = scene.calendar
    first, last = max(month.first, calendar.live_from), min(month.last, calendar.today)
    if not scene.place.desk or first > last:
        return
    days = desk_days(scene, list(scene.visits_in(month)))
    for number in range(Span(first, last).days):
        day = first + DAY * number
        there = days.get(day, [])
        if there or (day == calendar.today and day.weekday() < 6):
            yield from _day(scene, day, there)


def _day(scene: Scene, day: dt.date, visits: list[Visit]) -> Iterator[Act]:
    at = scene.calendar.at
    yield Act(at(day, 8, 30), partial(open_shift, scene.community.pk, FLOAT_FEN, actor=scene[Role.CASHIER]))
    for number, visit in enumerate(visits):
        minute = 20 + number * (OFFICE_HOURS * 60 - 40) // max(1, len(visits))
        yield Act(at(day, 9 + minute // 60, minute % 60), partial(serve, scene, visit, f"desk-{day:%Y%m%d}-{number}"))
    if day != scene.calendar.today:
        yield Act(at(day, 18), partial(_hand_over, scene, day))


def serve(scene: Scene, visit: Visit, key: str) -> Payment | None:
    """One visitor at the desk, with what is open today; nothing happens where nothing is."""
    payer, cashier = visit.payer, scene[Role.CASHIER]
    dice = scene.dice(key)
    paid = chosen(open_bills(cashier, visit.on, payer_ids=[payer.person_id]), visit, in_parts(scene))
    due = sum(bill.total_fen for bill in paid)
    fen = habits.to_pay(visit.fate, due)
    if not paid or not fen:
        return None
    order = PaymentOrder(
        payer.home_id, payer.person_id, tuple(bill.id for bill in paid), _tenders(payer.channel, fen, due, dice.random()),
        f"{scene.place.prefix}-{key}", keep_rest=visit.fate == Fate.AHEAD,
    )  # fmt: skip
    card = slip_of(scene, key) if "card" in order.tenders else None
    payment = take(order, actor=cashier, held_too=_held(paid), card=card).payment
    if dice.random() < VOIDED:
        request = ask_void(payment.pk, actor=cashier, reason="刷错房号，作废重收")
        decide(request.pk, approved=True, actor=scene[Role.FINANCE_LEAD])
    return payment


def _held(bills: list[OpenBill]) -> bool:
    return any(bill.held for bill in bills)


def _tenders(channel: str, fen: int, due: int, way: float) -> dict[str, int]:
    """Cash is handed over in notes and changed back; now and then the rest of it is scanned."""
    if channel != "cash":
        return {channel: fen}
    if way < 0.06 and fen > 40_000:
        notes = fen // 2 // 10_000 * 10_000
        return {"cash": notes, "scan": fen - notes}
    return {"cash": -(-fen // 1_000) * 1_000 if fen == due and way < 0.9 else fen}


def _hand_over(scene: Scene, day: dt.date) -> None:
    """Counted at six, accepted by a second person the same evening — but for yesterday's, which waits."""
    cashier, dice = scene[Role.CASHIER], scene.dice("handover", day)
    shift = Shift.objects.get(community_id=scene.community.pk, cashier_id=cashier.user_id, state=Shift.State.OPEN)
    kept = Tender.objects.filter(
        method=Tender.Method.CASH, payment_id__in=shift.payments.values("payment_id"), payment__voided_at__isnull=True
    )
    cash = FLOAT_FEN + sum(kept.values_list("amount_fen", flat=True))
    short = dice.random() < SHORT and cash > FLOAT_FEN
    request = hand_over(shift.pk, cash - (500 if short else 0), "找零时少收 5 元，已说明" if short else "", actor=cashier)
    if day < scene.calendar.today - DAY * 2:
        decide(request.pk, approved=True, actor=scene[Role.FINANCE_LEAD])
        _bank(scene, day)


def _bank(scene: Scene, day: dt.date) -> None:
    """The evening's cash is paid in, the first time with what had gathered before; the last accepted shift still waits."""
    if day >= scene.calendar.today - DAY * 3:
        return
    cashier = scene[Role.CASHIER]
    shifts = list(to_be_banked(cashier).filter(community_id=scene.community.pk))
    fen, note = sum(map(shift_cash, shifts)), ""
    if not slips(cashier).filter(community_id=scene.community.pk).exists():
        fen, note = cash_on_hand(scene.community.pk), "连同以前的库存现金"
    if fen > 0:
        draft = SlipDraft(f"{scene.place.prefix}JK{day:%m%d}01", day, fen, tuple(row.pk for row in shifts), note)
        make_slip(scene.community.pk, draft, actor=cashier)
