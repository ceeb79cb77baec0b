"""Scoped reads of misses, and the facts that they are judged by."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from django.db.models import Count, Q, QuerySet

from wuyefei.collection.followup.public import MINIMUMS, SILENT, Case, Grade, Minimum, open_cases
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA, DAY
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.foundation.platform import clock
from wuyefei.relations.contacts.public import Channel, Contact, Facts, Purpose, Refusal, Wanted, gather

from .models import Miss
from .rules import EXPLAINED, Cap, Seen, allowed

ORDER = ["first_on", "id"]
ASKING = (Purpose.REMINDER.value, Purpose.LEGAL.value)
TELLING = (Purpose.BILL.value, *ASKING)
WAYS = (Channel.PHONE, Channel.WECHAT, Channel.SMS)
"""The ways of routine asking: a letter or a visit counts where it was made, and nobody has to make one for the minimum."""
BY_NUMBER = frozenset({Channel.PHONE.value, Channel.SMS.value})
CHUNK = 1000
_SAID = [why.value for why in EXPLAINED]
STATES: dict[str, Q] = {
    "escalated": Q(closed_on__isnull=True, escalated_on__isnull=False),
    "open": Q(closed_on__isnull=True, escalated_on__isnull=True, answered_on__isnull=True) & ~Q(why__in=_SAID),
    "answered": Q(closed_on__isnull=True, escalated_on__isnull=True, answered_on__isnull=False) & ~Q(why__in=_SAID),
    "explained": Q(closed_on__isnull=True, why__in=_SAID),
    "closed": Q(closed_on__isnull=False),
}
CLOSED_SHOWN = 30


def misses(actor: Actor) -> QuerySet[Miss]:
    """The misses of the communities whose follow-up the actor may see; an open one only while its case is open at this very
    moment, a closed one for a month."""
    rows = Miss.objects.filter(organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.FOLLOW_VIEW))
    fresh = Q(closed_on__gte=clock.today() - DAY * CLOSED_SHOWN)
    return rows.filter(fresh | Q(closed_on__isnull=True, case__in=open_cases(actor)))


def get_miss(actor: Actor, miss_id: int) -> Miss:
    row = misses(actor).select_related("case").filter(pk=miss_id).first()
    if row is None:
        raise NotFound()
    return row


def by_state(rows: QuerySet[Miss]) -> dict[str, int]:
    """How many of a list in each state."""
    return rows.order_by().aggregate(**{code: Count("pk", filter=q) for code, q in STATES.items()})


def before_manager(actor: Actor) -> QuerySet[Miss]:
    """The misses that wait for the actor: those of the places they manage that have gone to the manager."""
    return misses(actor).filter(STATES["escalated"], community_id__in=actor.communities(Permission.FOLLOW_MANAGE))


def open_miss(actor: Actor, case_id: int) -> Miss | None:
    return misses(actor).filter(case_id=case_id, closed_on__isnull=True).first()


def minimum_of(case: Case) -> Minimum | None:
    return MINIMUMS.get(Grade(case.grade))


def held(case: Case) -> bool:
    """Whether an agreement, a dispute or the state of the person forbids asking."""
    return case.next_kind in {kind.value for kind in SILENT}


@dataclass(frozen=True, slots=True)
class Judged:
    """A case over the days of its minimum."""

    case: Case
    seen: Seen


def judge(organisation_id: int, cases: Sequence[Case], until: dt.date) -> list[Judged]:
    """Each case that has a minimum, over the days up to ``until``. For callers that have checked their places."""
    found: list[Judged] = []
    for start in range(0, len(cases), CHUNK):
        found += _judge(organisation_id, cases[start : start + CHUNK], until)
    return found


def _judge(organisation_id: int, cases: Sequence[Case], until: dt.date) -> list[Judged]:
    people = [case.person_id for case in cases]
    told, turned = _told(people, until), _turned(people, until)
    judged: list[Judged] = []
    short: list[tuple[Case, Seen]] = []
    for case in cases:
        least = minimum_of(case)
        if least is None:
            continue
        first = until - DAY * (least.days - 1)
        done = sum(on >= first and purpose in ASKING for on, _way, purpose in told[case.person_id])
        refused = sum(on >= first for on in turned[case.person_id])
        seen = Seen(least.times, least.days, done, least.times, refused, held(case))
        if done >= least.times:
            judged.append(Judged(case, seen))
        else:
            short.append((case, seen))
    facts = gather(organisation_id, [Wanted(case.person_id) for case, _seen in short], clock.now()) if short else {}
    for case, seen in short:
        first = until - DAY * (seen.days - 1)
        bills = Counter(way for on, way, purpose in told[case.person_id] if on >= first and purpose not in ASKING)
        judged.append(Judged(case, replace(seen, allowed=_allowed(facts[case.person_id], seen.days, bills))))
    return judged


def _allowed(facts: Facts, days: int, bills: Counter[str]) -> int:
    """How often the guard lets the person be asked in so many days."""
    barred = {way.value for way in facts.refused} | (BY_NUMBER if facts.wrong else frozenset())
    barred |= {Channel.WECHAT.value, Channel.SMS.value} if facts.silent else set()
    caps = {}
    for way in WAYS:
        cap = facts.limits.caps[way]
        caps[way.value] = Cap(cap.day, cap.week, cap.month, bills[way.value])
    return allowed(caps, barred, days, facts.limits.all_day)


def _since(until: dt.date) -> dt.datetime:
    longest = max(one.days for one in MINIMUMS.values())
    return dt.datetime.combine(until - DAY * (longest - 1), dt.time(), tzinfo=CHINA)


def _told(people: Collection[int], until: dt.date) -> dict[int, list[tuple[dt.date, str, str]]]:
    """By person, the day, way and purpose of every contact about a debt that did not bounce."""
    end = dt.datetime.combine(until + DAY, dt.time(), tzinfo=CHINA)
    rows = Contact.objects.filter(
        person_id__in=people, state=Contact.State.DONE, direction=Contact.Direction.OUT, purpose__in=TELLING, at__gte=_since(until), at__lt=end,
    ).exclude(outcome=Contact.Outcome.BOUNCED)  # fmt: skip
    found: dict[int, list[tuple[dt.date, str, str]]] = defaultdict(list)
    for person_id, at, way, purpose in rows.values_list("person_id", "at", "channel", "purpose"):
        found[person_id].append((at.astimezone(CHINA).date(), way, purpose))
    return found


def _turned(people: Collection[int], until: dt.date) -> dict[int, list[dt.date]]:
    """By person, the days on which the guard turned an attempt to ask away."""
    rows = Refusal.objects.filter(person_id__in=people, purpose__in=ASKING, happened=False, made_at__gte=_since(until))
    found: dict[int, list[dt.date]] = defaultdict(list)
    for person_id, at in rows.values_list("person_id", "made_at"):
        found[person_id].append(at.astimezone(CHINA).date())
    return found
