"""Scoped reads: of the communities whose credit the actor may see, and of an owner's own."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count, Max, Min, QuerySet

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.queries import holders_in
from wuyefei.foundation.access.rules import ROLE_PERMISSIONS, Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import clock
from wuyefei.relations.accounts.public import Place

from .models import Change, Choice, Door, FreeService, Rating, Reckoned, Review, Showing
from .rules import BOUNDS, Facts


def ratings(actor: Actor) -> QuerySet[Rating]:
    return Rating.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.CREDIT_VIEW))


def rating_of(actor: Actor, person_id: int) -> Rating | None:
    return ratings(actor).select_related("person", "community").filter(person_id=person_id).first()


def facts_of(row: Rating | Change) -> Facts:
    return Facts(
        row.periods, row.late, row.open_periods, row.oldest_due_on, row.asked, row.hardship, row.plans_kept, row.plans_running, row.plans_broken
    )


def mix(rows: QuerySet[Rating]) -> list[tuple[str, int]]:
    """How many stand at A to D, then those not rated."""
    found = dict(rows.values_list("letter").annotate(Count("pk")).order_by())
    return [*((letter, found.get(letter, 0)) for letter, _least in BOUNDS), ("", found.get("", 0))]


def changes(actor: Actor, person_id: int) -> QuerySet[Change]:
    rows = Change.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.CREDIT_VIEW))
    return rows.filter(person_id=person_id).order_by("-id")


def reckoned(actor: Actor, community_ids: Collection[int]) -> dict[str, object]:
    """When these communities were gone through: the earliest and the latest moment, None where one never was."""
    rows = Reckoned.objects.filter(community_id__in=set(community_ids) & actor.communities(Permission.CREDIT_VIEW))
    found = rows.aggregate(count=Count("pk"), first=Min("at"), last=Max("at"))
    return found | {"whole": found["count"] == len(set(community_ids))}


def reviews(actor: Actor) -> QuerySet[Review]:
    """Objections, the first due first."""
    rows = Review.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.CREDIT_VIEW))
    return rows.select_related("person", "community", "reviewer").order_by("due_on", "pk")


def get_review(actor: Actor, review_id: int) -> Review:
    row = reviews(actor).filter(pk=review_id).first()
    if row is None:
        raise NotFound()
    return row


def waiting(actor: Actor) -> int:
    """How many objections wait for an answer where the actor may give it."""
    return reviews(actor).filter(state=Review.State.OPEN, community_id__in=actor.communities(Permission.CREDIT_REVIEW)).count()


def reviewers(actor: Actor, community_id: int) -> list[User]:
    """Who may answer an objection here."""
    return holders_in(actor, community_id, [role for role, held in ROLE_PERMISSIONS.items() if Permission.CREDIT_REVIEW in held])


def free_services(actor: Actor, person_id: int) -> QuerySet[FreeService]:
    rows = FreeService.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.CREDIT_VIEW))
    return rows.filter(person_id=person_id).select_related("made_by", "property").order_by("-id")


def used(person_id: int, year: int) -> int:
    """Free services had in a year. For callers that have checked the person's place."""
    return FreeService.objects.filter(person_id=person_id, year=year).count()


def showings(actor: Actor) -> QuerySet[Showing]:
    rows = Showing.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.CREDIT_VIEW))
    return rows.select_related("person", "community", "made_by", "given_by").order_by("-id")


def doors(community_ids: Collection[int]) -> dict[int, Door]:
    """The latest word of each community on showing ratings outside; silence is shut."""
    rows = Door.objects.filter(community_id__in=community_ids).select_related("made_by").order_by("community_id", "-id")
    return {row.community_id: row for row in rows.distinct("community_id")}


def opted_out(person_id: int) -> bool:
    """An owner's latest word on being rated. For callers that have checked the person's place."""
    row = Choice.objects.filter(person_id=person_id).order_by("-id").first()
    return bool(row and row.out)


def own_rating(place: Place) -> Rating | None:
    """The rating of whoever stands on the register of this place, for themself alone. Raises ``NotFound`` for guests."""
    return Rating.objects.filter(person_id=_own(place)).first()


def own_changes(place: Place) -> QuerySet[Change]:
    return Change.objects.filter(person_id=_own(place)).order_by("-id")


def own_reviews(place: Place) -> QuerySet[Review]:
    return Review.objects.filter(person_id=_own(place)).select_related("reviewer").order_by("-id")


def own_showings(place: Place) -> QuerySet[Showing]:
    """What was given to whom."""
    return Showing.objects.filter(person_id=_own(place), state=Showing.State.GIVEN).order_by("-id")


def own_free(place: Place) -> QuerySet[FreeService]:
    return FreeService.objects.filter(person_id=_own(place), year=clock.today().year).order_by("-id")


def own_choice(place: Place) -> bool:
    """Whether they have opted out."""
    return opted_out(_own(place))


def _own(place: Place) -> int:
    if not place.own:
        raise NotFound()
    return place.person_id
