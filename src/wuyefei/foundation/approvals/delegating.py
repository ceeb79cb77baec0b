"""Lending one's right to decide to a colleague for a time, and taking it back."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from wuyefei.foundation.access.actor import Actor, load_actor
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound, Phrase
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock

from . import queries
from .kinds import kinds
from .models import Delegation
from .rules import check_period


class NothingToLend(DomainError):
    code = "nothing_to_lend"
    message = "你自己没有复核权，不能委托。受托得来的复核权不能转委托。"


class CannotStandIn(DomainError):
    code = "cannot_stand_in"
    message = "{name} 不能受托：{reason}。"


class AlreadyLent(DomainError):
    code = "already_lent"
    message = "这段时间已经委托给 {name} 了。"


def lendable(actor: Actor) -> frozenset[int]:
    """The communities in which the actor holds a right to decide of their own."""
    return frozenset().union(*(actor.communities(permission) for permission in {kind.permission for kind in kinds()}))


def _why_not(taker: User, places: frozenset[int]) -> str:
    """Why somebody may not stand in; empty where they may."""
    other = load_actor(taker)
    reach = places & other.seen
    if not reach:
        return Phrase("在这些小区没有角色")
    if reach <= other.communities(Permission.CASHDESK):
        return Phrase("收银员经手现金，不能兼任复核")
    if Permission.ADMIN in other.wide:
        return Phrase("系统管理员设定角色和额度，不能兼任复核")
    return "" if taker.totp_confirmed_at else Phrase("还没有绑定动态码")


def eligible(actor: Actor) -> list[User]:
    """Colleagues who may stand in for the actor in at least one of their places."""
    places = lendable(actor)
    if not places:
        return []
    users = User.objects.filter(organisation_id=actor.organisation_id, is_active=True, service="", totp_confirmed_at__isnull=False)
    found = users.exclude(pk=actor.user_id).select_related("organisation").order_by("name", "pk")[:200]
    return [user for user in found if not _why_not(user, places)]


@transaction.atomic
def delegate(
    taker_id: int, *, starts_on: dt.date, ends_on: dt.date, reason: str, actor: Actor, community_id: int | None = None
) -> Delegation:
    """Let a colleague decide in one's place, in one community or wherever one may decide oneself.

    Raises ``NothingToLend``, ``CannotStandIn``, ``AlreadyLent``, ``Invalid``, ``NotFound``.
    """
    check_period(starts_on, ends_on, clock.today())
    reason = limited(reason, "原因", 200, required=True)
    places = lendable(actor)
    if not places:
        raise NothingToLend()
    if community_id is not None:
        if community_id not in places:
            raise NotFound()
        places = frozenset({community_id})
    User.objects.select_for_update().get(pk=actor.user_id)  # two delegations of one giver come one after the other
    taker = User.objects.filter(pk=taker_id, organisation_id=actor.organisation_id, is_active=True, service="").first()
    if taker is None:
        raise NotFound()
    if taker.pk == actor.user_id:
        raise Invalid(field="受托人", reason="不能是自己")
    if why := _why_not(taker, places):
        raise CannotStandIn(name=taker.name, reason=why)
    same = Delegation.objects.filter(giver_id=actor.user_id, taker=taker, withdrawn_at__isnull=True, starts_on__lte=ends_on, ends_on__gte=starts_on)
    if community_id in same.values_list("community_id", flat=True):
        raise AlreadyLent(name=taker.name)
    row = Delegation.objects.create(
        organisation_id=actor.organisation_id, giver_id=actor.user_id, taker=taker, community_id=community_id,
        starts_on=starts_on, ends_on=ends_on, reason=reason, made_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "approvals.delegate", row, after={"taker": taker.name, "starts_on": starts_on, "ends_on": ends_on}, reason=reason)
    return row


@transaction.atomic
def withdraw(delegation_id: int, *, actor: Actor) -> Delegation:
    """The giver, or an administrator of the whole organisation, takes the right back at once."""
    row = Delegation.objects.select_for_update(of=("self",)).filter(pk=delegation_id, organisation_id=actor.organisation_id).first()
    if row is None or not (may_withdraw(row, actor) or queries.delegations(actor).filter(pk=row.pk).exists()):
        raise NotFound()
    if not may_withdraw(row, actor):
        raise Forbidden(permission="系统管理")
    if row.withdrawn_at or row.ends_on < clock.today():
        raise DomainError("delegation_over", "这项委托已经结束了。")
    row.withdrawn_at, row.withdrawn_by_id = clock.now(), actor.user_id
    row.save(update_fields=["withdrawn_at", "withdrawn_by"])
    audit.record(actor, "approvals.withdraw", row, before={"ends_on": row.ends_on}, after={"withdrawn_at": row.withdrawn_at})
    return row


def may_withdraw(row: Delegation, actor: Actor) -> bool:
    return row.giver_id == actor.user_id or Permission.ADMIN in actor.wide
