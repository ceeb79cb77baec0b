"""Scoped reads of routes, stops and proofs, and of the visits that wait for a route."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import replace

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from wuyefei.collection.followup.public import Step, steps
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.queries import holders_in
from wuyefei.foundation.access.rules import Permission, Role
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import clock
from wuyefei.relations.contacts.public import (
    Channel,
    Purpose,
    Refused,
    Wanted,
    check,
    gather,
    plain_facts,
)
from wuyefei.relations.contacts.public import Step as Asked

from .models import PanicNumber, Proof, Route, Stop

TAKEN = (Stop.State.OPEN, Stop.State.DONE, Stop.State.PAID)


def routes(actor: Actor) -> QuerySet[Route]:
    """The routes of the communities whose follow-up the actor may see."""
    rows = Route.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.FOLLOW_VIEW))
    return rows.select_related("community", "first", "second")


def with_counts(rows: QuerySet[Route]) -> QuerySet[Route]:
    """Each with ``doors``, and how many of them were ``reached``."""
    reached = Q(stops__state__in=(Stop.State.DONE, Stop.State.PAID))
    return rows.annotate(doors=Count("stops"), reached=Count("stops", filter=reached))


def get_route(actor: Actor, route_id: int) -> Route:
    row = routes(actor).filter(pk=route_id).first()
    if row is None:
        raise NotFound()
    return row


def stops(actor: Actor) -> QuerySet[Stop]:
    rows = Stop.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.FOLLOW_VIEW))
    return rows.select_related("route", "step", "case", "person", "property__building", "property__entrance", "contact", "act")


def get_stop(actor: Actor, stop_id: int) -> Stop:
    row = stops(actor).filter(pk=stop_id).first()
    if row is None:
        raise NotFound()
    return row


def get_proof(actor: Actor, proof_id: int) -> Proof:
    row = Proof.objects.filter(pk=proof_id, stop__in=stops(actor)).first()
    if row is None:
        raise NotFound()
    return row


def proofs(actor: Actor) -> QuerySet[Proof]:
    """What is kept of the visits of the actor's places, without the bytes, the earliest first."""
    rows = Proof.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.FOLLOW_VIEW))
    return rows.defer("content").order_by("pk")


def proofs_of(stop_ids: Collection[int]) -> dict[int, list[Proof]]:
    """By stop, without their bytes; for callers that have read the stops for an actor."""
    found: dict[int, list[Proof]] = {}
    for row in Proof.objects.filter(stop_id__in=stop_ids).defer("content").order_by("pk"):
        found.setdefault(row.stop_id, []).append(row)
    return found


def waiting(actor: Actor, on: dt.date) -> QuerySet[Step]:
    """The released visits of a day that stand on no route."""
    taken = Stop.objects.filter(step_id=OuterRef("pk"), state__in=TAKEN)
    rows = steps(actor).filter(on=on, channel=Channel.VISIT.value, state=Step.State.RELEASED).exclude(Exists(taken))
    return rows.select_related("person", "community", "case__property__building", "case__property__entrance")


def panic_number(community_id: int) -> str:
    """Whom visitors in trouble call; blank where nobody is named."""
    row = PanicNumber.objects.filter(community_id=community_id).order_by("-pk").first()
    return row.phone if row else ""


def companions(actor: Actor, community_id: int) -> list[User]:
    """Everybody who has a task in a community: the second person of a route need not work cases."""
    return holders_in(actor, community_id, list(Role))


def refused_at(organisation_id: int, community_id: int, at: dt.datetime) -> Refused | None:
    """Why nobody may be visited at a moment, whoever they are; None where visits are permitted."""
    facts = plain_facts(organisation_id, community_id)
    verdict = check(_visit(at, facts.limits.visitors), now=clock.now(), facts=facts)
    return verdict if isinstance(verdict, Refused) else None


def _visit(at: dt.datetime, people: int) -> Asked:
    return Asked(Channel.VISIT, Purpose.REMINDER, at, people=people)


def refusals(rows: Collection[Stop], at: dt.datetime) -> dict[int, Refused]:
    """By stop, why its person may not be visited at a moment; the planned visit itself does not count against it."""
    if not rows:
        return {}
    wanted = [Wanted(row.person_id, tuple(row.step.contact.receivable_ids) if row.step.contact else ()) for row in rows]
    facts = gather(next(iter(rows)).organisation_id, wanted, at)
    found: dict[int, Refused] = {}
    for row in rows:
        known = facts[row.person_id]
        past = list(known.past)
        planned = row.step.contact
        same = next((one for one in past if planned and one.at == planned.at and one.channel is Channel.VISIT), None)
        if same is not None:
            past.remove(same)
        verdict = check(_visit(at, known.limits.visitors), now=clock.now(), facts=replace(known, past=tuple(past)))
        if isinstance(verdict, Refused):
            found[row.pk] = verdict
    return found
