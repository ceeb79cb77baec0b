"""What a payer's bankruptcy means for contacts: a claim declared in it stops them, the end of the proceeding lets them go on.

From acceptance on, paying one creditor is void and creditors act through the proceeding (Enterprise Bankruptcy Law 16, 44–48). The law
guard holds the ground; this room proves it and ends it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from wuyefei.collection.followup.public import reckon
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.platform import clock
from wuyefei.relations.contacts.public import Ground, disprove_ground, drop_pressing, prove_ground

from ..models import Event, Matter
from ..rules.road import ACTS

KIND = Ground.Kind.BANKRUPT.value


def standing(matter: Matter) -> Event | None:
    """The declaration in a bankruptcy that has not ended since; None where there is none."""
    rows = Event.objects.filter(Q(kind="ended") | Q(kind="declare", facts__way="bankrupt"), matter=matter)
    row = rows.order_by("-number").first()
    return row if row is not None and row.kind == "declare" else None


def stop_contacts(matter: Matter, actor: Actor) -> None:
    """Put the ground on record, and take back what is planned. The caller holds the matter's lock; repeated, it changes nothing."""
    declared = standing(matter)
    if declared is None or proven(matter):
        return
    proof = f"{matter.number} 申报破产债权，{declared.facts['since']} 受理，管理人：{declared.facts['court']}"
    prove_ground(matter.person, KIND, proof, f"legal.declare:{matter.pk}", actor=actor)
    drop_pressing(matter.person_id, "缴费单位破产，已申报债权", actor=actor)
    reckon(matter.community_id, clock.today(), [matter.person_id])


def proven(matter: Matter) -> bool:
    """Whether the ground stands on record for the payer."""
    return Ground.objects.filter(person_id=matter.person_id, kind=KIND, ended_at__isnull=True).exists()


def allow_contacts(matter: Matter, facts: Mapping[str, Any], actor: Actor) -> None:
    """The proceeding is over: the ground ends, for every matter of the payer, whoever wrote it down. A declaration made in error ends
    it only where no other matter of the payer stands in a bankruptcy."""
    others = Matter.objects.filter(person_id=matter.person_id).exclude(pk=matter.pk)
    if facts["how"] == "mistake" and any(standing(one) for one in others):
        return
    why = f"{matter.number} {ACTS['ended'].name} {facts.get('number') or ''}".strip()
    disprove_ground(matter.person_id, KIND, why, actor=actor)
    reckon(matter.community_id, clock.today(), [matter.person_id])
