"""Roles in places, granted and ended by an administrator of the whole organisation."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound, Phrase
from wuyefei.foundation.platform import audit, clock

from ..actor import Actor, grants_on
from ..errors import LastAdministrator
from ..models import Organisation, RoleGrant, User
from ..rules import ROLE_NAMES, Permission, Role, approves_money
from .finding import locked_community, locked_region, locked_user


class OwnApproval(DomainError):
    code = "own_approval"
    message = "「{role}」可以审批资金，不能给自己授予，请由另一位系统管理员操作。"


class AlreadyGranted(DomainError):
    code = "already_granted"
    message = "这个人在「{place}」已经有「{role}」的角色。"


def place_name(grant: RoleGrant) -> str:
    place = grant.community or grant.region
    return place.name if place else Phrase("整个企业")


def facts(grant: RoleGrant) -> dict[str, Any]:
    """A grant as the audit trail tells it."""
    return {
        "role": ROLE_NAMES[Role(grant.role)],
        "place": place_name(grant),
        "starts_on": grant.starts_on,
        "ended_on": grant.ended_on,
    }


@transaction.atomic
def grant_role(
    user_id: int,
    role: Role | str,
    *,
    actor: Actor,
    region_id: int | None = None,
    community_id: int | None = None,
    starts_on: dt.date | None = None,
) -> RoleGrant:
    """Grant a role in a region or a community of the organisation, or in all of it where neither is named.

    Raises ``NotFound`` for a person or place of elsewhere, ``OwnApproval``, ``AlreadyGranted``, ``Invalid``.
    """
    actor.require_wide(Permission.ADMIN)
    role = Role(role)
    user = locked_user(user_id, actor)
    if not user.is_active:
        raise DomainError("user_ended", "这个账号已经停用，不能再授予角色。")
    if user.pk == actor.user_id and approves_money(role):
        raise OwnApproval(role=ROLE_NAMES[role])
    if region_id and community_id:
        raise Invalid(field="范围", reason="区域和小区只能选一个。")
    if role is Role.ADMINISTRATOR and (region_id or community_id):
        raise Invalid(field="范围", reason="系统管理员管整个企业，不分小区。")
    grant = RoleGrant(
        organisation_id=actor.organisation_id,
        user=user,
        role=role,
        region=locked_region(region_id, actor) if region_id else None,
        community=locked_community(community_id, actor) if community_id else None,
        starts_on=starts_on or clock.today(),
    )
    same = RoleGrant.objects.filter(user=user, role=role, region=grant.region, community=grant.community)
    if same.filter(ended_on__isnull=True).exists():
        raise AlreadyGranted(place=place_name(grant), role=ROLE_NAMES[role])
    grant.save()
    audit.record(actor, "access.grant_role", user, community_id=grant.community_id, after=facts(grant))
    return grant


@transaction.atomic
def end_role(grant_id: int, *, actor: Actor, reason: str = "") -> RoleGrant:
    """End a grant as of today: it counts no more from this moment."""
    actor.require_wide(Permission.ADMIN)
    grant = (
        RoleGrant.objects.select_for_update()
        .filter(pk=grant_id, organisation_id=actor.organisation_id)
        .first()
    )
    if grant is None:
        raise NotFound()
    if grant.ended_on is not None:
        raise DomainError("grant_ended", "这个角色已经结束了。")
    if grant.role == Role.ADMINISTRATOR:
        keep_one_administrator(actor, without_user=grant.user_id)
    before = facts(grant)
    grant.ended_on = clock.today()
    grant.save(update_fields=["ended_on"])
    audit.record(
        actor,
        "access.end_role",
        grant.user,
        community_id=grant.community_id,
        before=before,
        after=facts(grant),
        reason=reason,
    )
    return grant


def keep_one_administrator(actor: Actor, *, without_user: int) -> None:
    """Raises ``LastAdministrator`` when nobody else would administer the organisation."""
    Organisation.objects.select_for_update().get(
        pk=actor.organisation_id
    )  # two may not end each other at once
    administrators = User.objects.filter(
        organisation_id=actor.organisation_id,
        is_active=True,
        pk__in=grants_on(clock.today())
        .filter(role=Role.ADMINISTRATOR, region__isnull=True, community__isnull=True)
        .values("user_id"),
    )
    held = administrators.filter(pk=without_user).exists()
    if held and not administrators.exclude(pk=without_user).exists():
        raise LastAdministrator()
