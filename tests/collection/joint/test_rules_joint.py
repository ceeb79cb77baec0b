"""Least data by purpose, who makes a visit and a meeting, and the index against the worked table."""

from __future__ import annotations

import pytest

from tests.docs import rows_of
from wuyefei.collection.joint.rules import (
    ALLOWED,
    Field,
    Participation,
    Purpose,
    Shown,
    check_fields,
    check_people,
    check_sides,
    check_work,
    cost_a_home,
    row_of,
)
from wuyefei.foundation.kernel.errors import Invalid

HOME = Shown("3-2-501", "陆小满", "对服务不满", 4, 123456)


@pytest.mark.parametrize("row", rows_of("rules/joint.md"))
def test_the_index_of_the_worked_table(row: dict[str, str]) -> None:
    counts = [int(row[name]) for name in ("参与户", "谈上", "谈成", "会议", "业主代表到场")]
    found = Participation(*counts).index
    assert ("—" if found is None else str(found)) == row["指数"]


@pytest.mark.parametrize("row", rows_of("rules/joint.md", 1))
def test_the_cost_of_the_worked_table(row: dict[str, str]) -> None:
    assert f"{cost_a_home(int(row['受益户数']), int(row['花费（元）']) * 100) / 100:.2f}" == row["每户（元）"]


def test_a_partner_sees_what_the_purpose_needs_and_no_more() -> None:
    fields = check_fields(Purpose.MEDIATE, ["owed", "surname"])
    assert fields == (Field.ROOM, Field.SURNAME, Field.OWED)
    assert row_of(HOME, fields) == ["3-2-501", "陆**", "1,234.56"]
    assert row_of(HOME, check_fields(Purpose.SERVICE, [])) == ["3-2-501"]
    for purpose, field in ((Purpose.SERVICE, "owed"), (Purpose.SERVICE, "surname"), (Purpose.HARDSHIP, "periods"), (Purpose.MEDIATE, "mobile")):
        with pytest.raises(Invalid):
            check_fields(purpose, [field])
    assert all(Field.ROOM in fields for fields in ALLOWED.values())


def test_visits_and_meetings_have_an_office() -> None:
    assert [side.value for side in check_sides(["owners", "residents"])] == ["residents", "owners"]
    for sides in ([], ["owners"], ["street", "passer-by"]):
        with pytest.raises(Invalid):
            check_sides(sides)
    assert check_people(2) == 2
    with pytest.raises(Invalid):
        check_people(1)


@pytest.mark.parametrize(("homes", "fen"), [(0, 100), (1, 0), (100_001, 100), (1, 10_000_000_01)])
def test_a_work_in_bounds(homes: int, fen: int) -> None:
    with pytest.raises(Invalid):
        check_work(homes, fen)
