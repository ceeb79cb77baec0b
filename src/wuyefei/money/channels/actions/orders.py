"""Orders from their start to their end (product row D1). Nothing waits for a provider while rows are locked."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass

from django.db import transaction

from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.actor import PORTAL, Actor, service_actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.payments.public import check_due

from ..models import Order, OrderBill
from ..providers.base import PayAsk, ProviderRefused, Way
from ..providing import notify_url, provider_of
from ..queries import setups_of
from ..rules import EXPIRES_AFTER, FIRST_ASK, EntryPoint, OrderState, Said, next_ask
from . import settling

MOST_BILLS = 200
KEY_LENGTH = range(8, 65)


class ChannelNotOffered(DomainError):
    code = "channel_not_offered"
    message = "这个小区还没有开通这种支付方式，请换一种，或到收银台缴费。"


class OrderEnded(DomainError):
    code = "order_ended"
    message = "这张支付订单已经结束（{state}），请重新发起。"


@dataclass(frozen=True)
class OrderRequest:
    """Bills a payer wants to pay through a channel. ``due_fen`` is the sum the payer saw, late fee of today included.

    ``client_key`` makes a repeated request return the same order. ``openid`` is needed in WeChat's own
    browser; it goes to the provider and is not kept with the order.
    """

    property_id: int
    payer_id: int
    receivable_ids: tuple[int, ...]
    due_fen: int
    channel: str
    client_key: str
    entry_point: str
    return_url: str = ""
    openid: str = ""
    client_ip: str = ""


def start_order(request: OrderRequest, *, actor: Actor) -> Order:
    """Begin an order, or return the one begun under the same key, with the way to the wallet.

    Raises ``BillsChanged`` where the sum is no longer ``due_fen``, ``ChannelNotOffered``, ``NotFound``, ``OrderEnded``,
    ``ProviderError`` and ``ProviderRefused``; after the last two the order stands, and the same request tries again.
    """
    order = _begin(request, actor)
    if order.state != OrderState.CREATED or order.way:
        return order
    if clock.now() >= order.expires_at:
        raise OrderEnded(state=str(order.get_state_display()))
    way = provider_of(order.setup).pay(_ask(order, request))
    return _keep_way(order.pk, way)


@transaction.atomic
def _begin(request: OrderRequest, actor: Actor) -> Order:
    known = Order.objects.select_related("setup", "community", "property").filter(
        organisation_id=actor.organisation_id, client_key=request.client_key, community_id__in=actor.seen
    )
    earlier = known.first()
    if earlier is not None:
        return earlier
    entry_point = _checked(request)
    community_id = _community_of(request.property_id, actor)
    if not actor.may(Permission.CASHDESK, community_id):
        actor.require(Permission.PAY_ONLINE, community_id)
    setup = setups_of(community_id).get(request.channel)
    if setup is None:
        raise ChannelNotOffered()
    bills = check_due(request.property_id, request.payer_id, request.receivable_ids, request.due_fen, actor=actor)
    now = clock.now()
    order = Order(
        organisation_id=actor.organisation_id, community_id=community_id, setup=setup, channel=setup.channel,
        entry_point=entry_point, payer_id=request.payer_id, property_id=request.property_id,
        number=f"WY{clock.today():%Y%m%d}{secrets.token_hex(8).upper()}", token=secrets.token_urlsafe(32), client_key=request.client_key,
        amount_fen=request.due_fen, return_url=request.return_url[:500], created_at=now,
        expires_at=now + EXPIRES_AFTER, made_by_id=actor.user_id, next_ask_at=now + FIRST_ASK,
    )  # fmt: skip
    made = Order.objects.bulk_create([order], ignore_conflicts=True)
    if not known.filter(number=made[0].number).exists():  # begun by the same request a moment ago
        return known.get()
    order = known.get()
    OrderBill.objects.bulk_create(
        [
            OrderBill(order=order, receivable_id=bill.id, position=position, due_fen=bill.total_fen)
            for position, bill in enumerate(bills)
        ]
    )
    audit.record(actor, "channel.order", order, after={"amount_fen": order.amount_fen, "channel": order.channel, "bills": len(bills)})
    return order


def _checked(request: OrderRequest) -> EntryPoint:
    if len(request.client_key) not in KEY_LENGTH or not request.client_key.isascii():
        raise Invalid(field="页面", reason="已过期，请刷新后再付")
    if not request.receivable_ids:
        raise DomainError("no_bills", "没有要付的账单。")
    if len(set(request.receivable_ids)) > MOST_BILLS:
        raise DomainError("too_many_bills", "一次最多付 {most} 笔账单，请分几次付。", most=MOST_BILLS)
    if request.due_fen <= 0:
        raise Invalid(field="金额", reason="应大于 0")
    if request.entry_point not in list(EntryPoint):
        raise Invalid(field="支付入口", reason="不认识")
    return EntryPoint(request.entry_point)


def _community_of(property_id: int, actor: Actor) -> int:
    found = Property.objects.filter(pk=property_id, organisation_id=actor.organisation_id).values_list("community_id", flat=True)
    community_id = found.first()
    if community_id is None:
        raise NotFound()
    return community_id


def _ask(order: Order, request: OrderRequest) -> PayAsk:
    subject = f"{order.community.name} {order.property.code} 物业缴费"
    return PayAsk(
        order.number, order.amount_fen, subject, EntryPoint(order.entry_point), order.expires_at, notify_url(order.setup),
        order.return_url, request.openid, request.client_ip,
    )  # fmt: skip


@transaction.atomic
def _keep_way(order_id: int, way: Way) -> Order:
    order = settling.locked(order_id)
    if order.state == OrderState.CREATED and not order.way:
        order.way = asdict(way) | {"kind": way.kind.value, "params": dict(way.params)}
        order.save(update_fields=["way"])
    return order


def ask_provider(order: Order) -> Order:
    """Ask the provider how an order stands, and act on the answer; an ended order is left as it is.

    Raises ``ProviderError`` where it could not be asked; that is noted, and it is asked again later.
    """
    return _ask_after(order)[0] if order.state == OrderState.CREATED else order


def _ask_after(order: Order) -> tuple[Order, Said]:
    try:
        report = provider_of(order.setup).query(order.number)
    except DomainError as error:
        _note_ask(order, error.text)
        raise
    if report.said in (Said.PAID, Said.CLOSED):
        return settling.settle_order(order.pk, report, actor=_portal(order)), report.said
    _note_ask(order, "")
    order.refresh_from_db()
    return order, report.said


def _note_ask(order: Order, error: str) -> None:
    now = clock.now()
    Order.objects.filter(pk=order.pk, state=OrderState.CREATED).update(
        asked_at=now, next_ask_at=next_ask(order.created_at, now), ask_error=error[:200]
    )


def _portal(order: Order) -> Actor:
    return service_actor(order.organisation_id, PORTAL)


def close_order(order: Order) -> Order:
    """Close an order: at the provider first, so that nobody pays what we have forgotten. One that turns out paid is booked.

    Raises ``ProviderError`` where the provider could not be asked: the order stays open and is closed later.
    """
    if order.state != OrderState.CREATED:
        return order
    order, _said = _ask_after(order)
    if order.state != OrderState.CREATED:
        return order
    try:
        provider_of(order.setup).close(order.number)
    except ProviderRefused:
        order, said = _ask_after(order)  # paid or closed between the two: what it says now decides
        if order.state != OrderState.CREATED or said is not Said.UNKNOWN:
            return order
    return settling.close_here(order.pk, actor=_portal(order))


def sweep(limit: int = 100, *, organisation_id: int | None = None) -> int:
    """Ask for every order that is due to be asked, close those that have expired; returns how many were looked at.

    A provider that does not answer is asked again later; the others are not kept waiting.
    """
    now = clock.now()
    waiting = Order.objects.select_related("setup").filter(state=OrderState.CREATED, next_ask_at__lte=now)
    if organisation_id is not None:
        waiting = waiting.filter(organisation_id=organisation_id)
    due = list(waiting.order_by("next_ask_at")[:limit])
    for order in due:
        try:
            if now >= order.expires_at:
                close_order(order)
            else:
                ask_provider(order)
        except DomainError as error:
            _note_ask(order, error.text)
    return len(due)
