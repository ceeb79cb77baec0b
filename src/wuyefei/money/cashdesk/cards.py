"""Card terminals 刷卡终端, and what they printed for a payment (product rows D1, D3).

The desk takes a card; the acquirer's settlement file shows it a day later (``money/reconciliation``). What joins the two is
the terminal and the reference 参考号 on the slip.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.payments.public import Payment, PaymentOrder, Tender

from .models import CardSlip, PosMerchant, PosTerminal

_NUMBER = re.compile(r"[0-9A-Za-z]{4,32}")
_TAIL = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class CardRead:
    """What stands on the slip: the terminal (by id), the reference, the card's last four digits; each may be left out."""

    terminal_id: int | None = None
    reference: str = ""
    card_tail: str = ""


def merchants(actor: Actor, permission: Permission = Permission.CHANNEL_SETUP) -> QuerySet[PosMerchant]:
    """The merchant accounts of the places where the actor may do something; the whole firm's by whoever may do it everywhere."""
    found = Q(community_id__in=actor.communities(permission))
    if permission in actor.wide:
        found |= Q(community__isnull=True)
    return PosMerchant.objects.filter(found, organisation_id=actor.organisation_id).select_related("community").order_by("pk")


def terminals(actor: Actor, permission: Permission = Permission.CHANNEL_SETUP) -> QuerySet[PosTerminal]:
    """The terminals of the places where the actor may do something."""
    rows = PosTerminal.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(permission))
    return rows.select_related("community", "merchant").order_by("community_id", "number")


def terminals_at(actor: Actor, community_id: int) -> list[PosTerminal]:
    """What a cashier may choose from at a desk."""
    return list(terminals(actor, Permission.CASHDESK).filter(community_id=community_id, ended_on__isnull=True))


def _code(text: str, field: str, most: int = 32) -> str:
    code = limited(text, field, most, required=True)
    if not _NUMBER.fullmatch(code):
        raise Invalid(field=field, reason="应为至少 4 位数字或字母")
    return code


@transaction.atomic
def add_merchant(community_id: int | None, acquirer: str, merchant_id: str, payout_words: str = "", *, actor: Actor) -> PosMerchant:
    """A merchant account of a community, or of the whole firm. Raises ``Invalid`` and ``DomainError`` for one that is there."""
    if community_id is None:
        actor.require_wide(Permission.CHANNEL_SETUP)
    else:
        get_community(actor, community_id, Permission.CHANNEL_SETUP)
    row = PosMerchant(
        organisation_id=actor.organisation_id, community_id=community_id, acquirer=limited(acquirer, "收单机构", 40, required=True),
        merchant_id=_code(merchant_id, "商户号"), payout_words=limited(payout_words, "流水字样", 120),
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise DomainError("merchant_there", "商户号「{number}」已经登记过。", number=row.merchant_id) from error
    audit.record(actor, "cards.merchant", row, after={"acquirer": row.acquirer, "merchant_id": row.merchant_id})
    return row


@transaction.atomic
def add_terminal(merchant_id: int, community_id: int, number: str, label: str = "", *, actor: Actor) -> PosTerminal:
    """A terminal of a merchant account at the desk of a community. Raises ``NotFound``, ``Invalid``, ``DomainError``."""
    place = get_community(actor, community_id, Permission.CHANNEL_SETUP)
    merchant = PosMerchant.objects.filter(pk=merchant_id, organisation_id=actor.organisation_id).first()
    if merchant is None or merchant.community_id not in (None, place.pk):
        raise NotFound()
    row = PosTerminal(
        organisation_id=actor.organisation_id, community=place, merchant=merchant, number=_code(number, "终端号", 20),
        label=limited(label, "名称", 40),
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise DomainError("terminal_there", "终端号「{number}」已经登记过。", number=row.number) from error
    audit.record(actor, "cards.terminal", row, after={"number": row.number, "merchant": merchant.merchant_id})
    return row


@transaction.atomic
def end_terminal(terminal_id: int, *, actor: Actor) -> PosTerminal:
    """The terminal takes no more cards from today; what it took stays."""
    row = terminals(actor).select_for_update(of=("self",)).filter(pk=terminal_id).first()
    if row is None:
        raise NotFound()
    if row.ended_on is None:
        row.ended_on = clock.today()
        row.save(update_fields=["ended_on"])
        audit.record(actor, "cards.end_terminal", row, after={"ended_on": row.ended_on})
    return row


def read_card(order: PaymentOrder, card: CardRead, community_id: int, *, actor: Actor) -> CardSlip | None:
    """The slip of an order that is about to be booked; None where no card is in it. Raises ``Invalid`` naming the field."""
    if not order.tenders.get(Tender.Method.CARD):
        return None
    reference, tail = card.reference.strip(), card.card_tail.strip()
    if reference and not _NUMBER.fullmatch(reference):
        raise Invalid(field="参考号", reason="应为 4 到 32 位数字或字母", input="reference")
    if tail and not _TAIL.fullmatch(tail):
        raise Invalid(field="卡号后四位", reason="应为 4 位数字", input="card_tail")
    terminal = None
    if card.terminal_id is not None:
        terminal = PosTerminal.objects.filter(pk=card.terminal_id, community_id=community_id, ended_on__isnull=True).first()
        if terminal is None:
            raise NotFound()
    return CardSlip(organisation_id=actor.organisation_id, community_id=community_id, terminal=terminal, reference=reference,
                    card_tail=tail, source=CardSlip.Source.DESK)  # fmt: skip


def tell_slip(payment_id: int, terminal: PosTerminal, reference: str, source: str, *, actor: Actor) -> CardSlip:
    """A row of the acquirer's file is this payment: its terminal and reference are kept with it. For the room that read the file
    and checked the place; inside its transaction."""
    payment = Payment.objects.select_for_update(of=("self",)).get(pk=payment_id, organisation_id=terminal.organisation_id)
    slip = CardSlip.objects.filter(payment=payment).first()
    before = {"terminal": slip.terminal_id, "reference": slip.reference} if slip else {}
    slip = slip or CardSlip(organisation_id=payment.organisation_id, community_id=payment.community_id, payment=payment)
    slip.terminal, slip.reference, slip.source = terminal, reference, source
    slip.save()
    audit.record(actor, "cards.told", slip, before=before, after={"terminal": terminal.pk, "reference": reference, "source": source})
    return slip


def slips_of_payments(payment_ids: Iterable[int]) -> dict[int, CardSlip]:
    """The slips of payments that the caller was allowed to read."""
    return {row.payment_id: row for row in CardSlip.objects.filter(payment_id__in=list(payment_ids)).select_related("terminal")}
