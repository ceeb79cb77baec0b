"""The card payments of the desk as a settlement file is compared with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Count, Max, Q, QuerySet, Sum

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.platform import clock
from wuyefei.money.cashdesk.public import CardSlip, PosMerchant, PosTerminal, merchants, slips_of_payments
from wuyefei.money.payments.public import Payment, PaymentBatch, Tender

from .card_rules import CardRow, Swipe
from .models import BillRow, ChannelDay

LATE_WITHIN = dt.timedelta(days=10)
"""So far from its own days a file is looked at for payments: a long holiday, and a card of late in the evening."""


def stored(row: BillRow) -> CardRow:
    """A row that was taken in, as the file had it."""
    traded = row.traded_on or row.channel_day.day
    return CardRow(0, row.terminal, row.transaction_id, traded, row.channel_day.day, row.refund, row.amount_fen, row.fee_fen,
                   row.card_tail, row.original)  # fmt: skip


def swipes_of(merchant: PosMerchant, rows: Sequence[CardRow]) -> list[Swipe]:
    """The card payments that may stand in rows of a file: those of its days at the places of the account's terminals, and those with
    one of its references."""
    if not rows:
        return []
    mine = {one.pk: one.number for one in merchant.terminals.all()}
    first, last = min(row.traded_on for row in rows) - LATE_WITHIN, max(row.traded_on for row in rows) + LATE_WITHIN
    printed = CardSlip.objects.filter(terminal_id__in=mine)
    named = printed.filter(reference__in={row.reference for row in rows} | {row.original for row in rows if row.original})
    here = Q(payment__community_id__in=_places(merchant)) | Q(payment_id__in=printed.values("payment_id"))
    near = here & Q(payment__value_date__range=(first, last))
    found = list(card_tenders(merchant.organisation_id).filter(near | Q(payment_id__in=named.values("payment_id"))).select_related("payment__receipt"))
    slips = slips_of_payments(tender.payment_id for tender in found)
    return [swipe for tender in found if (swipe := _swipe(tender, slips.get(tender.payment_id), mine)) is not None]


def card_tenders(organisation_id: int) -> QuerySet[Tender]:
    """What was taken by card at a desk; a card payment out of a channel's own file has been in a file already."""
    desk = Q(payment__kind=Payment.Kind.DESK) | Q(payment__batch__source=PaymentBatch.Source.DESK)
    return Tender.objects.filter(desk, method=Tender.Method.CARD, payment__organisation_id=organisation_id).order_by("payment_id")


def _places(merchant: PosMerchant) -> set[int]:
    """Where a card without a terminal is taken to be this account's: the places of its terminals that no earlier account has."""
    mine = set(merchant.terminals.values_list("community_id", flat=True))
    earlier = PosTerminal.objects.filter(merchant_id__lt=merchant.pk, organisation_id=merchant.organisation_id, community_id__in=mine)
    return mine - set(earlier.values_list("community_id", flat=True))


def _swipe(tender: Tender, slip: CardSlip | None, mine: dict[int, str]) -> Swipe | None:
    payment = tender.payment
    if slip is not None and slip.terminal_id is not None and slip.terminal_id not in mine:
        return None
    label = payment.receipt.number if payment.receipt else f"P{payment.pk}"
    return Swipe(
        payment.pk, payment.value_date, tender.amount_fen, label, payment.community_id,
        mine[slip.terminal_id] if slip is not None and slip.terminal_id is not None else "", slip.reference if slip else "",
        slip.card_tail if slip else "", payment.voided_at is not None,
    )  # fmt: skip


def days_of_voids(merchant: PosMerchant) -> list[int]:
    """The days of an account whose files have a payment that was voided lately."""
    voided = CardSlip.objects.filter(terminal__merchant=merchant, payment__voided_at__gte=clock.now() - LATE_WITHIN).exclude(reference="")
    rows = BillRow.objects.filter(channel_day__merchant=merchant, transaction_id__in=voided.values("reference"))
    return list(rows.values_list("channel_day_id", flat=True).distinct())


def last_traded(days: QuerySet[ChannelDay]) -> dt.date | None:
    """The last day of trade that the files of some days have."""
    found: dt.date | None = BillRow.objects.filter(channel_day__in=days).aggregate(last=Max("traded_on"))["last"]
    return found


def missing_files(actor: Actor) -> list[tuple[PosMerchant, dt.date, int, int]]:
    """Accounts with card payments that no file covers though it should have come by now: since when, how many, how much."""
    found = []
    for merchant in merchants(actor, Permission.LEDGER_VIEW):
        last = last_traded(ChannelDay.objects.filter(merchant=merchant))
        since = clock.today() - LATE_WITHIN if last is None else last + DAY
        rows = card_tenders(merchant.organisation_id).filter(
            payment__community_id__in=_places(merchant), payment__voided_at__isnull=True, payment__value_date__range=(since, clock.today() - DAY)
        )
        sums = rows.aggregate(count=Count("pk"), fen=Sum("amount_fen", default=0))
        if sums["count"]:
            found.append((merchant, since, sums["count"], sums["fen"]))
    return found
