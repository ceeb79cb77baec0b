"""Scoped reads: who stands in which class, the mix, the history of one payer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Max, Min, QuerySet

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound

from .models import Change, Reckoned, Standing
from .rules import USUAL, Conduct, Track


@dataclass(frozen=True, slots=True)
class Mixed:
    """How many stand in a class, and per mille of those classed; ``usual`` in per cent."""

    letter: str
    count: int
    permille: int
    usual: int | None


def standings(actor: Actor) -> QuerySet[Standing]:
    """The standings of the communities whose classes the actor may see."""
    return Standing.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.CLASS_VIEW))


def standing_of(actor: Actor, person_id: int) -> Standing:
    """Raises ``NotFound`` for a person of elsewhere or one who has never owed anything."""
    row = standings(actor).select_related("person", "community").filter(person_id=person_id).first()
    if row is None:
        raise NotFound()
    return row


def letters(actor: Actor, person_ids: Collection[int]) -> dict[int, str]:
    """The class of each of these payers that has one."""
    rows = standings(actor).filter(person_id__in=person_ids).exclude(letter="")
    return dict(rows.values_list("person_id", "letter"))


def conduct_of(row: Standing | Change) -> Conduct:
    return Conduct(row.periods, row.late, row.open_periods, row.oldest_due_on, row.last_paid_on, row.asked, row.hardship)


def mix(rows: QuerySet[Standing], track: Track) -> list[Mixed]:
    """A to D, then those not classed; shares are of the classed, and only households have a usual mix."""
    found = dict(rows.filter(track=track.value).values_list("letter").annotate(Count("pk")).order_by())
    classed = sum(count for letter, count in found.items() if letter)
    parts = [Mixed(letter, found.get(letter, 0), _permille(found.get(letter, 0), classed), usual) for letter, usual in USUAL.items()]
    if track is Track.BUSINESS:
        parts = [Mixed(part.letter, part.count, part.permille, None) for part in parts]
    return [*parts, Mixed("", found.get("", 0), 0, None)]


def _permille(count: int, whole: int) -> int:
    return (count * 2000 + whole) // (2 * whole) if whole else 0


def changes(actor: Actor, person_id: int) -> QuerySet[Change]:
    """The history of a payer, the latest first."""
    return Change.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.CLASS_VIEW), person_id=person_id
    ).order_by("-id")


def reckoned(actor: Actor, community_ids: Collection[int]) -> dict[str, object]:
    """When these communities were gone through: the earliest and the latest moment, None where one never was."""
    rows = Reckoned.objects.filter(community_id__in=set(community_ids) & actor.communities(Permission.CLASS_VIEW))
    found = rows.aggregate(count=Count("pk"), first=Min("at"), last=Max("at"))
    return found | {"whole": found["count"] == len(set(community_ids))}
