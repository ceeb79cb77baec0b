"""Working an exception to closure (product rows D1, D7)."""

from __future__ import annotations

from django.db import transaction

from wuyefei.foundation.access.actor import PORTAL, Actor, service_actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.ledger.public import Account, Posting, post

from ..models import ChannelException, Refund
from ..rules import RefundState
from . import settling

BOOKED_KIND = "channel.found"


@transaction.atomic
def resolve(exception_id: int, resolution: str, note: str, *, actor: Actor) -> ChannelException:
    """Close an exception: money in suspense is booked to the order's payer, what needs nothing is noted.

    Giving money back is a refund (``ask_suspense_refund``, ``ask_refund``), which closes a suspense by itself.
    """
    found = _locked(exception_id, actor)
    actor.require(Permission.CHANNEL_WORK, found.community_id)
    text = limited(note, "说明", 200)
    if not text:
        raise DomainError("reason_missing", "请写明核实的结果。")
    if found.closed_at:
        raise DomainError("exception_closed", "这项异常已经处理完了。")
    wanted = ChannelException.Resolution.BOOKED if found.suspense_fen else resolution
    if wanted not in (ChannelException.Resolution.BOOKED, ChannelException.Resolution.KEPT, ChannelException.Resolution.NOTED):
        raise Invalid(field="处理方式", reason="不认识")
    if found.suspense_fen:
        _book(found, actor)
    elif wanted == ChannelException.Resolution.BOOKED:
        raise DomainError("nothing_in_suspense", "这项异常没有待查的钱。")
    found.resolution, found.note, found.closed_at, found.closed_by_id = wanted, text, clock.now(), actor.user_id
    found.save(update_fields=["resolution", "note", "closed_at", "closed_by"])
    audit.record(actor, "channel.resolve", found, after={"resolution": wanted, "suspense_fen": found.suspense_fen}, reason=text)
    return found


def _locked(exception_id: int, actor: Actor) -> ChannelException:
    found = (
        ChannelException.objects.select_for_update(of=("self",))
        .filter(pk=exception_id, organisation_id=actor.organisation_id, community_id__in=actor.seen)
        .first()
    )
    if found is None:
        raise NotFound()
    return found


def _book(found: ChannelException, actor: Actor) -> None:
    """Out of suspense and in as a payment of the order's payer: to the chosen bills still open, the rest to prepayment."""
    if Refund.objects.filter(exception=found).exclude(state=RefundState.REJECTED).exists():
        raise DomainError("refund_exists", "这笔钱已申请退款，先退回那项申请。")
    order = settling.locked(found.order_id)
    postings = [Posting(Account.SUSPENSE, found.suspense_fen), Posting(Account.CHANNEL, -found.suspense_fen)]
    post(BOOKED_KIND, found.pk, postings, actor=actor, community_id=found.community_id, memo=f"支付订单 {order.number} 查清入账")
    order.payment = settling.take(order, service_actor(order.organisation_id, PORTAL), with_bills=True)
    order.save(update_fields=["payment"])
