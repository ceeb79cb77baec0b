"""``make_demo``: the whole demo company, once, in an empty installation.

The work is cut into steps, each one transaction: a firm is founded, a place is filled, a place lives a month. Counters
beside the books say how far a build has come, so one that was broken off goes on where it stood, with the day, size and
dice it began with, and ends with the same books. Two processes may live the places; the end of the last month, from the
first act on that looks at the firm's other places, is lived place after place when both are done.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.db import transaction

from wuyefei.foundation import environment
from wuyefei.foundation.access.models import Community, Organisation
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import Counter
from wuyefei.foundation.platform.numbering import take

from . import cast, estate
from .scene import Calendar, Scene
from .themes import THEMES
from .themes.talk import texts
from .together import Step, together

MONTHS = 36
SIZES = {"small": (240, 8), "full": (cast.FULL, MONTHS)}
"""Properties and months of history of the named sizes."""
MOST = 1_000_000
LARGE = 10_000
"""From so many properties times months on, two processes build."""
LAST = 6
"""The last month, which is lived day by day, is about as much work as so many others."""
Progress = Callable[[str, int, int], None]

_MINUTE, _SIZE, _MONTHS, _STEP, _DONE = "demo.minute", "demo.size", "demo.months", "demo.step", "demo.done"


@dataclass(frozen=True)
class Order:
    """What was asked for when the build began."""

    properties: int
    calendar: Calendar


@dataclass(frozen=True)
class Plan:
    """``lives``: of every place, what it lives for itself, the largest place first; ``ends``: what looks at the others."""

    founding: list[Step]
    lives: list[list[Step]]
    ends: list[Step]

    def steps(self) -> list[Step]:
        return [*self.founding, *(step for life in self.lives for step in life), *self.ends]


def exists() -> bool:
    """Whether the company is there, whole. One made before builds could be resumed was made whole or not at all."""
    return bool(_noted(_DONE)) or (not _noted(_SIZE) and Organisation.objects.filter(name=cast.GROUP.name).exists())


def begun() -> bool:
    """Whether a build was broken off."""
    return bool(_noted(_SIZE)) and not _noted(_DONE)


def make_demo(progress: Progress = lambda label, done, total: None, *, properties: int = cast.FULL, months: int = MONTHS) -> None:
    """Make both firms, living up to now; go on with a build that was broken off, as it was ordered.

    Refused outside demo mode and where anybody else lives. ``progress`` is told a label, how much is done and how much
    there is.
    """
    if not environment.demo_mode():
        raise DomainError("demo_only", "只有演示模式可以建立演示公司。")
    if not begun():
        _begin(properties, months)
    order = _order()
    plan = _plan(order)
    total = sum(step.weight for step in plan.steps())
    if order.properties * order.calendar.months >= LARGE:
        done = _run(plan.founding, progress, 0, total)
        together(plan.lives, lambda label, some: progress(label, done + some, total))
        _run(plan.ends, progress, total - sum(step.weight for step in plan.ends), total)
    else:
        _run(plan.steps(), progress, 0, total)
    with transaction.atomic():
        take(0, 0, _DONE, 0)
    progress("演示公司", total, total)


def _run(steps: list[Step], progress: Progress, done: int, total: int) -> int:
    """Carry out steps one after the other; returns how much is done then."""
    for step in steps:
        progress(step.label, done, total)
        step.run()
        done += step.weight
    return done


def _begin(properties: int, months: int) -> None:
    if not 1 <= properties <= MOST or not 1 <= months <= MONTHS:
        raise DomainError("demo_size", "演示公司的房屋数应为 1 到 {most}，历史为 1 到 {months} 个月。", most=MOST, months=MONTHS)
    with transaction.atomic():
        if Organisation.objects.exists():
            raise DomainError("not_empty", "这个数据目录里已有企业，不能再建演示公司；请换一个 WUYEFEI_HOME。")
        take(0, 0, _MINUTE, 0, int(clock.now().timestamp()) // 60)
        take(0, 0, _SIZE, 0, properties)
        take(0, 0, _MONTHS, 0, months)


def _order() -> Order:
    now = dt.datetime.fromtimestamp(_noted(_MINUTE) * 60, tz=dt.UTC)
    return Order(_noted(_SIZE), Calendar(now, _noted(_MONTHS)))


def _noted(kind: str, organisation_id: int = 0, community_id: int = 0) -> int:
    """What a counter of the build says; the books' own counters are of other kinds."""
    row = Counter.objects.filter(organisation_id=organisation_id, community_id=community_id, kind=kind, year=0)
    return row.values_list("value", flat=True).first() or 0


def _plan(order: Order) -> Plan:
    phones = 0
    plan = Plan([], [], [])
    for firm in cast.scaled(order.properties):
        plan.founding.append(Step(firm.name, 100, partial(_found, firm, order)))
        for place in firm.places:
            months = order.calendar.month.index - order.calendar.start(place).index + 1
            life = Life(firm, place, order.calendar, phones)
            phones += place.size + len(place.blocks) + 1
            weights = [place.size] * months + [place.size * LAST]
            plan.lives.append([Step(place.name, weight, partial(life.step, number)) for number, weight in enumerate(weights)])
            plan.ends.append(Step(place.name, place.size, partial(life.step, months + 1)))
    plan.lives.sort(key=lambda life: -sum(step.weight for step in life))
    return plan


def _found(firm: cast.Firm, order: Order) -> None:
    if Organisation.objects.filter(name=firm.name).exists():
        return
    start, place = min(order.calendar.start(place) for place in firm.places), firm.places[0]
    with transaction.atomic():
        with clock.at(order.calendar.at(start.first, 6)):
            estate.found(firm)
        with clock.at(order.calendar.now):
            scene = Scene.of(place, firm, Community.objects.get(organisation__name=firm.name, name=place.name), order.calendar)
        with clock.at(order.calendar.at(start.first, 6)):
            texts(scene)


class Life:
    """The steps of one place: step 0 fills it, step n lives its n-th month, one more step the end of the last."""

    def __init__(self, firm: cast.Firm, place: cast.Place, calendar: Calendar, first_number: int) -> None:
        self.firm, self.place, self.calendar, self.first_number = firm, place, calendar, first_number
        self._scene: Scene | None = None

    def step(self, number: int) -> None:
        """Live a step, unless it was lived before."""
        community = Community.objects.select_related("organisation").get(organisation__name=self.firm.name, name=self.place.name)
        where = community.organisation_id, community.pk
        if _noted(_STEP, *where) > number:
            return
        with clock.at(self.calendar.now):
            scene = self._scene = self._scene or Scene.of(self.place, self.firm, community, self.calendar)
        with transaction.atomic():
            if take(*where, _STEP, 0) != number + 1:
                raise DomainError("demo_twice", "另一个进程正在建立演示公司。")
            if number:
                months = self.calendar.month.index - scene.started.index + 1
                live(scene, scene.started.plus(min(number, months) - 1), end=number > months)
            else:
                with clock.at(self.calendar.at(scene.started.first, 7)):
                    estate.settle(scene, self.firm, self.first_number)


def live(scene: Scene, month: Month, *, end: bool = False) -> None:
    """Carry out the acts of every theme in a month, in the order in which they happen, up to the first that looks at other
    places; ``end``: from that one on."""
    acts = sorted((act for theme in THEMES for act in theme.plan(scene, month)), key=lambda act: act.at)
    acts = [act for act in acts if act.at <= scene.calendar.now]
    cut = next((place for place, act in enumerate(acts) if act.shared), len(acts))
    for act in acts[cut:] if end else acts[:cut]:
        with clock.at(act.at):
            act.do()
