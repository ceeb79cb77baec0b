"""Who may take a list out, from which places, and that it is on record."""

from __future__ import annotations

import pytest

from tests.world import World, actor_of, make_world
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission, Role
from wuyefei.foundation.access.taking import exporting
from wuyefei.foundation.kernel.errors import Forbidden
from wuyefei.foundation.platform.models import AuditEntry

pytestmark = pytest.mark.django_db
ACTION = "followup.export"


@pytest.fixture
def world() -> World:
    return make_world()


def noted() -> list[tuple[int | None, int]]:
    return list(AuditEntry.objects.filter(action=ACTION).order_by("pk").values_list("community_id", "actor_id"))


def test_only_where_one_sees_and_may_export(world: World) -> None:
    beside = Community.objects.create(organisation=world.organisation, name="南苑", sort_key="n", receipt_prefix="N")
    manager = actor_of(world.organisation, "wide", Role.PROJECT_MANAGER)
    assert exporting(manager, ACTION, Permission.FOLLOW_VIEW) == {world.community.pk, beside.pk}
    assert noted() == [(world.community.pk, manager.user_id), (beside.pk, manager.user_id)]
    assert exporting(manager, ACTION, Permission.FOLLOW_VIEW, beside.pk) == {beside.pk} and len(noted()) == 3
    assert exporting(manager, ACTION, Permission.FOLLOW_VIEW, world.other_community.pk) == frozenset() and len(noted()) == 3


def test_who_may_not_export_takes_nothing_and_leaves_no_line(world: World) -> None:
    assert exporting(world["collector"], ACTION, Permission.FOLLOW_VIEW) == frozenset()
    with pytest.raises(Forbidden):
        exporting(actor_of(world.organisation, "desk", Role.ADMINISTRATOR), ACTION, Permission.FOLLOW_VIEW)
    assert noted() == []
