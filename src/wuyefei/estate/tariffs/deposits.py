"""Deposit policies 押金标准: set from a day on, never changed, only followed by another."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock

from .models import ChargeItem, DepositPolicy
from .queries import get_item
from .rules.deposits import DepositBy, DepositRule, check_deposit


class NoPolicy(DomainError):
    code = "no_deposit_policy"
    message = "「{item}」在 {day} 还没有押金标准，请先设定。"


class PolicyDayTaken(DomainError):
    code = "deposit_policy_day"
    message = "「{item}」在 {day} 已有押金标准。一天只能有一个，请换一个生效日期。"


def deposit_policies(actor: Actor) -> QuerySet[DepositPolicy]:
    """The policies of the communities whose estate the actor may see, the latest first."""
    rows = DepositPolicy.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.ESTATE_VIEW))
    return rows.select_related("item").order_by("item_id", "-effective_from")


def policy_on(community_id: int, item: ChargeItem, day: dt.date) -> DepositPolicy:
    """The policy in force. Raises ``NoPolicy``. For callers that have checked the place."""
    rows = DepositPolicy.objects.filter(community_id=community_id, item=item, effective_from__lte=day)
    row = rows.order_by("-effective_from").first()
    if row is None:
        raise NoPolicy(item=item.name, day=day)
    return row


@transaction.atomic
def set_policy(
    item_id: int, rule: DepositRule, effective_from: dt.date, *, actor: Actor, community: Community, note: str = ""
) -> DepositPolicy:
    """The deposit from a day on. Raises ``Invalid`` for an item that is none or a figure out of bounds,
    ``PolicyDayTaken``."""
    actor.require(Permission.TARIFF_EDIT, community.pk)
    item = get_item(actor, item_id)
    if item.nature != ChargeItem.Nature.DEPOSIT:
        raise Invalid(field="收费项目", reason="不是押金")
    check_deposit(rule)
    day = parse_day(effective_from, "生效日期")
    Community.objects.select_for_update(no_key=True).get(pk=community.pk)
    if DepositPolicy.objects.filter(community=community, item=item, effective_from=day).exists():
        raise PolicyDayTaken(item=item.name, day=day)
    row = DepositPolicy.objects.create(
        organisation_id=actor.organisation_id, community=community, item=item, by=rule.by.value, figure=rule.figure,
        effective_from=day, note=limited(note, "说明", 200), made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    after = {"item": item.name, "by": rule.by.value, "figure": rule.figure, "effective_from": day, "note": row.note}
    audit.record(actor, "deposit.policy", row, community_id=community.pk, after=after)
    return row


def rule_of(row: DepositPolicy) -> DepositRule:
    return DepositRule(DepositBy(row.by), row.figure)
