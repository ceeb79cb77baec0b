"""Open a wave, answer, call back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.actor import SYSTEM, Actor, get_community, service_actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.relations.accounts.public import Owner, Place, acting_for
from wuyefei.relations.governance.public import quarter_of
from wuyefei.relations.service.public import get_ticket_of, words

from .models import Answer, Wave
from .queries import asked, can_rate, get_answer, mark_of, rating_of
from .rules import (
    MOST_WORDS,
    AlreadyAnswered,
    NotToHandle,
    TooLate,
    WaveThere,
    needs_call,
    wave_due,
    wave_ends,
)


@dataclass(frozen=True, slots=True)
class Said:
    """A score from 1 to 5 and what goes with it."""

    score: int
    text: str = ""
    about_keeper: bool = False
    anonymous: bool = False


@transaction.atomic
def open_wave(community_id: int, *, actor: Actor) -> Wave:
    """Begin this quarter's wave of a community, today. Raises ``WaveThere``."""
    place = get_community(actor, community_id, Permission.SURVEY_WORK)
    return _open(place, actor)


def _open(place: Community, actor: Actor) -> Wave:
    today = clock.today()
    row, made = Wave.objects.get_or_create(
        community=place, quarter=quarter_of(today),
        defaults={
            "organisation_id": place.organisation_id, "opens_on": today, "closes_on": wave_ends(today), "made_by_id": actor.user_id, "made_at": clock.now(),
        },
    )  # fmt: skip
    if not made:
        raise WaveThere()
    audit.record(actor, "survey.open", row, after={"closes_on": row.closes_on.isoformat()})
    return row


def open_due_waves(organisation_id: int | None) -> int:
    """The daily work: every community that is due and has homes; returns how many began."""
    today, count = clock.today(), 0
    if not wave_due(today):
        return 0
    places = Community.objects.filter(pk__in=Property.objects.filter(ended_on__isnull=True).values("community_id"))
    places = places.exclude(pk__in=Wave.objects.filter(quarter=quarter_of(today)).values("community_id"))
    if organisation_id is not None:
        places = places.filter(organisation_id=organisation_id)
    for place in places.order_by("pk"):
        with transaction.atomic():
            _open(place, service_actor(place.organisation_id, SYSTEM))
        count += 1
    return count


@transaction.atomic
def rate_ticket(owner: Owner, place: Place, token: str, said: Said) -> Answer:
    """Score a work order of one's own that was closed. Raises ``AlreadyAnswered``, ``TooLate``, ``Invalid``, ``NotFound``."""
    ticket = get_ticket_of(owner, place, token)
    if rating_of(ticket) is not None:
        raise AlreadyAnswered()
    if not can_rate(ticket):
        raise TooLate()
    row = _answer(place, ticket.property_id, said)
    row.kind, row.ticket, row.account_id = Answer.Kind.TICKET, ticket, owner.account_id
    return _keep(row, place)


@transaction.atomic
def answer_wave(owner: Owner, place: Place, said: Said) -> Answer:
    """Answer the open wave for one's home, once a household. Anonymous: only the building is kept, and the day.

    Raises ``AlreadyAnswered``, ``TooLate``, ``Invalid``.
    """
    found = asked(place)
    if found is None:
        raise TooLate()
    if found.answered:
        raise AlreadyAnswered()
    row = _answer(place, place.property_id, said)
    row.kind, row.wave, row.quarter = Answer.Kind.WAVE, found.wave, found.wave.quarter
    row.mark = mark_of(place.organisation_id, found.wave.pk, place.property_id)
    row.account_id = owner.account_id
    if said.anonymous:
        row.property_id = row.person_id = row.account_id = None
        row.call, row.at = False, dt.datetime.combine(clock.today(), dt.time(), CHINA)
    return _keep(row, place)


def _answer(place: Place, property_id: int, said: Said) -> Answer:
    home = Property.objects.select_related("building").get(pk=property_id)
    return Answer(
        organisation_id=place.organisation_id, community_id=place.community_id, building=home.building,
        keeper_id=home.building.housekeeper_id if home.building else None, property=home, person_id=place.person_id, score=said.score,
        about_keeper=said.about_keeper, text=words(said.text, "想说的话", MOST_WORDS), quarter=quarter_of(clock.today()), at=clock.now(),
        call=needs_call(said.score, said.about_keeper),
    )  # fmt: skip


def _keep(row: Answer, place: Place) -> Answer:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:  # the same household a moment ago
        raise AlreadyAnswered() from error
    actor = service_actor(place.organisation_id, SYSTEM) if row.property_id is None else acting_for(place)
    audit.record(actor, "survey.answer", row, after={"kind": row.kind, "score": row.score})
    return row


@transaction.atomic
def handle(answer_id: int, note: str, *, actor: Actor) -> Answer:
    """Note that somebody spoke to the household, and what came of it. Raises ``NotToHandle``, ``NotFound``, ``Invalid``."""
    found = get_answer(actor, answer_id)
    actor.require(Permission.SURVEY_WORK, found.community_id)
    row = Answer.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if not row.call or row.handled_at is not None:
        raise NotToHandle()
    row.handled_note = limited(note, "回访情况", 300, required=True)
    row.handled_at, row.handled_by_id = clock.now(), actor.user_id
    row.save(update_fields=["handled_note", "handled_at", "handled_by"])
    audit.record(actor, "survey.handle", row)
    return row
