"""The first call about a new bill: planned some days after its notice arrived, for large bills and past debtors (row G2).

Run as often as one likes: a payer has one call a due day, and what is out of date goes before what is new comes.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA, DAY
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import audit, clock
from wuyefei.insight.risk.public import Standing
from wuyefei.money.billing.public import Receivable
from wuyefei.money.payments.public import Allocation
from wuyefei.relations.contacts.public import (
    Channel,
    Contact,
    Facts,
    Purpose,
    Refused,
    Wanted,
    cancel_planned,
    check,
    gather,
    keep_refusal,
    lock_people,
    log_sent,
)
from wuyefei.relations.contacts.public import Step as Asked

from ..models import FirstCall
from ..queries.firstcalls import first_calls, waiting
from ..queries.policies import BEFORE, hour_of, told_days, versions_of
from ..rules.cadence import Release, Rung, Start
from ..rules.firstcall import LOOKED_BACK, STAYS, called_on, why_called
from ..rules.policy import TRACK_NAMES, Policy, policy_for
from .reckoning import hold
from .steps import MARGIN

TALKING = ("phone", "visit", "wechat", "desk")
CARRIED = ("sent", "delivered", "read")
"""What becomes of a message that a program sends: nobody has spoken with anybody."""


@dataclass(frozen=True)
class Bill:
    """What a payer is asked for on a due day, and where most of it is."""

    person_id: int
    due_on: dt.date
    property_id: int
    fen: int


def first_words(place: Community, *, actor: Actor) -> int:
    """Bring the first calls of a place up to date; returns how many are new."""
    with transaction.atomic():
        hold(place.pk, alone=True)
        _drop_stale(place, actor)
        made = FirstCall.objects.bulk_create(_wanted(place), batch_size=1000)
        ready = waiting().filter(community_id=place.pk, by_rule=True, contact__isnull=True)
        _plan(place, list(ready.order_by("pk").values_list("pk", flat=True)), actor)
    return len(made)


def let_go(call_ids: Collection[int], *, actor: Actor) -> int:
    """Plan the chosen calls that wait for a person; returns how many were planned. Raises ``NotFound`` and ``Forbidden``."""
    rows = list(first_calls(actor).filter(pk__in=call_ids).select_related("community"))
    if not rows or len(rows) != len(set(call_ids)):
        raise NotFound()
    by_place: dict[Community, list[int]] = defaultdict(list)
    for row in rows:
        actor.require(Permission.FOLLOW_MANAGE, row.community_id)
        by_place[row.community].append(row.pk)
    count = 0
    with transaction.atomic():
        for place, ids in sorted(by_place.items(), key=lambda item: item[0].pk):
            hold(place.pk)
            count += _plan(place, ids, actor)
    return count


def _drop_stale(place: Community, actor: Actor) -> None:
    """Calls of former days that were not made: their plan goes; where nothing is asked for any more they are dropped, else
    they wait for today."""
    today = clock.today()
    unpaid = Receivable.objects.filter(payer_id=OuterRef("person_id"), community_id=place.pk, due_on=OuterRef("due_on"), outstanding_fen__gt=0, reversed_at__isnull=True)
    rows = list(
        FirstCall.objects.select_for_update(of=("self",)).select_related("contact").annotate(asks=Exists(unpaid)).filter(
            Q(contact__isnull=True) | Q(contact__state=Contact.State.PLANNED), community_id=place.pk, dropped_on__isnull=True
        )
    )  # fmt: skip
    gone = [row for row in rows if row.on < today or not row.asks]
    cancel_planned([row.contact_id for row in gone if row.contact_id is not None], "没有办，另排", actor=actor)
    for row in gone:
        row.contact = None
        if not row.asks or row.due_on < today:
            row.dropped_on = today
        elif row.code in STAYS or not row.code:
            row.on, row.code = today, ""
    FirstCall.objects.bulk_update(gone, ["contact", "dropped_on", "on", "code"])


def _wanted(place: Community) -> list[FirstCall]:
    today, rungs = clock.today(), _rungs(place)
    if not rungs:
        return []
    bills = _bills(place.pk, today)
    people = {bill.person_id for bill in bills}
    told, tracks = told_days(place.pk, people, today - BEFORE), dict(Standing.objects.filter(person_id__in=people).values_list("person_id", "track"))
    known = set(FirstCall.objects.filter(community=place, due_on__gte=today).values_list("person_id", "due_on"))
    owing, late, spoken = _owing(place.pk, people, today), _paid_late(place.pk, people, today), _spoken(place.pk, people, today)
    found = []
    for bill in bills:
        held, told_on = rungs.get(tracks.get(bill.person_id, "household")), told.get(bill.person_id, {}).get(bill.due_on)
        if held is None or told_on is None or (bill.person_id, bill.due_on) in known:
            continue
        policy, rung = held
        if not called_on(rung, told_on, bill.due_on, today):
            continue
        why = why_called(policy, rung, bill.fen, owing=bill.person_id in owing, late=bill.person_id in late)
        if why is None or any(on >= told_on for on in spoken.get(bill.person_id, ())):
            continue
        found.append(
            FirstCall(
                organisation_id=place.organisation_id, community=place, person_id=bill.person_id, property_id=bill.property_id, due_on=bill.due_on,
                told_on=told_on, asked_fen=bill.fen, why=why.value, channel=rung.channels[0], by_rule=rung.release is Release.RULE, on=today,
            )
        )  # fmt: skip
    return found


def _rungs(place: Community) -> dict[str, tuple[Policy, Rung]]:
    """By track, the policy of today and its rung after the notice."""
    versions, found = versions_of(place.organisation_id), dict[str, tuple[Policy, Rung]]()
    for track in (name for name in TRACK_NAMES if name):
        policy = policy_for(versions, place.pk, track, clock.today())
        rung = next((one for one in policy.rungs if one.start is Start.NOTICE), None)
        if rung is not None:
            found[track] = (policy, rung)
    return found


def _bills(community_id: int, today: dt.date) -> list[Bill]:
    rows = Receivable.objects.filter(
        community_id=community_id, outstanding_fen__gt=0, reversed_at__isnull=True, due_on__range=(today, today + BEFORE)
    ).order_by("payer_id", "due_on", "-outstanding_fen", "pk")  # fmt: skip
    found: dict[tuple[int, dt.date], Bill] = {}
    for payer, due_on, home, fen in rows.values_list("payer_id", "due_on", "property_id", "outstanding_fen"):
        known = found.get((payer, due_on))
        found[payer, due_on] = Bill(payer, due_on, known.property_id if known else home, fen + (known.fen if known else 0))
    return list(found.values())


def _owing(community_id: int, people: Collection[int], today: dt.date) -> set[int]:
    rows = Receivable.objects.filter(community_id=community_id, payer_id__in=people, outstanding_fen__gt=0, reversed_at__isnull=True, due_on__lt=today)
    return set(rows.values_list("payer_id", flat=True))


def _paid_late(community_id: int, people: Collection[int], today: dt.date) -> set[int]:
    """Who paid a bill of the last year after its due day, by the day on which the money came in."""
    rows = Allocation.objects.filter(
        community_id=community_id, receivable__payer_id__in=people, part=Allocation.Part.PRINCIPAL, amount_fen__gt=0, reversed_by__isnull=True,
        receivable__due_on__range=(today - DAY * LOOKED_BACK, today), value_date__gt=F("receivable__due_on"),
    )  # fmt: skip
    return set(rows.values_list("receivable__payer_id", flat=True))


def _spoken(community_id: int, people: Collection[int], today: dt.date) -> dict[int, list[dt.date]]:
    """Days on which somebody of ours spoke with each about bills or debts."""
    rows = Contact.objects.filter(
        community_id=community_id, person_id__in=people, state=Contact.State.DONE, direction=Contact.Direction.OUT, channel__in=TALKING,
        purpose__in=("bill", "reminder", "legal"), at__gte=dt.datetime.combine(today - BEFORE, dt.time(), tzinfo=CHINA),
    ).exclude(outcome__in=CARRIED)  # fmt: skip
    found: dict[int, list[dt.date]] = defaultdict(list)
    for person_id, at in rows.values_list("person_id", "at"):
        found[person_id].append(at.astimezone(CHINA).date())
    return found


def _plan(place: Community, ids: Sequence[int], actor: Actor) -> int:
    """Make planned contacts of calls, unless the guard turns them away; the caller holds the place."""
    rows = list(waiting().select_for_update(of=("self",)).filter(pk__in=ids, contact__isnull=True).order_by("pk"))
    lock_people(actor, [row.person_id for row in rows])
    bills = {row.pk: _asked(row) for row in rows}
    facts = gather(place.organisation_id, [Wanted(row.person_id, bills[row.pk]) for row in rows], clock.now())
    planned = [(row, contact) for row in rows if (contact := _judged(row, facts[row.person_id], bills[row.pk], actor)) is not None]
    made = {one.source_ref: one for one in log_sent([contact for _row, contact in planned])}
    for row, contact in planned:
        row.contact = made[contact.source_ref]
    FirstCall.objects.bulk_update(rows, ["contact", "code", "on"])
    if rows:
        audit.record(actor, "followup.first", place, community_id=place.pk, after={"planned": len(planned), "refused": len(rows) - len(planned)})
    return len(planned)


def _asked(row: FirstCall) -> tuple[int, ...]:
    rows = Receivable.objects.filter(payer_id=row.person_id, community_id=row.community_id, due_on=row.due_on, outstanding_fen__gt=0, reversed_at__isnull=True)
    return tuple(rows.order_by("pk").values_list("pk", flat=True))


def _judged(row: FirstCall, facts: Facts, bills: tuple[int, ...], actor: Actor) -> Contact | None:
    row.on, row.code = clock.today(), ""
    at = max(hour_of(row.channel, row.on), clock.now() + MARGIN)
    step = Asked(Channel(row.channel), Purpose.BILL, at)
    verdict = check(step, now=clock.now(), facts=facts)
    if isinstance(verdict, Refused):
        row.code = verdict.code
        keep_refusal(step, verdict, actor=actor, community_id=row.community_id, person_id=row.person_id, property_id=row.property_id)
        return None
    return Contact(
        organisation_id=row.organisation_id, community_id=row.community_id, person_id=row.person_id, property_id=row.property_id,
        direction=Contact.Direction.OUT, state=Contact.State.PLANNED, channel=row.channel, purpose=Purpose.BILL.value, at=at, receivable_ids=list(bills),
        source_ref=f"first:{row.pk}:{row.on:%Y%m%d}", made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
