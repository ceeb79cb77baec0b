"""Two people and one matter: what only one of them may do is done once, and the other is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tests.collection.legal.conftest import at, bills_of
from tests.scenarios.month import first_finding, publish
from tests.scenarios.together import at_once
from tests.world import World, actor_of, make_world
from wuyefei.collection.legal.models import Claim, Event, Letter, Matter
from wuyefei.collection.legal.public import act, make_letter, open_matter, post
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock

pytestmark = pytest.mark.django_db(transaction=True)
MORNING = at(dt.date(2026, 9, 1))


def in_the_morning(deed: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> Any:
        with clock.at(MORNING):
            return deed()

    return run


def codes(found: list[Any]) -> list[str]:
    return sorted(one.code if isinstance(one, DomainError) else "done" for one in found)


def test_two_people_and_one_matter() -> None:
    with clock.at(dt.date(2026, 1, 2)):
        world: World = make_world()
        publish(world, "2026-01")
    first, second = (actor_of(world.organisation, name, Role.LEGAL) for name in ("legal", "legal2"))
    world.actors["legal"] = first
    with clock.at(MORNING):
        bills = bills_of(world, "陆小满")
    both = [in_the_morning(lambda one=one: open_matter(bills, actor=one)) for one in (first, second)]
    assert codes(at_once(*both)) == ["done", "not_claimable"]
    matter = Matter.objects.get()
    assert Claim.objects.count() == len(bills)

    letters = [in_the_morning(lambda one=one: make_letter(matter.pk, actor=one)) for one in (first, second)]
    assert codes(at_once(*letters)) == ["done", "letter_waits"]
    letter = Letter.objects.get()
    assert letter.number == "GY-CK-2026-0001"

    posts = [in_the_morning(lambda one=one, n=n: post(letter.pk, f"EX90000000{n}CN", actor=one)) for n, one in enumerate((first, second))]
    assert codes(at_once(*posts)) == ["done", "letter_moved"]

    deeds = [in_the_morning(lambda one=one: act(matter.pk, "mediate", {"on": "2026-09-01", "body": "street"}, actor=one)) for one in (first, second)]
    assert codes(at_once(*deeds)) == ["done", "not_in_this_step"]
    assert Event.objects.filter(kind="mediate").count() == 1
    numbers = list(Event.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1)) and first_finding(world) == ""
