"""Register control points, test them, end them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock

from .actions import open_mismatch
from .models import ControlPoint, ControlTest, Mismatch
from .queries import get_control, owners
from .rules import Already, SameHand


@dataclass(frozen=True, slots=True)
class PointDraft:
    """A control point as it is typed; ``community_id`` None for the whole firm's."""

    kind: str
    title: str
    standard: str
    every: str
    owner_id: int
    community_id: int | None = None


def _require(actor: Actor, permission: Permission, community_id: int | None) -> None:
    if community_id is None:
        actor.require_wide(permission)
    else:
        actor.require(permission, community_id)


@transaction.atomic
def register_control(draft: PointDraft, *, actor: Actor) -> ControlPoint:
    """Put a control point on the register. Raises ``Invalid`` naming the field."""
    if draft.community_id is not None:
        get_community(actor, draft.community_id, Permission.CONTROL_EDIT)
    _require(actor, Permission.CONTROL_EDIT, draft.community_id)
    if draft.kind not in ControlPoint.Kind.values:
        raise Invalid(field="类别", reason="不认识")
    if draft.every not in ControlPoint.Turn.values:
        raise Invalid(field="频次", reason="不认识")
    if not owners(actor).filter(pk=draft.owner_id).exists():
        raise Invalid(field="负责人", reason="没有这个人")
    row = ControlPoint.objects.create(
        organisation_id=actor.organisation_id, community_id=draft.community_id, kind=draft.kind, every=draft.every,
        title=limited(draft.title, "控制点", 60, required=True), standard=limited(draft.standard, "标准", 300, required=True),
        owner_id=draft.owner_id, since=clock.today(), made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "control.register", row, after={"kind": row.kind, "standard": row.standard, "every": row.every, "owner": row.owner_id})
    return row


@transaction.atomic
def note_test(control_id: int, tested_on: dt.date, passed: bool, evidence: str, *, actor: Actor) -> ControlTest:
    """Note a test with its evidence; one that was not passed opens a mismatch.

    Raises ``SameHand`` for the owner, ``Already`` for a control point that has ended, ``Invalid`` for a day to come.
    """
    found = get_control(actor, control_id)
    _require(actor, Permission.CONTROL_TEST, found.community_id)
    row = ControlPoint.objects.select_for_update().get(pk=found.pk)
    if row.ended_on is not None:
        raise Already(what=row.title)
    if row.owner_id == actor.user_id:
        raise SameHand(what="负责和测试同一个控制点")
    if not row.since <= tested_on <= clock.today():
        raise Invalid(field="测试日期", reason="应在登记之后、今天以前")
    test = ControlTest.objects.create(
        organisation_id=row.organisation_id, community_id=row.community_id, control=row, owner_id=row.owner_id, tested_by_id=actor.user_id,
        tested_on=tested_on, passed=passed, evidence=limited(evidence, "证据", 400, required=True), made_at=clock.now(),
    )  # fmt: skip
    if not passed:
        open_mismatch(Mismatch.Kind.TEST, test.pk, row.title, row.community_id, row.owner_id, actor)
    audit.record(actor, "control.test", row, after={"passed": passed, "tested_on": tested_on}, reason=test.evidence)
    return test


@transaction.atomic
def end_control(control_id: int, *, actor: Actor) -> ControlPoint:
    """Take a control point off the register from today on; its tests stay. Raises ``Already``."""
    found = get_control(actor, control_id)
    _require(actor, Permission.CONTROL_EDIT, found.community_id)
    row = ControlPoint.objects.select_for_update().get(pk=found.pk)
    if row.ended_on is not None:
        raise Already(what=row.title)
    row.ended_on = clock.today()
    row.save(update_fields=["ended_on"])
    audit.record(actor, "control.end", row)
    return row
