"""Photographs and voice notes are destroyed when nobody needs them any more; that they were there, and their digest, stays."""

from __future__ import annotations

from django.db.models import QuerySet

from wuyefei.foundation.access.actor import SYSTEM, service_actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.platform import audit, clock

from ..keeping import over
from ..models import Attachment

KIND = "followup_files"


def forget_old(organisation_id: int | None) -> int:
    """Destroy the bytes beside contacts of cases that are long closed, where nobody needs them any more. Returns how many."""
    rows = Attachment.objects.filter(over("act__case"))
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    count = 0
    for place in Community.objects.filter(pk__in=rows.filter(erased_on__isnull=True).values("community_id")).order_by("pk"):
        gone = _destroy(rows.filter(community=place))
        audit.record(service_actor(place.organisation_id, SYSTEM), KIND, place, community_id=place.pk, after={"files": gone})
        count += gone
    return count


def forget_of(person_id: int) -> None:
    """On erasure of a person: at once."""
    _destroy(Attachment.objects.filter(act__case__person_id=person_id))


def _destroy(rows: QuerySet[Attachment]) -> int:
    ids = list(rows.filter(erased_on__isnull=True).values_list("pk", flat=True))
    return Attachment.objects.filter(pk__in=ids).update(content=b"", erased_on=clock.today())
