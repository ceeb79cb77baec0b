"""Three people who decide in 桂语花园, a cashier, and a kind of request that only writes down who carried it out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest

from tests.world import World, actor_of, make_world
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.rules import Permission, Role
from wuyefei.foundation.approvals import actions, kinds
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.platform import audit, clock

TODAY = dt.date(2026, 3, 2)
Ask = Callable[..., Request]
KIND = "test.waive"


def carried_out(request: Request, actor: Actor) -> None:
    actor.require(Permission.ADJUST_APPROVE, request.community_id)
    audit.record(actor, "test.done", request)


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """``director`` is a group manager, ``deputy`` a project manager: all have a second factor. Today is 2 March."""
    with clock.at(TODAY):
        made = make_world()
        made.actors["director"] = actor_of(made.organisation, "director", Role.GROUP_MANAGER)
        made.actors["legal"] = actor_of(made.organisation, "legal", Role.LEGAL)
        User.objects.update(totp_confirmed_at=clock.now(), password_changed_at=clock.now())
        kinds.register_kind(kinds.Kind(KIND, "减免违约金", Permission.ADJUST_APPROVE, carried_out))
        yield made
        del kinds._kinds[KIND]


@pytest.fixture
def ask(world: World) -> Ask:
    """A request by a person (finance, unless said) over some fen; each about a flat of its own."""
    flats = iter([*world.flats.values(), *world.people.values()])

    def make(fen: int | None, by: str = "finance") -> Request:
        place = world.community.pk
        return actions.ask(KIND, next(flats), actor=world[by], community_id=place, payload={"fen": fen}, reason="停梯", amount_fen=fen)

    return make
