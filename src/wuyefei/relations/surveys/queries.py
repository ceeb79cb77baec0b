"""Waves, answers and results where the actor may see them; what an owner may answer now."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community, User
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import clock, prepared, vault
from wuyefei.relations.accounts.public import Place
from wuyefei.relations.service.public import Ticket

from .models import Answer, Wave
from .rules import LEAST_GROUP, NOTHING, RATE_WITHIN, Standing, shown, total_shown

KINDS = (Answer.Kind.TICKET, Answer.Kind.WAVE)
HOMES = ("residential", "shop", "office")
"""The kinds of property that a wave asks."""
WITHDRAWN = "withdrawn"


def waves(actor: Actor) -> QuerySet[Wave]:
    """The waves of the communities whose reports the actor may see."""
    return Wave.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.REPORT_VIEW))


def answers(actor: Actor) -> QuerySet[Answer]:
    """What was said, one by one: for those who call back; a complaint about the actor is not for them. Anonymous ones only
    where their wave has enough of them."""
    rows = Answer.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.SURVEY_WORK))
    rows = rows.exclude(about_keeper=True, keeper_id=actor.user_id)
    enough = Answer.objects.filter(property__isnull=True, wave__isnull=False).values("wave").annotate(n=Count("pk")).filter(n__gte=LEAST_GROUP)
    rows = rows.filter(Q(property__isnull=False) | Q(wave_id__in=enough.values("wave")))
    return rows.select_related("community", "property", "person", "keeper", "ticket", "handled_by")


def get_answer(actor: Actor, answer_id: int) -> Answer:
    row = answers(actor).filter(pk=answer_id).first()
    if row is None:
        raise NotFound()
    return row


def to_call(actor: Actor) -> int:
    """How many households wait for a call."""
    return answers(actor).filter(call=True, handled_at__isnull=True).count()


def mark_of(organisation_id: int, wave_id: int, property_id: int) -> str:
    """What a home is known by in a wave: a keyed fingerprint, so that the row does not name it."""
    return vault.fingerprint(organisation_id, "survey", f"{wave_id}:{property_id}")


@dataclass(frozen=True, slots=True)
class Asked:
    """An open wave as a place finds it."""

    wave: Wave
    answered: bool


def asked(place: Place) -> Asked | None:
    """The wave that is open where the owner is."""
    today = clock.today()
    found = prepared.read(
        Wave, "WHERE community_id = %s AND opens_on <= %s AND closes_on >= %s ORDER BY id LIMIT 1", [place.community_id, today, today]
    )
    if not found:
        return None
    (wave,) = found
    mark = mark_of(place.organisation_id, wave.pk, place.property_id)
    return Asked(wave, Answer.objects.filter(wave=wave, mark=mark).exists())


def rating_of(ticket: Ticket) -> Answer | None:
    """What was said of a work order that the caller may read."""
    return Answer.objects.filter(ticket=ticket).first()


def can_rate(ticket: Ticket) -> bool:
    """Whether a work order waits for its score: closed by us, of late, and not yet rated."""
    if ticket.closed_at is None or ticket.outcome == WITHDRAWN or clock.now() - ticket.closed_at > RATE_WITHIN:
        return False
    return rating_of(ticket) is None


@dataclass(frozen=True, slots=True)
class Line:
    """A group's standing by kind; None where too few answered to be shown."""

    name: str
    place: str
    ticket: Standing | None
    wave: Standing | None


@dataclass(frozen=True, slots=True)
class Results:
    """A quarter: ``whole`` by kind over all communities, None where it would tell of too few."""

    quarter: dt.date
    ticket: Standing | None
    wave: Standing | None
    communities: list[Line]
    keepers: list[Line]


def quarters(actor: Actor, many: int = 8) -> list[dt.date]:
    """The quarters in which anything was answered, the latest first."""
    rows = _rows(actor, actor.communities(Permission.REPORT_VIEW)).order_by("-quarter").values_list("quarter", flat=True).distinct()
    return list(rows[:many])


def _rows(actor: Actor, place_ids: Collection[int]) -> QuerySet[Answer]:
    return Answer.objects.filter(organisation_id=actor.organisation_id, community_id__in=place_ids)


def results(actor: Actor, quarter: dt.date, places: Collection[Community]) -> Results:
    """Counts of a quarter by community and by housekeeper; ``places`` are of the actor's own for reports."""
    ids = {place.pk for place in places} & set(actor.communities(Permission.REPORT_VIEW))
    names = {place.pk: place.name for place in places if place.pk in ids}
    found = _counted(actor, quarter, ids)
    homes, closed = _homes(ids), _closed(ids, quarter)
    by_place: dict[str, dict[int, Standing]] = {}
    by_keeper: dict[str, dict[tuple[int, int], Standing]] = {}
    for kind, base in ((Answer.Kind.TICKET, closed), (Answer.Kind.WAVE, homes)):
        keyed = {key: Standing(found[kind].get(key, NOTHING).scores, count) for key, count in base.items()}
        keyed |= {key: standing for key, standing in found[kind].items() if key not in keyed}
        by_keeper[kind] = keyed
        sums: dict[int, Standing] = defaultdict(lambda: NOTHING)
        for (place_id, _keeper), standing in keyed.items():
            sums[place_id] += standing
        by_place[kind] = dict(sums)
    people = dict(User.objects.filter(organisation_id=actor.organisation_id).values_list("pk", "name"))
    whole = [_whole(by_place[kind]) for kind in KINDS]
    return Results(quarter, whole[0], whole[1], _place_lines(by_place, names), _keeper_lines(by_keeper, by_place, names, people))


def _counted(actor: Actor, quarter: dt.date, ids: Collection[int]) -> dict[str, dict[tuple[int, int], Standing]]:
    """Answers by kind, community and keeper (0: none)."""
    rows = _rows(actor, ids).filter(quarter=quarter).values("kind", "community_id", "keeper_id", "score").annotate(n=Count("pk")).order_by()
    counts: dict[str, dict[tuple[int, int], list[int]]] = {kind: defaultdict(lambda: [0] * 5) for kind in KINDS}
    for row in rows:
        counts[row["kind"]][row["community_id"], row["keeper_id"] or 0][row["score"] - 1] += row["n"]
    return {kind: {key: Standing((s[0], s[1], s[2], s[3], s[4]), 0) for key, s in held.items()} for kind, held in counts.items()}


def _homes(ids: Collection[int]) -> dict[tuple[int, int], int]:
    """Homes by community and today's keeper: whom a wave asks."""
    rows = Property.objects.filter(community_id__in=ids, ended_on__isnull=True, kind__in=HOMES)
    counted = rows.values("community_id", "building__housekeeper_id").annotate(n=Count("pk")).order_by()
    return {(row["community_id"], row["building__housekeeper_id"] or 0): row["n"] for row in counted}


def _closed(ids: Collection[int], quarter: dt.date) -> dict[tuple[int, int], int]:
    """Work orders closed in the quarter by community and today's keeper."""
    begins = dt.datetime.combine(quarter, dt.time(), CHINA)
    ends = dt.datetime.combine(dt.date(quarter.year + quarter.month // 10, (quarter.month + 2) % 12 + 1, 1), dt.time(), CHINA)
    rows = Ticket.objects.filter(community_id__in=ids, closed_at__gte=begins, closed_at__lt=ends).exclude(outcome=WITHDRAWN)
    counted = rows.values("community_id", "property__building__housekeeper_id").annotate(n=Count("pk")).order_by()
    return {(row["community_id"], row["property__building__housekeeper_id"] or 0): row["n"] for row in counted}


def _whole(groups: dict[int, Standing]) -> Standing | None:
    return sum(groups.values(), NOTHING) if total_shown(one.count for one in groups.values()) else None


def _place_lines(found: dict[str, dict[int, Standing]], names: dict[int, str]) -> list[Line]:
    """Each by itself: a community can be looked at alone, so hiding it beside another would hide nothing."""

    def one(kind: str, place_id: int) -> Standing | None:
        standing = found[kind].get(place_id, NOTHING)
        return standing if standing.count >= LEAST_GROUP else None

    return [Line(name, "", *(one(kind, place_id) for kind in KINDS)) for place_id, name in names.items()]


def _keeper_lines(
    found: dict[str, dict[tuple[int, int], Standing]], whole: dict[str, dict[int, Standing]], names: dict[int, str], people: dict[int, str]
) -> list[Line]:
    """One line a community and keeper, never summed over communities; hidden apart in each community."""
    keys = sorted({key for kind in KINDS for key in found[kind]}, key=lambda key: (list(names).index(key[0]), key[1] == 0, people.get(key[1], "")))
    open_: dict[str, set[tuple[int, int]]] = {}
    for kind in KINDS:
        open_[kind] = set()
        for place_id in names:
            groups = {key: one.count for key, one in found[kind].items() if key[0] == place_id}
            if whole[kind].get(place_id, NOTHING).count >= LEAST_GROUP:
                open_[kind] |= shown(groups)
    return [
        Line(people.get(key[1], ""), names[key[0]], *(found[kind].get(key) if key in open_[kind] else None for kind in KINDS)) for key in keys
    ]


def unanswered_tickets(rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """Of work orders that the caller may read, those that wait for a score."""
    since = clock.now() - RATE_WITHIN
    rows = rows.filter(closed_at__gte=since).exclude(outcome=WITHDRAWN)
    return rows.exclude(Exists(Answer.objects.filter(ticket=OuterRef("pk"))))
