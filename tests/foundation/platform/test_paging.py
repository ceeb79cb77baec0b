"""Pages forwards and backwards over ties, and marks that somebody altered."""

from __future__ import annotations

import pytest

from tests.world import make_world, person
from wuyefei.estate.occupancy.models import Tie
from wuyefei.estate.people.models import Person
from wuyefei.foundation.platform.paging import after, paginate

pytestmark = pytest.mark.django_db


def test_every_row_stands_on_one_page() -> None:
    place = make_world().community
    for name in ("何以宁", "何以宁", "薄云深", "周砚秋"):
        person(place, name)
    order = ["-name", "id"]
    whole = list(Person.objects.order_by(*order).values_list("pk", flat=True))
    seen, mark, pages = [], "", []
    while True:
        page = paginate(Person.objects.all(), order, mark, 3)
        pages.append([row.pk for row in page.rows])
        seen += pages[-1]
        if not page.older:
            break
        mark = page.older
    assert seen == whole and [len(rows) for rows in pages] == [3, 3, 1] and page.newer
    back = paginate(Person.objects.all(), order, page.newer, 3)
    assert [row.pk for row in back.rows] == pages[1] and back.older and back.newer
    first = paginate(Person.objects.all(), order, back.newer, 3)
    assert [row.pk for row in first.rows] == pages[0] and not first.newer


def test_an_order_may_follow_what_a_row_belongs_to() -> None:
    world = make_world()
    order = ["property__sort_key", "pk"]
    whole = list(Tie.objects.order_by(*order).values_list("pk", flat=True))
    first = paginate(Tie.objects.all(), order, "", 2)
    rest = paginate(Tie.objects.all(), order, first.older, len(whole))
    assert world.flats and [row.pk for row in (*first.rows, *rest.rows)] == whole and first.older and not rest.older


@pytest.mark.parametrize("mark", ["x", "!!", "WyJhIiwxXQ", "eyJhIjoxfQ", "8J+YgA"])
def test_an_altered_mark_is_none(mark: str) -> None:
    make_world()
    page = paginate(Person.objects.all(), ["-name", "id"], mark, 2)
    assert len(page.rows) == 2 and not page.newer


def test_several_sets_are_one_list() -> None:
    place = make_world().community
    for name in ("何以宁", "何以宁", "薄云深", "周砚秋", "何以宁"):
        person(place, name)
    order = ["-name", "id"]
    whole = list(Person.objects.filter(community=place).order_by(*order).values_list("pk", flat=True))
    parts = [Person.objects.filter(pk__in=whole[::2]), Person.objects.filter(pk__in=whole[1::2])]
    pages, mark = [], ""
    while True:
        page = paginate(parts, order, mark, 3)
        pages.append([row.pk for row in page.rows])
        if not page.older:
            break
        mark = page.older
    assert sum(pages, []) == whole and [len(rows) for rows in pages] == [3, 3, 2]
    back = paginate(parts, order, page.newer, 3)
    assert [row.pk for row in back.rows] == pages[1] and back.newer and back.older
    first = paginate(parts, order, back.newer, 3)
    assert [row.pk for row in first.rows] == pages[0] and not first.newer
    assert [row.pk for row in paginate(parts, order, after(first.rows[0], order), 3).rows] == whole[1:4]
    assert paginate([], order).rows == []
