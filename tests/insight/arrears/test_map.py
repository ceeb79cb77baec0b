"""A building drawn by state: where a home stands, what its cell says, and that past days show what was known then."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.insight.arrears.conftest import FEBRUARY, JANUARY, bill
from tests.insight.arrears.test_pages_arrears import client
from tests.world import World, flat
from wuyefei.estate.properties.public import Building
from wuyefei.foundation.kernel.errors import Invalid, NotFound
from wuyefei.insight.arrears.map_rules import MARKS, STATE_NAMES, Home, State, grid, place_of
from wuyefei.insight.arrears.queries.building import homes_of
from wuyefei.money.billing.public import place_hold


@pytest.mark.parametrize(
    ("floor", "number", "found"),
    [("", "1203", ("12", "03")), ("", "101", ("1", "01")), ("", "0305", ("3", "05")), ("B1", "B105", ("B1", "05")), ("", "B105", ("B1", "05")),
     ("", "7", ("", "7")), ("", "12A", ("", "12A")), ("", "1203A", ("12", "03")), ("2", "12", ("2", "12"))],
)  # fmt: skip
def test_where_a_home_stands(floor: str, number: str, found: tuple[str, str]) -> None:
    assert place_of(floor, number) == found


def home(number: str, entrance: str = "1", floor: str = "", overdue: int = 0, held: int = 0, days: int = 0, bills: int = 1) -> Home:
    return Home(hash((number, entrance)), entrance, number, floor, bills, overdue, held, days)


def test_states_are_told_apart_at_their_edges() -> None:
    found = [home("1", overdue=1, days=days).state for days in (1, 30, 31, 90, 91, 180, 181)]
    assert found == [State.DAYS_30, State.DAYS_30, State.DAYS_90, State.DAYS_90, State.DAYS_180, State.DAYS_180, State.LONGER]
    assert [home("1", bills=0).state, home("1").state, home("1", overdue=5, held=5).state] == [State.NONE, State.CLEAR, State.PAUSED]
    assert home("1", overdue=5, held=4, days=40).state is State.DAYS_90
    assert set(MARKS) == set(STATE_NAMES) == set(State) and len(set(MARKS.values())) == len(State)


def test_floors_from_the_top_and_a_column_for_each_entrance() -> None:
    drawn = grid([home("101"), home("102"), home("201"), home("1001"), home("101", "2"), home("B101"), home("门卫")])
    assert drawn.columns == [("1", ["01", "02", "门卫"]), ("2", ["01"])]
    assert [floor for floor, _cells in drawn.floors] == ["10", "2", "1", "B1", ""]
    assert [[one.number for one in cell] for cell in drawn.floors[2][1]] == [["101"], ["102"], [], ["101"]]
    assert grid([]).floors == []


def states(world: World, on: dt.date, item: int | None = None) -> dict[str, str]:
    building = Building.objects.get(community=world.community, name="1")
    return {one.number: one.state.value for one in homes_of(world["manager"], building, on, item)}


@pytest.mark.django_db
def test_a_past_day_shows_what_was_known_then(world: World) -> None:
    """101 paid a part of January on 14 February, voided on the 20th; 102 paid January in time; 201's January is reversed on
    1 March."""
    assert states(world, dt.date(2026, 1, 15)) == {"101": "clear", "102": "clear", "201": "clear"}
    assert states(world, dt.date(2026, 1, 16)) == {"101": "30", "102": "clear", "201": "30"}
    assert states(world, dt.date(2026, 2, 28)) == {"101": "90", "102": "30", "201": "90"}
    assert states(world, dt.date(2026, 3, 1)) == {"101": "90", "102": "30", "201": "30"}
    assert states(world, dt.date(2026, 3, 1), world.parking.pk) == {"101": "none", "102": "none", "201": "none"}
    for month in (JANUARY, FEBRUARY):
        place_hold(bill(world, "1-1-101", month).pk, dt.date(2026, 3, 1), None, kind="dispute", source_ref="工单 1", actor=world["finance"])
    assert states(world, dt.date(2026, 3, 1))["101"] == "paused" and states(world, dt.date(2026, 2, 28))["101"] == "90"
    with pytest.raises(Invalid):
        states(world, dt.date(2026, 3, 2))
    with pytest.raises(NotFound):
        homes_of(world["outsider"], Building.objects.get(community=world.community, name="1"), dt.date(2026, 3, 1))


@pytest.mark.django_db
def test_the_page_names_nobody_and_nothing_of_elsewhere(world: World) -> None:
    flat(world.other_community, "9-1-101", "80.00")
    far = Building.objects.get(community=world.other_community)
    browser, page = client(world, "manager"), "/arrears/map"
    text = browser.get(page).content.decode()
    assert "逾期 31–90 天，最早 45 天" in text and "s-90" in text and 'href="/arrears/households/' in text
    assert not any(name in text for name in world.people) and "260.00" not in text
    assert "已按今天显示" in browser.get(f"{page}?on=2026-04-01").content.decode()
    assert "不是日期" in browser.get(f"{page}?on=soon").content.decode()
    assert "截至 2026-01-16" in browser.get(f"{page}?on=2026-01-16&item={world.service.pk}").content.decode()
    for query in (f"building={far.pk}", f"community={world.other_community.pk}", "item=999999"):
        assert browser.get(f"{page}?{query}").status_code == 404
