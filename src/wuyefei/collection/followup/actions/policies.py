"""Keeping a new version of the cadence."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Max

from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.models import Organisation
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock

from ..models import CadencePolicy
from ..rules.policy import TRACK_NAMES, Policy, check_policy, to_plain

AHEAD = dt.timedelta(days=366)


@transaction.atomic
def save_policy(community_id: int | None, track: str, policy: Policy, effective_from: dt.date, reason: str, *, actor: Actor) -> CadencePolicy:
    """From ``effective_from`` on this cadence holds for a place (None: the whole organisation) and a track; the past stays as
    it was. Raises ``Invalid`` naming the line, and for a day gone by."""
    if community_id is None:
        actor.require_wide(Permission.FOLLOW_MANAGE)
    else:
        get_community(actor, community_id, Permission.FOLLOW_MANAGE)
    if track not in TRACK_NAMES:
        raise Invalid(field="对象", reason="请选一项")
    today = clock.today()
    if not today <= effective_from <= today + AHEAD:
        raise Invalid(field="生效日期", reason="应从今天起，一年之内")
    check_policy(policy)
    why = limited(reason, "原因", 200, required=True)
    Organisation.objects.select_for_update(no_key=True).get(pk=actor.organisation_id)
    last = CadencePolicy.objects.filter(organisation_id=actor.organisation_id).aggregate(last=Max("number"))["last"] or 0
    row = CadencePolicy.objects.create(
        organisation_id=actor.organisation_id, community_id=community_id, track=track, number=last + 1, effective_from=effective_from,
        values=to_plain(policy), reason=why, made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    facts = {"track": track, "effective_from": effective_from, "number": row.number} | to_plain(policy)
    audit.record(actor, "followup.policy", row, after=facts, reason=why)
    return row
