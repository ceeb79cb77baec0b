"""Scoped reads of orders, exceptions and setups."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from wuyefei.estate.people.public import Person
from wuyefei.foundation import environment
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.money.payments.public import Payment

from .models import ChannelException, ChannelSetup, NoticeLog, Order, Refund, RefundTotal
from .rules import REFUND_HELD, Channel, EntryPoint, RefundState

TOKEN_LENGTH = range(32, 44)


@dataclass(frozen=True, slots=True)
class Offered:
    """A channel a payer of the community may choose. ``sandbox``: no real money moves, and the page says so."""

    channel: Channel
    label: str
    sandbox: bool
    entry_points: tuple[EntryPoint, ...]


def setups_of(community_id: int) -> dict[str, ChannelSetup]:
    """The enabled setup of each channel for a community: its own before the organisation's. Sandboxes only in the demo."""
    place = Community.objects.filter(pk=community_id).values("organisation_id")
    rows = (
        ChannelSetup.objects.filter(Q(community_id=community_id) | Q(community__isnull=True), organisation_id__in=place, enabled=True)
        .order_by(F("community_id").desc(nulls_last=True))
    )  # fmt: skip
    found: dict[str, ChannelSetup] = {}
    for row in rows:
        if row.mode != ChannelSetup.Mode.SANDBOX or environment.sandbox_url():
            found.setdefault(row.channel, row)
    return found


def channels_for(community_id: int) -> list[Offered]:
    """The channels offered to payers of a community, WeChat Pay first; none where none is set up."""
    found = setups_of(community_id)
    every = tuple(EntryPoint)
    return [
        Offered(channel, str(found[channel].get_channel_display()), found[channel].mode == ChannelSetup.Mode.SANDBOX, every)
        for channel in Channel
        if channel in found
    ]


def get_order(token: str) -> Order:
    """The order a payer's page is about. Whoever holds the token may see it; raises ``NotFound`` for any other text."""
    if len(token) not in TOKEN_LENGTH or not token.isascii():
        raise NotFound()
    order = (
        Order.objects.select_related("community", "organisation", "property", "payer", "payment__receipt", "setup")
        .filter(token=token)
        .first()
    )
    if order is None:
        raise NotFound()
    return order


def orders(actor: Actor) -> QuerySet[Order]:
    """The orders of the communities whose payments the actor may see."""
    return Order.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.PAYMENT_VIEW)
    )


def order_of(actor: Actor, order_id: int) -> Order:
    order = (
        orders(actor)
        .select_related("community", "property", "payer", "payment__receipt", "setup", "made_by")
        .filter(pk=order_id)
        .first()
    )
    if order is None:
        raise NotFound()
    return order


def exceptions(actor: Actor) -> QuerySet[ChannelException]:
    """The exceptions of the communities whose payments the actor may see."""
    return ChannelException.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.PAYMENT_VIEW)
    )


def open_exceptions(actor: Actor) -> int:
    """How many exceptions wait for whoever may work them."""
    return ChannelException.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.CHANNEL_WORK), closed_at__isnull=True
    ).count()


def setups(actor: Actor) -> QuerySet[ChannelSetup]:
    """The setups the actor may change: of their communities, and of the organisation where they hold the right over all of it."""
    mine = Q(community_id__in=actor.communities(Permission.CHANNEL_SETUP))
    if Permission.CHANNEL_SETUP in actor.wide:
        mine |= Q(community__isnull=True)
    return ChannelSetup.objects.filter(mine, organisation_id=actor.organisation_id)


def get_setup(actor: Actor, setup_id: int) -> ChannelSetup:
    setup = setups(actor).select_related("community").filter(pk=setup_id).first()
    if setup is None:
        raise NotFound()
    return setup


def notices_of(setup: ChannelSetup, limit: int = 20) -> list[NoticeLog]:
    """The latest notices of a setup the caller was allowed to read."""
    return list(NoticeLog.objects.filter(setup=setup).order_by("-pk")[:limit])


def refunds(actor: Actor) -> QuerySet[Refund]:
    """The refunds of the communities whose payments the actor may see."""
    return Refund.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.PAYMENT_VIEW)
    )


def get_refund(actor: Actor, refund_id: int) -> Refund:
    refund = (
        refunds(actor)
        .select_related(
            "community", "payment__property", "payment__payer", "payment__receipt", "order__property", "order__payer", "requested_by", "approved_by",
            "deposit__holder"
        )
        .filter(pk=refund_id)
        .first()
    )  # fmt: skip
    if refund is None:
        raise NotFound()
    return refund


def payee(refund: Refund) -> Person:
    """To whom a refund goes: whoever holds the deposit, else who paid."""
    if refund.deposit is not None:
        return refund.deposit.holder
    about = refund.payment or refund.order
    assert about is not None
    return about.payer


def refundable_fen(payment: Payment) -> int:
    """How much of a payment is not yet promised back."""
    reserved = RefundTotal.objects.filter(payment=payment).values_list("reserved_fen", flat=True).first()
    return payment.amount_fen - (reserved or 0)


def promised_back(payment_ids: Collection[int]) -> dict[int, list[Refund]]:
    """What of these payments has gone back to the payer or is approved and on its way, in the order asked for. For payments that
    the caller may see."""
    rows = Refund.objects.filter(payment_id__in=payment_ids, state__in=[*REFUND_HELD, RefundState.DONE]).order_by("pk")
    found: dict[int, list[Refund]] = {}
    for row in rows:
        found.setdefault(row.payment_id or 0, []).append(row)
    return found
