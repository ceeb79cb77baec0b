"""Scoped reads of joint efforts."""

from __future__ import annotations

from django.db.models import QuerySet

from wuyefei.collection.followup.public import Case, open_cases
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.relations.contacts.public import Contact

from .models import Effort, Household, Meeting, Showing, Visit, Work
from .rules import Participation, Purpose, Shown, Side, cost_a_home

SPOKEN = (Contact.Outcome.REACHED, Contact.Outcome.PROMISED, Contact.Outcome.CLAIMS_PAID, Contact.Outcome.DISPUTES, Contact.Outcome.HARDSHIP)
"""Outcomes of a visit on which somebody was spoken with."""
MOST_CHOICES = 200


def efforts(actor: Actor) -> QuerySet[Effort]:
    """The efforts of the communities whose joint work the actor may see."""
    rows = Effort.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.JOINT_VIEW))
    return rows.select_related("community", "made_by")


def get_effort(actor: Actor, effort_id: int) -> Effort:
    row = efforts(actor).filter(pk=effort_id).first()
    if row is None:
        raise NotFound()
    return row


def households_of(effort: Effort) -> QuerySet[Household]:
    """Those still in it, by room. For an effort that the actor may see."""
    rows = Household.objects.filter(effort=effort, left_on__isnull=True)
    return rows.select_related("case__property", "person").order_by("case__property__sort_key", "pk")


def shown_of(household: Household, purpose: Purpose) -> Shown:
    case = household.case
    return Shown(case.property.code, household.person.name, str(case.get_reason_display()) if case.reason else "", case.periods, case.owed_fen if case.closed_on is None else 0)


def get_showing(actor: Actor, showing_id: int) -> Showing:
    row = Showing.objects.select_related("effort__community", "made_by").filter(pk=showing_id, effort__in=efforts(actor)).first()
    if row is None:
        raise NotFound()
    return row


def get_work(actor: Actor, work_id: int) -> Work:
    row = Work.objects.select_related("effort").filter(pk=work_id, effort__in=efforts(actor)).first()
    if row is None:
        raise NotFound()
    return row


def showings_of(effort: Effort) -> QuerySet[Showing]:
    return Showing.objects.filter(effort=effort).select_related("made_by").order_by("-pk")


def visits_of(effort: Effort) -> QuerySet[Visit]:
    return Visit.objects.filter(effort=effort).select_related("household__case__property", "household__person", "contact", "made_by").order_by("-pk")


def meetings_of(effort: Effort) -> QuerySet[Meeting]:
    return Meeting.objects.filter(effort=effort).select_related("made_by").order_by("-on", "-pk")


def works_of(effort: Effort) -> list[tuple[Work, int]]:
    """With the cost a home, the smallest first."""
    rows = [(row, cost_a_home(row.homes, row.cost_fen)) for row in Work.objects.filter(effort=effort).order_by("pk")]
    return sorted(rows, key=lambda one: (one[0].done_on is not None, one[1], one[0].pk))


def joinable(actor: Actor, effort: Effort) -> QuerySet[Case]:
    """Open cases of the place that stand in no effort, those with most owed first."""
    taken = Household.objects.filter(left_on__isnull=True).values("person_id")
    rows = open_cases(actor).filter(community_id=effort.community_id).exclude(person_id__in=taken)
    return rows.select_related("property", "person").order_by("-owed_fen", "pk")[:MOST_CHOICES]


def participation(effort: Effort) -> Participation:
    """Counted over every household that was ever in the effort."""
    everybody = set(Household.objects.filter(effort=effort).values_list("pk", flat=True))
    reached: set[int] = set()
    agreed: set[int] = set()
    for household, outcome, words in Visit.objects.filter(effort=effort).values_list("household_id", "contact__outcome", "agreed"):
        if outcome in SPOKEN:
            reached.add(household)
            agreed |= {household} if words else set()
    meetings = list(Meeting.objects.filter(effort=effort).values_list("present", "sides", "agreed"))
    for present, _sides, words in meetings:
        reached |= set(present)
        agreed |= set(present) if words else set()
    whole = sum(Side.OWNERS.value in sides for _present, sides, _words in meetings)
    return Participation(len(everybody), len(reached & everybody), len(agreed & everybody), len(meetings), whole)
