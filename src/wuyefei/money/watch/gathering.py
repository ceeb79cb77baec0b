"""What was done at an organisation's desks in the weeks that matter, as the rules take it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import TruncWeek

from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.approvals.rights import caps_told, limits_of
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.money.billing.public import Receivable
from wuyefei.money.cashdesk.public import DepositSlip, Shift
from wuyefei.money.channels.public import Refund
from wuyefei.money.payments.public import VOID_KIND, Payment, PaymentBatch, Tender
from wuyefei.money.receipts.public import ReceiptPrint

from .rules import (
    LATE_DAYS,
    LOOK_BACK,
    SHORT_FEN,
    UNSET_CAP_FEN,
    WEEK,
    Ask,
    Deed,
    Sign,
    Tally,
    entered_late,
    is_round,
    out_of_hours,
    split_asks,
    tally,
    was_voided_late,
)

WAIVE, ADJUST, REFUND = "billing.waive", "billing.adjust", "payment.refund"
KEPT = (Request.State.OPEN, Request.State.APPROVED)


@dataclass(frozen=True)
class Told:
    """A deed with the row it stands in."""

    deed: Deed
    table: str
    row_id: int
    text: str


@dataclass(frozen=True)
class Span:
    """The moments from which and before which deeds count."""

    organisation_id: int
    first: dt.datetime
    after: dt.datetime

    def within(self, field: str) -> Q:
        return Q(**{f"{field}__gte": self.first, f"{field}__lt": self.after})


def span_of(organisation_id: int, monday: dt.date) -> Span:
    """The week and all before it that say what is usual."""
    begin = dt.datetime.combine(monday - LOOK_BACK * WEEK, dt.time(), CHINA)
    return Span(organisation_id, begin, dt.datetime.combine(monday + WEEK, dt.time(), CHINA))


def gather(span: Span) -> tuple[Tally, list[Told]]:
    """How much everybody took and did, by week; and every deed that is a sign."""
    told = [one for read in READERS for one in read(span)]
    counts = tally(one.deed for one in told)
    rows = Payment.objects.filter(_desk(), span.within("booked_at"), organisation_id=span.organisation_id)
    weeks = rows.annotate(week=TruncWeek("booked_at", tzinfo=CHINA)).values_list("community_id", "booked_by_id", "week").order_by()
    for community_id, user_id, week, number in weeks.annotate(number=Count("pk")):
        counts[(community_id, user_id), week.date()][None] = number
    return counts, told


def _desk() -> Q:
    return Q(kind=Payment.Kind.DESK) | Q(batch__source=PaymentBatch.Source.DESK)


def _local(at: dt.datetime) -> dt.datetime:
    return at.astimezone(CHINA)


def _told(place: int, who: int, at: dt.datetime, sign: Sign, fen: int, row: tuple[str, int, str]) -> Told:
    return Told(Deed((place, who), _local(at), sign, fen), *row)


def _receipt(pay: Payment) -> tuple[str, int, str]:
    return "payment", pay.pk, pay.receipt.number if pay.receipt else ""


def _voids(span: Span) -> Iterator[Told]:
    """Cash payments whose void was asked for later than a slip of the hand is."""
    cash = Exists(Tender.objects.filter(payment=OuterRef("pk"), method=Tender.Method.CASH))
    rows = Request.objects.filter(span.within("made_at"), organisation_id=span.organisation_id, kind=VOID_KIND, state__in=KEPT)
    asked = dict(rows.values_list("subject_id", "made_at"))
    for pay in Payment.objects.filter(cash, pk__in=asked).select_related("receipt").order_by("pk"):
        if was_voided_late(pay.booked_at, asked[pay.pk]):
            yield _told(pay.community_id, pay.booked_by_id, asked[pay.pk], Sign.VOID, pay.amount_fen, _receipt(pay))


def _refunds(span: Span) -> Iterator[Told]:
    """Refunds that do not go back where the money came from."""
    lost = (Refund.State.REJECTED, Refund.State.CANCELLED)
    rows = Refund.objects.filter(span.within("requested_at"), organisation_id=span.organisation_id, method=Refund.Method.TRANSFER)
    for row in rows.exclude(state__in=lost).order_by("pk"):
        yield _told(row.community_id, row.requested_by_id, row.requested_at, Sign.REFUND, row.amount_fen, ("refund", row.pk, row.number))


def _reprints(span: Span) -> Iterator[Told]:
    """Prints of a receipt that was printed before."""
    before = ReceiptPrint.objects.filter(receipt=OuterRef("receipt"), pk__lt=OuterRef("pk"))
    rows = ReceiptPrint.objects.filter(Exists(before), span.within("at"), receipt__organisation_id=span.organisation_id)
    for row in rows.select_related("receipt").order_by("pk"):
        yield _told(row.receipt.community_id, row.user_id, row.at, Sign.REPRINT, row.receipt.total_fen, ("receipt", row.receipt_id, row.receipt.number))


def _shorts(span: Span) -> Iterator[Told]:
    """Cash missing at a handover, and cash that did not reach the bank with the slip."""
    shifts = Shift.objects.filter(span.within("closed_at"), organisation_id=span.organisation_id, counted_fen__lte=F("expected_fen") - SHORT_FEN)
    for row in shifts.order_by("pk"):
        missing = (row.expected_fen or 0) - (row.counted_fen or 0)
        if row.closed_at is not None:
            yield _told(row.community_id, row.cashier_id, row.closed_at, Sign.SHORT, missing, ("shift", row.pk, ""))
    slips = DepositSlip.objects.filter(span.within("made_at"), organisation_id=span.organisation_id, voided_at__isnull=True)
    for slip in slips.filter(amount_fen__lte=F("covered_fen") - SHORT_FEN).order_by("pk"):
        yield _told(slip.community_id, slip.made_by_id, slip.made_at, Sign.SHORT, slip.covered_fen - slip.amount_fen, ("slip", slip.pk, slip.number))


def _payments(span: Span) -> Iterator[Told]:
    """Payments taken out of hours, and those of a desk's day that were entered long after it."""
    rows = Payment.objects.filter(span.within("booked_at"), organisation_id=span.organisation_id)
    desk = rows.filter(kind=Payment.Kind.DESK).values_list("community_id", "booked_by_id", "booked_at", "amount_fen", "pk", "receipt__number")
    for place, who, at, fen, pk, number in desk.order_by("pk").iterator(chunk_size=5000):
        if out_of_hours(_local(at)):
            yield _told(place, who, at, Sign.HOURS, fen, ("payment", pk, number or ""))
    late = rows.filter(batch__source=PaymentBatch.Source.DESK, value_date__lte=F("booked_at") - dt.timedelta(days=LATE_DAYS - 1))
    for pay in late.select_related("receipt").order_by("pk"):
        if entered_late(pay.value_date, _local(pay.booked_at).date()):
            yield _told(pay.community_id, pay.booked_by_id, pay.booked_at, Sign.LATE, pay.amount_fen, _receipt(pay))


def _asks(span: Span) -> Iterator[Told]:
    """Waivers of round sums, and requests for one payer that were split to stay small."""
    asks = Request.objects.select_related("decision__person__organisation", "decision__behalf__organisation").filter(span.within("made_at"), organisation_id=span.organisation_id, kind__in=(WAIVE, ADJUST, REFUND), state__in=KEPT)
    rows = list(asks.order_by("pk"))
    parties, caps = _parties(rows), _caps(span.organisation_id, rows)
    asked: dict[Ask, Request] = {}
    for row in rows:
        fen = abs(row.amount_fen or 0)
        if row.kind == WAIVE and is_round(fen):
            yield _told(row.community_id, row.maker_id, row.made_at, Sign.WAIVER, fen, ("request", row.pk, row.subject_text))
        if row.pk in parties and fen:
            asked[Ask((row.community_id, row.maker_id), _local(row.made_at), parties[row.pk], row.kind, fen, row.pk, caps[row.pk])] = row
    for ask in split_asks(asked):
        row = asked[ask]
        yield _told(row.community_id, row.maker_id, row.made_at, Sign.SPLIT, ask.fen, ("request", row.pk, row.subject_text))


def _caps(organisation_id: int, rows: list[Request]) -> dict[int, tuple[int, ...]]:
    """The limits that splitting is measured by."""
    if any(cap > 0 for of_kind in limits_of(organisation_id).values() for cap in of_kind.values()):
        return caps_told(organisation_id, rows)
    return {row.pk: (UNSET_CAP_FEN,) for row in rows}


def _parties(rows: Iterable[Request]) -> dict[int, int]:
    """Whom each request is for."""
    found = list(rows)
    bills = dict(Receivable.objects.filter(pk__in=[row.subject_id for row in found if row.kind != REFUND]).values_list("pk", "payer_id"))
    backs = dict(Refund.objects.filter(pk__in=[row.subject_id for row in found if row.kind == REFUND]).values_list("pk", "payment__payer_id"))
    pairs: list[tuple[int, Any]] = [(row.pk, (backs if row.kind == REFUND else bills).get(row.subject_id)) for row in found]
    return {pk: payer for pk, payer in pairs if payer is not None}


READERS: tuple[Callable[[Span], Iterator[Told]], ...] = (_voids, _refunds, _reprints, _shorts, _payments, _asks)
