"""An account for every bill of a deposit; what it is for and when it should go back; and whose it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.billing.public import Receivable

from ..models import Deposit, Handover
from ..queries import asked_of, with_money


class ReturnAsked(DomainError):
    code = "deposit_return_asked"
    message = "{deposit} 有一次退还在等待复核，请先处理完。"


class HolderChanged(DomainError):
    code = "deposit_holder_changed"
    message = "{deposit} 的在押金额或归属已有变动，现在在押 {held} 元，请刷新后重新办理。"


def keep(bills: Sequence[Receivable], expected_on: dt.date | None = None) -> None:
    """Called where bills of deposits are booked, in their transaction: it belongs to its payer and is for what the bill says."""
    now = clock.now()
    Deposit.objects.bulk_create(
        [
            Deposit(organisation_id=bill.organisation_id, community_id=bill.community_id, bill=bill, property_id=bill.property_id,
                    holder_id=bill.payer_id, purpose=(bill.memo or bill.item.name)[:80], expected_on=expected_on, made_at=now)
            for bill in bills
        ], batch_size=2000,
    )  # fmt: skip


def locked(deposit_id: int, actor: Actor) -> Deposit:
    """The deposit under lock with its money, if it lies in the actor's places."""
    rows = Deposit.objects.filter(pk=deposit_id, organisation_id=actor.organisation_id, community_id__in=actor.seen)
    if not list(rows.select_for_update().values_list("pk", flat=True)):
        raise NotFound()
    return with_money(rows).select_related("property", "holder", "bill__item", "bill__payer").get()


@dataclass(frozen=True, slots=True)
class Facts:
    """What a deposit is for, what it rests on, and when it should go back."""

    purpose: str
    document: str = ""
    expected_on: dt.date | None = None


@transaction.atomic
def describe_deposit(deposit_id: int, facts: Facts, *, actor: Actor) -> Deposit:
    """Raises ``Invalid`` for no purpose or a day out of bounds."""
    row = locked(deposit_id, actor)
    actor.require(Permission.BILLING_DRAFT, row.community_id)
    before = {"purpose": row.purpose, "document": row.document, "expected_on": row.expected_on}
    row.purpose = limited(facts.purpose, "用途", 80, required=True)
    row.document = limited(facts.document, "依据", 80)
    row.expected_on = parse_day(facts.expected_on, "预计退还日") if facts.expected_on else None
    row.save(update_fields=["purpose", "document", "expected_on"])
    after = {"purpose": row.purpose, "document": row.document, "expected_on": row.expected_on}
    audit.record(actor, "deposits.describe", row, before=before, after=after)
    return row


@transaction.atomic
def hand_over(deposit_id: int, held_fen: int, from_id: int, to_id: int, *, actor: Actor, reason: str) -> Deposit:
    """It becomes another person's; no entry, for the account holds what it held. Called on approval, which checks the
    permission. Raises ``HolderChanged``, ``ReturnAsked``."""
    row = locked(deposit_id, actor)
    if asked_of(row) is not None:
        raise ReturnAsked(deposit=str(row))
    if row.holder_id != from_id or row.held_fen != held_fen:
        raise HolderChanged(deposit=str(row), held=yuan_text(row.held_fen))
    row.holder_id = to_id
    row.save(update_fields=["holder"])
    Handover.objects.create(
        deposit=row, before_id=from_id, after_id=to_id, held_fen=held_fen, reason=reason[:120], made_by_id=actor.user_id, made_at=clock.now()
    )
    audit.record(actor, "deposits.hand_over", row, before={"holder": from_id}, after={"holder": to_id, "held_fen": held_fen}, reason=reason)
    return row


@transaction.atomic
def expect_back(deposit_ids: Iterable[int], on: dt.date, *, actor: Actor) -> Collection[int]:
    """They should go back by ``on`` where nothing earlier was said. Called by a transfer, which checks the permission."""
    rows = Deposit.objects.select_for_update().filter(
        Q(expected_on__isnull=True) | Q(expected_on__gt=on), pk__in=list(deposit_ids), organisation_id=actor.organisation_id
    )
    found = list(rows.order_by("pk"))
    for row in found:
        audit.record(actor, "deposits.describe", row, before={"expected_on": row.expected_on}, after={"expected_on": on})
        row.expected_on = on
        row.save(update_fields=["expected_on"])
    return [row.pk for row in found]
