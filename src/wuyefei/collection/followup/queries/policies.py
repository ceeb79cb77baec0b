"""Which cadence holds where, and the history on which a new one is tried."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.insight.risk.public import Standing
from wuyefei.money.billing.public import Adjustment, Receivable
from wuyefei.money.payments.public import Allocation
from wuyefei.relations.contacts.public import (
    Channel,
    Contact,
    Facts,
    Past,
    Purpose,
    Refused,
    Step,
    check,
    limits_of,
    work_calendar,
)

from ..models import CadencePolicy, Case
from ..rules.cadence import LADDER, ROUTINE, drive_days
from ..rules.policy import Version, of_plain, policy_for
from ..rules.trial import Debt, Household

HOURS = {"phone": dt.time(18, 30), "visit": dt.time(10), "letter": dt.time(9, 30)}
"""When a drafted step is set for, before anybody adjusts it: calls when people are home, visits outside meals."""
OTHER_HOUR = dt.time(10)
"""The same for messages."""
BEFORE = dt.timedelta(days=31)
PRESSING = ("reminder", "legal")


def hour_of(channel: str, day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, HOURS.get(channel, OTHER_HOUR), tzinfo=CHINA)


def policies(actor: Actor) -> QuerySet[CadencePolicy]:
    """The versions of the places whose follow-up the actor may see, and the organisation's own, the latest first."""
    rows = CadencePolicy.objects.filter(organisation_id=actor.organisation_id)
    seen = rows.filter(community_id__in=actor.communities(Permission.FOLLOW_VIEW))
    return (seen | rows.filter(community__isnull=True)).select_related("community", "made_by").order_by("-number")


def versions_of(organisation_id: int) -> list[Version]:
    """Every version of an organisation. For callers that have checked their places."""
    rows = CadencePolicy.objects.filter(organisation_id=organisation_id)
    return [Version(row.community_id, row.track, row.effective_from, of_plain(row.values, row.number)) for row in rows]


@dataclass(frozen=True)
class Span:
    """Days of history, both included."""

    first: dt.date
    last: dt.date


def last_quarter(today: dt.date) -> Span:
    """The quarter before the one of a day."""
    start = dt.date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    last = start - dt.timedelta(days=1)
    return Span(dt.date(last.year, last.month - 2, 1), last)


def history(actor: Actor, community_id: int, span: Span, track: str) -> Iterator[Household]:
    """What the payers of a place owed and paid in a stretch of time, by value date. Disputed bills are as they were paid."""
    actor.require(Permission.FOLLOW_VIEW, community_id)
    debts = _debts(community_id, span)
    people = list(debts)
    letters = {row.person_id: row for row in Standing.objects.filter(community_id=community_id, person_id__in=people)}
    cases = Case.objects.filter(community_id=community_id, person_id__in=people, owner__isnull=False).order_by("pk")
    owners = dict(cases.values_list("person_id", "owner__name"))
    past: dict[int, list[tuple[dt.date, str]]] = defaultdict(list)
    rows = Contact.objects.filter(
        community_id=community_id, person_id__in=people, state=Contact.State.DONE, direction=Contact.Direction.OUT, purpose__in=PRESSING,
    ).exclude(outcome=Contact.Outcome.BOUNCED)  # fmt: skip
    for person_id, at, channel in rows.values_list("person_id", "at", "channel").order_by("at"):
        if at.astimezone(CHINA).date() < span.first:
            past[person_id].append((at.astimezone(CHINA).date(), channel))
    told = told_days(community_id, people, span.first - BEFORE)
    for person_id, found in debts.items():
        known = letters.get(person_id)
        if track and (known.track if known else "household") != track:
            continue
        arrived = tuple(sorted(told.get(person_id, {}).items()))
        yield Household(person_id, tuple(found), owners.get(person_id, ""), bool(known and known.letter == "A"), tuple(past[person_id]), arrived)


def _debts(community_id: int, span: Span) -> dict[int, list[Debt]]:
    """By payer, the bills that were open at some time of the stretch, with every movement by value date."""
    rows = Receivable.objects.filter(community_id=community_id, reversed_at__isnull=True, due_on__lte=span.last + BEFORE)
    paid: dict[int, list[tuple[dt.date, int]]] = defaultdict(list)
    allocated = Allocation.objects.filter(receivable__in=rows, part=Allocation.Part.PRINCIPAL).values_list("receivable_id", "value_date", "amount_fen")
    for pk, on, fen in allocated.iterator(chunk_size=5000):
        paid[pk].append((on, fen))
    adjusted = Adjustment.objects.filter(receivable__in=rows).values_list("receivable_id", "value_date", "amount_fen")
    for pk, on, fen in adjusted.iterator(chunk_size=5000):
        paid[pk].append((on, -fen))
    found: dict[int, list[Debt]] = defaultdict(list)
    for pk, payer, due_on, fen in rows.order_by("payer_id", "due_on", "pk").values_list("pk", "payer_id", "due_on", "amount_fen"):
        debt = Debt(due_on, fen, tuple(sorted(paid[pk])))
        if debt.owed(span.first) > 0:
            found[payer].append(debt)
    return found


ARRIVED = (Contact.Outcome.DELIVERED, Contact.Outcome.READ)
"""What a carrier says of a notice that has arrived."""


def told_days(community_id: int, person_ids: Collection[int], since: dt.date) -> dict[int, dict[dt.date, dt.date]]:
    """By payer and due day, when the first notice of its bills that arrived was sent, looking back to a day. For callers that
    have checked the place."""
    rows = Contact.objects.filter(
        community_id=community_id, person_id__in=person_ids, purpose=Purpose.BILL.value, direction=Contact.Direction.OUT, state=Contact.State.DONE,
        outcome__in=ARRIVED, at__gte=dt.datetime.combine(since, dt.time(), tzinfo=CHINA),
    )  # fmt: skip
    said = list(rows.order_by("at").values_list("person_id", "at", "receivable_ids"))
    bills = {pk for _person, _at, ids in said for pk in ids}
    due = dict(Receivable.objects.filter(pk__in=bills).values_list("pk", "due_on"))
    found: dict[int, dict[dt.date, dt.date]] = defaultdict(dict)
    for person_id, at, ids in said:
        for due_on in {due[pk] for pk in ids if pk in due}:
            found[person_id].setdefault(due_on, at.astimezone(CHINA).date())
    return found


def guard_of(organisation_id: int) -> Callable[[str, dt.date, list[tuple[dt.date, str]]], str]:
    """The law guard with the organisation's limits and holidays, as a trial asks it: the code of a refusal, or nothing."""
    limits, calendar = limits_of(organisation_id), work_calendar(organisation_id)

    def allowed(channel: str, day: dt.date, made: list[tuple[dt.date, str]]) -> str:
        at = hour_of(channel, day)
        past = tuple(Past(hour_of(way, on), Channel(way)) for on, way in made if day - on < BEFORE)
        verdict = check(Step(Channel(channel), Purpose.REMINDER, at), now=at, facts=Facts(limits=limits, calendar=calendar, past=past))
        return verdict.code if isinstance(verdict, Refused) else ""

    return allowed



def usual_drive(organisation_id: int, today: dt.date) -> Span:
    """The days that the organisation's own cadence keeps for the drive at this quarter's end."""
    return Span(*drive_days(today, policy_for(versions_of(organisation_id), 0, "", today).rungs))


def rung_names(organisation_id: int) -> dict[str, str]:
    """The rungs of every version by code, the latest name holding; the built-in ones where no version names them."""
    versions = sorted(versions_of(organisation_id), key=lambda one: one.policy.number)
    built_in = {rung.code: rung.name for rung in (*LADDER, ROUTINE)}
    return built_in | {rung.code: rung.name for version in versions for rung in version.policy.rungs}
