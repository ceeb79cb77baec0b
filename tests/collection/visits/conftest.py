"""The three households of the follow-up, each with a visit released for three in the afternoon of the same day."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.collection.followup.conftest import MARCH, at
from tests.collection.followup.conftest import world as world
from tests.world import World, actor_of
from wuyefei.collection.followup.models import Step
from wuyefei.collection.followup.public import DEFAULT, Policy, adjust, draft_now, release, save_policy
from wuyefei.collection.followup.rules.cadence import Release
from wuyefei.collection.visits.actions import Order, make_route, name_number, start
from wuyefei.collection.visits.models import Route, Stop
from wuyefei.collection.visits.rules import READINESS
from wuyefei.foundation.access.rules import Role

BY_HAND = Policy(tuple(replace(rung, release=Release.HAND) for rung in DEFAULT.rungs))
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@pytest.fixture
def ready(world: World) -> World:
    world.actors["keeper"] = actor_of(world.organisation, "keeper", Role.HOUSEKEEPER)
    save_policy(world.community.pk, "", BY_HAND, MARCH, "先看一遍", actor=world["manager"])
    draft_now(world.community.pk, actor=world["manager"])
    ids = list(Step.objects.values_list("pk", flat=True))
    adjust(ids, channel="visit", at=at(MARCH, 15), actor=world["manager"])
    assert release(ids, actor=world["manager"]).released == 3
    name_number(world.community.pk, "1990000 0110", actor=world["manager"])
    return world


def order(world: World, hour: int = 11, minute: int = 0) -> Order:
    ids = tuple(Step.objects.values_list("pk", flat=True))
    return Order(world.community.pk, at(MARCH, hour, minute), world["collector"].user_id or 0, world["keeper"].user_id or 0, ids)


def walking(world: World) -> Route:
    route = make_route(order(world), actor=world["manager"])
    return start(route.pk, list(READINESS), actor=world["collector"])


def stop_of(world: World, name: str) -> Stop:
    return Stop.objects.filter(person=world.people[name]).latest("pk")
