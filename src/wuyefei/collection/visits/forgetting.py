"""Photographs and signatures of visits are destroyed when nobody needs them any more; that they were there, and their digest, stays."""

from __future__ import annotations

from django.db.models import QuerySet

from wuyefei.collection.followup.public import over
from wuyefei.foundation.access.actor import SYSTEM, service_actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.platform import audit, clock

from .models import Proof

KIND = "visit_proofs"


def forget_old(organisation_id: int | None) -> int:
    """Destroy the bytes of visits whose case is long closed, by the one rule of the follow-up (``over``). Returns how many."""
    rows = Proof.objects.filter(over("stop__case"), erased_on__isnull=True)
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    count = 0
    for place in Community.objects.filter(pk__in=rows.values("community_id")).order_by("pk"):
        gone = _destroy(rows.filter(community=place))
        audit.record(service_actor(place.organisation_id, SYSTEM), KIND, place, community_id=place.pk, after={"files": gone})
        count += gone
    return count


def forget_of(person_id: int) -> None:
    """On erasure of a person: at once."""
    _destroy(Proof.objects.filter(stop__person_id=person_id, erased_on__isnull=True))


def _destroy(rows: QuerySet[Proof]) -> int:
    ids = list(rows.values_list("pk", flat=True))
    return Proof.objects.filter(pk__in=ids).update(content=b"", erased_on=clock.today())
