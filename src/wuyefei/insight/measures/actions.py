"""Setting targets."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Organisation
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.platform import audit, clock

from .models import Target
from .queries.targets import get_target
from .rules import Period, Unit
from .rules.periods import MONTHS

LOWEST, HIGHEST = Decimal("0.01"), Decimal(1)


def _require(actor: Actor, community_id: int | None) -> None:
    if community_id is None:
        actor.require_wide(Permission.TARGET_EDIT)
    else:
        actor.require(Permission.TARGET_EDIT, community_id)


@transaction.atomic
def set_target(community_id: int | None, period: Period, wanted: Decimal, *, actor: Actor) -> Target:
    """The current-period rate wished for in a community (or, None, everywhere) in a month, quarter or year.

    Setting it again replaces it; both values stay in the audit. Raises ``Invalid`` for a week or a rate outside 1–100 %.
    """
    _require(actor, community_id)
    if period.unit is Unit.WEEK:
        raise Invalid(field="账期", reason="目标按月、季或年设定")
    if not LOWEST <= wanted <= HIGHEST:
        raise Invalid(field="目标收缴率", reason=Phrase("现在是 {given}%，应在 1% 到 100% 之间", given=f"{wanted * 100:f}"))
    key = {
        "organisation_id": actor.organisation_id, "community_id": community_id, "first": period.first,
        "months": MONTHS[period.unit],
    }  # fmt: skip
    Organisation.objects.select_for_update(no_key=True).get(pk=actor.organisation_id)
    held = Target.objects.select_for_update().filter(**key).first()
    before = {"rate": held.rate} if held else None
    row = held or Target(**key)
    row.rate, row.set_by_id, row.set_at = wanted, actor.user_id, clock.now()
    row.save()
    audit.record(actor, "target.set", row, before=before, after={"rate": row.rate, "period": str(period)})
    return row


@transaction.atomic
def drop_target(target_id: int, *, actor: Actor) -> None:
    """Take a target away: the wider one, or the industry mean and three points, holds again."""
    row = get_target(actor, target_id)
    _require(actor, row.community_id)
    audit.record(actor, "target.drop", row, before={"rate": row.rate, "first": row.first, "months": row.months})
    row.delete()
