"""The same file by two people at the same moment: once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tests.money.intake.books import xlsx
from tests.money.intake.test_actions_apply import NOVEMBER, PLAIN, made
from tests.world import World, make_world
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.intake.public import ImportResult, OpeningLine, run_import


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_bring_it_in_once(world: World) -> None:
    data = xlsx({"房屋": PLAIN})

    def bring(who: str) -> ImportResult:
        try:
            return run_import("a.xlsx", data, community="测试新城", actor=world[who], choices=NOVEMBER)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        results = [future.result() for future in [pool.submit(bring, "lead") for _ in range(3)]]
    assert sorted(result.document["state"] for result in results) == ["applied", "unchanged", "unchanged"]
    assert sum(made(result).get("opening_arrears", 0) for result in results) == 2
    assert OpeningLine.objects.count() == 3
    assert Property.objects.filter(community__name="测试新城").count() == 5
    assert run_checks(world.organisation.pk).holds
