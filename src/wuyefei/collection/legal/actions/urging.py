"""Whether a place asks for the owners' committee to urge first: kept with its basis, the latest holds (product row H1)."""

from __future__ import annotations

from django.db import transaction

from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock

from ..models import Urging
from ..queries.board import urging_of


@transaction.atomic
def set_urging(community_id: int, required: bool, basis: str, *, actor: Actor) -> Urging:
    """Say whether in this place the committee's urging must precede a suit or payment order; ``basis`` names the rule.

    Raises ``Invalid`` without a basis. What already holds is not kept twice.
    """
    place = get_community(actor, community_id, Permission.LEGAL_APPROVE)
    why = limited(basis, "依据", 200, required=True)
    known = urging_of(place.pk)
    if known is not None and (known.required, known.basis) == (required, why):
        return known
    row = Urging.objects.create(
        organisation_id=place.organisation_id, community=place, required=required, basis=why, made_by_id=actor.user_id, made_at=clock.now()
    )
    audit.record(actor, "legal.urging", row, community_id=place.pk, after={"required": required, "basis": why})
    return row
