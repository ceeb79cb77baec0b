"""Up to which sum each role decides on each kind of request."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Organisation
from wuyefei.foundation.access.rules import ROLE_NAMES, Permission, Role
from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit

from .kinds import kind_of, kinds
from .models import Limit
from .rights import limits_of
from .rules import check_highest, roles_for

Changes = Mapping[tuple[str, Role], int | None]


class OwnLimit(DomainError):
    code = "own_limit"
    message = "你自己担任「{role}」，不能改它的额度，请由另一位系统管理员操作。"


@transaction.atomic
def set_limits(changes: Changes, *, reason: str, actor: Actor) -> int:
    """Put limits in force, by (kind, role) in fen; None takes one away. Returns how many were changed.

    An administrator does it, and not for a role they hold. All or nothing: raises ``OwnLimit`` and ``Invalid``.
    """
    actor.require_wide(Permission.ADMIN)
    Organisation.objects.select_for_update().get(pk=actor.organisation_id)
    now = limits_of(actor.organisation_id)
    changed = {key: cap for key, cap in changes.items() if cap != now.get(key[0], {}).get(key[1])}
    if not changed:
        return 0
    reason = limited(reason, "原因", 200, required=True)
    known = {kind.code for kind in kinds()}
    for (code, role), cap in changed.items():
        if code not in known or role not in roles_for(kind_of(code).permission) or (cap is not None and cap < 0):
            raise Invalid(field="额度", reason="应为不小于 0 的金额，留空为不限")
        if role in actor.roles:
            raise OwnLimit(role=ROLE_NAMES[role])
    for code in {code for code, _role in changed}:
        wanted = now.get(code, {}) | {role: cap for (kind, role), cap in changed.items() if kind == code}
        check_highest(kind_of(code).permission, {role: cap for role, cap in wanted.items() if cap is not None})
    for (code, role), cap in sorted(changed.items()):
        row, _made = Limit.objects.update_or_create(
            organisation_id=actor.organisation_id, kind=code, role=role, defaults={"up_to_fen": cap}
        )
        facts = {"kind": kind_of(code).label, "role": ROLE_NAMES[role]}
        before = facts | {"up_to": _said(now.get(code, {}).get(role))}
        audit.record(actor, "approvals.limit", row, before=before, after=facts | {"up_to": _said(cap)}, reason=reason)
    return len(changed)


def _said(cap: int | None) -> str:
    return "不限" if cap is None else yuan_text(cap)
