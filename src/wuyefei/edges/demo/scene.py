"""What a theme is given: the place, the people who act there, the time, and dice of its own."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from wuyefei.estate.occupancy.public import Tie
from wuyefei.foundation.access.actor import SYSTEM, Actor, load_actor, service_actor
from wuyefei.foundation.access.models import Community, User
from wuyefei.foundation.access.rules import ROLE_PERMISSIONS, Role
from wuyefei.foundation.kernel.dates import CHINA, DAY, Month

from . import cast, habits
from .habits import Payer, Visit

SEED = 20260101
LIVE_DAYS = 16
"""So many days up to today the cash desk is lived payment by payment."""
OWING_ROLES = ("payer", "owner", "developer")


@dataclass(frozen=True)
class Calendar:
    """``now``: the moment up to which the company has lived; ``months``: how far back its history goes."""

    now: dt.datetime
    months: int

    @property
    def today(self) -> dt.date:
        return self.now.astimezone(CHINA).date()

    @property
    def month(self) -> Month:
        return Month.of(self.today)

    @property
    def live_from(self) -> dt.date:
        return self.today - DAY * LIVE_DAYS

    def start(self, place: cast.Place) -> Month:
        """The month in which the place's contract begins."""
        return self.month.plus(-min(self.months, place.since if place.since is not None else self.months))

    def at(self, day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
        """A moment of a day. Today's hours are pressed into what has passed of today."""
        moment = dt.datetime.combine(day, dt.time(hour, minute), tzinfo=CHINA)
        if day != self.today:
            return moment
        midnight = dt.datetime.combine(day, dt.time(), tzinfo=CHINA)
        return midnight + (self.now - midnight) * ((moment - midnight) / DAY)


@dataclass(frozen=True)
class Act:
    """Something that happens at a moment. ``shared``: it looks at the firm's other places, which have come as far by then; only
    in the last month."""

    at: dt.datetime
    do: Callable[[], object]
    shared: bool = False


@dataclass
class Scene:
    """One community while its life is made."""

    place: cast.Place
    community: Community
    calendar: Calendar
    crew: dict[Role, Actor]
    memory: dict[str, dict[Month, list[Visit]]] = field(default_factory=dict)

    @classmethod
    def of(cls, place: cast.Place, firm: cast.Firm, community: Community, calendar: Calendar) -> Scene:
        users = User.objects.filter(username__in=[person.username for person in firm.people])
        actors = {user.username: load_actor(user) for user in users.select_related("organisation")}
        crew: dict[Role, Actor] = {}
        for person in sorted(firm.people, key=lambda one: not (one.communities or one.region)):
            actor = actors[person.username]
            if any(actor.may(permission, community.pk) for permission in ROLE_PERMISSIONS[person.role]):
                crew.setdefault(person.role, actor)
        return cls(place, community, calendar, crew)

    def __getitem__(self, role: Role) -> Actor:
        """Whoever holds the role here: one of this place before one of the whole firm."""
        return self.crew[role]

    @cached_property
    def manager(self) -> Actor:
        """Who looks after properties and tariffs here: the project manager, or where there is none, the finance lead."""
        return self.crew.get(Role.PROJECT_MANAGER) or self.crew[Role.FINANCE_LEAD]

    @cached_property
    def system(self) -> Actor:
        return service_actor(self.community.organisation_id, SYSTEM)

    @cached_property
    def started(self) -> Month:
        return self.calendar.start(self.place)

    def dice(self, *of: object) -> random.Random:
        """Dice that fall alike whenever the same thing is asked: themes do not disturb one another."""
        return random.Random("|".join(map(str, (SEED, self.place.prefix, *of))))

    def bills_in(self, month: Month) -> bool:
        """Whether a cycle of the contract begins in the month."""
        return month >= self.started and ((month.number - 1) % self.place.cycle_months == 0 or month == self.started)

    def payers(self, cycle: Month | None = None) -> list[Payer]:
        """Everybody who owes or has owed here, in an order that never changes. For a ``cycle``, who began to pay for another within
        it does not count yet: whether a build was broken off must not show."""
        rows = list(
            Tie.objects.filter(community_id=self.community.pk, role__in=OWING_ROLES)
            .order_by("property__sort_key", "starts_on", "id")
            .values_list("role", "person_id", "property_id", "property__code", "property__kind", "starts_on")
        )
        if cycle is not None and cycle != self.started:
            rows = [row for row in rows if row[0] != "payer" or row[-1] < cycle.first]
        paid_by_another = {property_id for role, _, property_id, *_ in rows if role == "payer"}
        found: dict[int, Payer] = {}
        for role, person_id, home_id, code, kind, since in rows:
            if kind == "parking" or person_id in found or (role == "owner" and home_id in paid_by_another):
                continue
            habit, channel, slips = habits.character(f"{SEED}|{self.place.prefix}|{code}|{since}", kind, self.place.age)
            if role == "developer":
                habit, channel, slips = "B", "transfer", False
            found[person_id] = Payer(person_id, home_id, code, kind, since, habit, channel, slips)
        return list(found.values())

    def visits_in(self, month: Month) -> Iterator[Visit]:
        """The visits of a month, in order of day, then of payer."""
        known = self.memory.setdefault("visits", {})
        for back in range(habits.MONTHS_BACK + 1):
            cycle = month.plus(-back)
            if cycle in known or not self.bills_in(cycle):
                continue
            here = [payer for payer in self.payers(cycle) if payer.since <= cycle.first or cycle == self.started]
            known[cycle] = list(habits.visits(here, cycle, self.place.cycle_months, cycle.day(self.place.due_day), self.dice("visits", cycle)))
        cycles = (known.get(month.plus(-back), []) for back in range(habits.MONTHS_BACK + 1))
        found = [visit for some in cycles for visit in some if Month.of(visit.on) == month]
        return iter(sorted(found, key=lambda visit: (visit.on, visit.payer.code, visit.payer.since)))
