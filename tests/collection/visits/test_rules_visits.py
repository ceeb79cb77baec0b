"""The order of a walk, what has to be at hand, and numbers that can be dialled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wuyefei.collection.visits.rules import READINESS, Door, floor_key, in_order, lacking, phone_number
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.text import natural_key


def test_floors_go_up_from_the_basement() -> None:
    floors = ["10层", "夹层", "2", "B1", "-2", "1", "地下3", "", "负1"]
    assert sorted(floors, key=floor_key) == ["地下3", "-2", "B1", "负1", "1", "2", "10层", "夹层", ""]


def test_one_walks_building_by_building() -> None:
    doors = [
        Door(1, natural_key("10"), "1", "1", "a"), Door(2, natural_key("2"), "10", "1", "a"), Door(3, natural_key("2"), "2", "12", "a"),
        Door(4, natural_key("2"), "2", "3", "b"), Door(5, natural_key("2"), "2", "3", "a"), Door(6, "", "", "", "a"),
    ]  # fmt: skip
    assert in_order(doors) == [5, 4, 3, 2, 1, 6]


DOORS = st.builds(Door, st.integers(1, 10**6), st.sampled_from(["", "000001", "000002"]), st.sampled_from(["", "1", "2"]), st.sampled_from(["", "B1", "1", "12"]), st.text("ab", max_size=2))


@given(st.lists(DOORS, unique_by=lambda door: door.id, max_size=12))
def test_nobody_is_left_out_nor_a_building_entered_twice(doors: list[Door]) -> None:
    found, by_id = in_order(doors), {door.id: door for door in doors}
    assert sorted(found) == sorted(by_id)
    places = [(by_id[pk].building, by_id[pk].entrance) for pk in found]
    turns = [place for number, place in enumerate(places) if number == 0 or places[number - 1] != place]
    assert len(turns) == len(set(turns))


def test_everything_has_to_be_at_hand() -> None:
    assert lacking(list(READINESS)) == []
    assert lacking([code for code in READINESS if code != "recorder"]) == ["记录仪已开，时间准确"]
    assert len(lacking([])) == 6


def test_a_number_can_be_dialled() -> None:
    assert (phone_number(" 110 "), phone_number("1990000 0110"), phone_number("0571-8800")) == ("110", "19900000110", "05718800")
    for wrong in ("", "请打前台", "1", "110;tel:1", "1" * 30):
        with pytest.raises(Invalid):
            phone_number(wrong)
