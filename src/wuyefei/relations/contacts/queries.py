"""Scoped reads of the contact log, and the facts that the guard judges by."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from wuyefei.estate.contracts.public import Contract
from wuyefei.estate.localrules.public import packs_on
from wuyefei.estate.people.public import Person
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.kernel.workdays import SpecialDay, WorkCalendar, built_in
from wuyefei.money.billing.public import LateFeeHold, Receivable

from .models import CalendarDay, Contact, Ground, GuardLimits, Refusal, Wish
from .preferences import Preference, preferences_in_bulk, preferences_of
from .rules.guard import Facts
from .rules.limits import DEFAULTS, Limits, of_plain
from .rules.measures import Ground as Reason
from .rules.steps import ABOUT_DEBT, Channel, Past

DISPUTE = "dispute"
"""The kind of billing hold that stands for a dispute under way."""
MONTH = dt.timedelta(days=31)


def contacts(actor: Actor) -> QuerySet[Contact]:
    """The contacts of the communities whose log the actor may see."""
    return Contact.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.CONTACT_VIEW)
    )


def get_contact(actor: Actor, contact_id: int) -> Contact:
    row = contacts(actor).select_related("person", "property", "community", "made_by", "closed_by").filter(pk=contact_id).first()
    if row is None:
        raise NotFound()
    return row


def refusals(actor: Actor) -> QuerySet[Refusal]:
    """What the guard turned away where the actor manages contacts."""
    return Refusal.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.CONTACT_MANAGE)
    )


def grounds(actor: Actor) -> QuerySet[Ground]:
    return Ground.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.CONTACT_VIEW)
    )


def wishes_of(actor: Actor, person_id: int) -> dict[str, Wish]:
    """The latest wish of a person by channel."""
    rows = Wish.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.CONTACT_VIEW), person_id=person_id
    )
    return {row.channel: row for row in rows.select_related("made_by").order_by("channel", "-id").distinct("channel")}


def limits_of(organisation_id: int) -> Limits:
    """The limits in force; the defaults where a firm has set none."""
    row = GuardLimits.objects.filter(organisation_id=organisation_id).order_by("-id").first()
    return of_plain(row.values) if row else DEFAULTS


def days_of(organisation_id: int) -> list[SpecialDay]:
    """The organisation's own special days."""
    rows = CalendarDay.objects.filter(organisation_id=organisation_id).order_by("day")
    return [SpecialDay(row.day, row.rest, row.name, row.source) for row in rows]


def work_calendar(organisation_id: int) -> WorkCalendar:
    """Working days as the organisation knows them: the built-in years and its own table over them."""
    return WorkCalendar.of(built_in(), days_of(organisation_id))


@dataclass(frozen=True)
class Wanted:
    """A person somebody means to contact, perhaps about certain receivables."""

    person_id: int
    receivable_ids: tuple[int, ...] = ()


def gather(organisation_id: int, wanted: Collection[Wanted], at: dt.datetime) -> dict[int, Facts]:
    """The facts of each person for a step at ``at``, in a fixed number of queries however many there are.

    For callers that have checked the persons' places.
    """
    ids = [one.person_id for one in wanted]
    about = {one.person_id: set(one.receivable_ids) for one in wanted}
    limits, calendar = limits_of(organisation_id), work_calendar(organisation_id)
    today = at.astimezone(CHINA).date()
    past, (refused, welcome, wrong) = _past(ids, at), _wishes(ids)
    people = {row.pk: row for row in Person.objects.filter(organisation_id=organisation_id, pk__in=ids).only("pk", "community_id", "mobile_mark", "erased_at")}
    by_person, by_place = _grounds(organisation_id, people.values())
    late_fee = set(
        Contract.objects.filter(
            organisation_id=organisation_id, community_id__in={row.community_id for row in people.values()}, late_fee_rate__isnull=False
        ).values_list("community_id", flat=True)
    )
    said, unsaid = preferences_of(ids), Preference()
    local = packs_on({row.community_id for row in people.values()}, today)
    owing, disputed = _owing(ids, about, today), _disputed(ids, about, today)
    found: dict[int, Facts] = {}
    for person_id, person in people.items():
        kinds = by_person[person_id] | by_place[person.community_id]
        wish = said.get(person_id, unsaid)
        lawful = kinds | ({Reason.LATE_FEE_CLAUSE.value} if person.community_id in late_fee else set())
        found[person_id] = Facts(
            limits=limits, calendar=calendar, past=tuple(past[person_id]), owes=person_id in owing,
            dispute_hold=person_id in disputed, refused=frozenset(refused[person_id]), welcome=frozenset(welcome[person_id]),
            wrong=bool(person.mobile_mark) and wrong.get(person_id) == person.mobile_mark, erased=person.erased_at is not None,
            deceased="deceased" in kinds, bankrupt="bankrupt" in kinds, named="named" in kinds, joint="joint" in kinds,
            grounds=frozenset(lawful), preferred=wish.channel, quiet=wish.quiet, silent=wish.silent,
            local=local[person.community_id].forbids if person.community_id in local else frozenset(),
        )  # fmt: skip
    return found


WEEK = dt.timedelta(days=8)


def ordinary(organisation_id: int, community_id: int, at: dt.datetime) -> QuerySet[Person]:
    """The persons of a community of whom nothing is known that could make the guard refuse a bill notice from ``at`` on:
    whatever ``plain_facts`` allow holds for each of them. Nobody with a wish, a ground, a dispute, hours of their own, a
    contact within the week or planned, or as many in the month as the tightest cap allows.

    For callers that have checked the place.
    """
    today, least = at.astimezone(CHINA).date(), min(cap.month for cap in limits_of(organisation_id).caps.values())
    mine = {"person_id": OuterRef("pk")}
    told = Contact.objects.filter(
        at__gt=at - MONTH, direction=Contact.Direction.OUT, purpose__in=[purpose.value for purpose in ABOUT_DEBT], **mine
    ).exclude(Q(state=Contact.State.CANCELLED) | Q(outcome=Contact.Outcome.BOUNCED))  # fmt: skip
    held = LateFeeHold.objects.filter(kind=DISPUTE, receivable__payer_id=OuterRef("pk"), starts_on__lte=today + MONTH)
    rows = Person.objects.filter(organisation_id=organisation_id, community_id=community_id, erased_at__isnull=True).filter(
        ~Exists(Wish.objects.filter(**mine)), ~Exists(Ground.objects.filter(ended_at__isnull=True, **mine)),
        ~Exists(held.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))), ~Exists(told.filter(at__gt=at - WEEK)),
    )  # fmt: skip
    rows = rows.filter(~Exists(told.order_by("at")[least - 1 : least])) if least else rows.none()
    for one in preferences_in_bulk():
        rows = rows.exclude(pk__in=one.more())
    return rows


def likes(organisation_id: int) -> list[QuerySet[Any, tuple[int, str]]]:
    """(person, channel) of those who wish for a channel, one query a room that knows."""
    return [one.likes() for one in preferences_in_bulk()]


def plain_facts(organisation_id: int, community_id: int) -> Facts:
    """What holds for every one of ``ordinary``: the limits, the calendar and what is on record for the whole community."""
    late_fee = Contract.objects.filter(organisation_id=organisation_id, community_id=community_id, late_fee_rate__isnull=False).exists()
    kinds = set(
        Ground.objects.filter(organisation_id=organisation_id, community_id=community_id, person__isnull=True, ended_at__isnull=True)
        .values_list("kind", flat=True)
    )  # fmt: skip
    lawful = kinds | ({Reason.LATE_FEE_CLAUSE.value} if late_fee else set())
    return Facts(
        limits=limits_of(organisation_id), calendar=work_calendar(organisation_id), grounds=frozenset(lawful),
        deceased="deceased" in kinds, bankrupt="bankrupt" in kinds, named="named" in kinds, joint="joint" in kinds,
    )  # fmt: skip


def _past(ids: Collection[int], at: dt.datetime) -> dict[int, list[Past]]:
    """What has disturbed somebody or is planned: a message that never arrived does not count."""
    found: dict[int, list[Past]] = defaultdict(list)
    rows = Contact.objects.filter(
        person_id__in=ids, at__gt=at - MONTH, at__lt=at + MONTH, direction=Contact.Direction.OUT,
        purpose__in=[purpose.value for purpose in ABOUT_DEBT],
    ).exclude(Q(state=Contact.State.CANCELLED) | Q(outcome=Contact.Outcome.BOUNCED))  # fmt: skip
    for person_id, moment, channel in rows.values_list("person_id", "at", "channel"):
        found[person_id].append(Past(moment, Channel(channel)))
    return found


def _wishes(ids: Collection[int]) -> tuple[dict[int, set[Channel]], dict[int, set[Channel]], dict[int, str]]:
    """Channels refused, channels welcome for promotion, and the mark of a number that is not the person's."""
    refused: dict[int, set[Channel]] = defaultdict(set)
    welcome: dict[int, set[Channel]] = defaultdict(set)
    wrong: dict[int, str] = {}
    rows = Wish.objects.filter(person_id__in=ids).order_by("person_id", "channel", "-id").distinct("person_id", "channel")
    for row in rows:
        if row.kind == Wish.Kind.REFUSED:
            refused[row.person_id].add(Channel(row.channel))
        elif row.kind == Wish.Kind.AGREED:
            welcome[row.person_id].add(Channel(row.channel))
        elif row.kind == Wish.Kind.WRONG:
            wrong[row.person_id] = row.mark
    return refused, welcome, wrong


def _grounds(organisation_id: int, people: Iterable[Person]) -> tuple[dict[int, set[str]], dict[int, set[str]]]:
    """Kinds on record by person, and by community for all its people."""
    by_person: dict[int, set[str]] = defaultdict(set)
    by_place: dict[int, set[str]] = defaultdict(set)
    rows = Ground.objects.filter(organisation_id=organisation_id, ended_at__isnull=True).filter(
        Q(person__isnull=True) | Q(person_id__in=[row.pk for row in people])
    )
    for person_id, community_id, kind in rows.values_list("person_id", "community_id", "kind"):
        if person_id is None:
            by_place[community_id].add(kind)
        else:
            by_person[person_id].add(kind)
    return by_person, by_place


def _owing(ids: Collection[int], about: Mapping[int, set[int]], today: dt.date) -> set[int]:
    """Who has something due and unpaid, among the receivables in question where there are such."""
    rows = Receivable.objects.filter(payer_id__in=ids, outstanding_fen__gt=0, reversed_at__isnull=True, due_on__lt=today)
    return _whose(rows.values_list("payer_id", "pk"), about)


def _disputed(ids: Collection[int], about: Mapping[int, set[int]], today: dt.date) -> set[int]:
    """Who disputes a bill today, among the receivables in question where there are such."""
    rows = LateFeeHold.objects.filter(kind=DISPUTE, receivable__payer_id__in=ids, starts_on__lte=today).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    )
    return _whose(rows.values_list("receivable__payer_id", "receivable_id"), about)


def _whose(rows: Iterable[tuple[int, int]], about: Mapping[int, set[int]]) -> set[int]:
    return {payer_id for payer_id, receivable_id in rows if not about.get(payer_id) or receivable_id in about[payer_id]}


def receivable_choices(actor: Actor, person_id: int, property_id: int | None) -> QuerySet[Receivable]:
    """The unpaid receivables of a payer that a contact may be about."""
    rows = Receivable.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.BILLING_VIEW), payer_id=person_id,
        outstanding_fen__gt=0, reversed_at__isnull=True,
    )  # fmt: skip
    if property_id:
        rows = rows.filter(property_id=property_id)
    return rows.select_related("item", "property").order_by("due_on", "pk")
