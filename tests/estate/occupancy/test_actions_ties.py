"""Ties made, ended and transferred."""

from __future__ import annotations

import datetime as dt

from tests.refusals import Refusals
from tests.world import World, flat, person
from wuyefei.estate.occupancy import public as room
from wuyefei.estate.properties.public import Ended, end_property
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.platform.models import AuditEntry

JAN1, MAR31, APR1, DEC31 = dt.date(2026, 1, 1), dt.date(2026, 3, 31), dt.date(2026, 4, 1), dt.date(2026, 12, 31)


def test_tie_is_made_and_told(world: World) -> None:
    home, tenant = world.flats["1-1-101"], world.people["沈秋白"]
    made = room.tie(home.pk, tenant.pk, "tenant", APR1, DEC31, actor=world["finance"])
    assert (made.community_id, made.role, made.starts_on, made.ends_on) == (world.community.pk, "tenant", APR1, DEC31)
    assert AuditEntry.objects.get(action="tie.create").after == {
        "property": "1-1-101", "person_id": tenant.pk, "role": "tenant", "starts_on": "2026-04-01", "ends_on": "2026-12-31",
    }  # fmt: skip
    timeline = room.ties_of_property(world["cashier"], home.pk)
    assert [(row.person.name, row.role) for row in timeline] == [("沈秋白", "tenant"), ("陆小满", "owner")]
    assert [row.property.code for row in room.ties_of_person(world["cashier"], tenant.pk)] == ["1-1-101", "1-1-102"]
    assert room.ties_of_property(world["outsider"], home.pk) == []


def test_same_role_and_person_never_overlap(world: World, refused: Refusals) -> None:
    home, owner, finance = world.flats["1-1-101"], world.people["陆小满"], world["finance"]
    with refused(room.TieOverlaps) as caught:
        room.tie(home.pk, owner.pk, "owner", APR1, actor=finance)
    assert caught.value.text.startswith("该人员已是这套房屋的业主（2026-01-01 至 今后），起止日期重叠。")
    with refused(room.TieOverlaps):
        room.tie(home.pk, owner.pk, "owner", dt.date(2025, 1, 1), JAN1, actor=finance)
    room.tie(home.pk, owner.pk, "owner", dt.date(2025, 1, 1), dt.date(2025, 12, 31), actor=finance)
    room.tie(home.pk, owner.pk, "payer", APR1, actor=finance)
    room.tie(home.pk, world.people["顾予安"].pk, "owner", APR1, actor=finance)


def test_refused_ties(world: World, refused: Refusals) -> None:
    home, owner, finance = world.flats["1-1-101"], world.people["沈秋白"], world["finance"]
    with refused(Invalid):
        room.tie(home.pk, owner.pk, "friend", APR1, actor=finance)
    with refused(Invalid):
        room.tie(home.pk, owner.pk, "owner", APR1, JAN1, actor=finance)
    with refused(Invalid):
        room.tie(home.pk, owner.pk, "owner", dt.date(2202, 1, 1), actor=finance)
    with refused(Forbidden):
        room.tie(home.pk, owner.pk, "owner", APR1, actor=world["cashier"])
    with refused(NotFound):
        room.tie(home.pk, owner.pk, "owner", APR1, actor=world["outsider"])
    stranger = person(world.other_community, "白露")
    with refused(NotFound):
        room.tie(home.pk, stranger.pk, "owner", APR1, actor=finance)
    near = Community.objects.create(organisation=world.organisation, name="桂语里", sort_key="g", receipt_prefix="GL")
    neighbour = person(near, "白露")
    with refused(NotFound):
        room.tie(home.pk, neighbour.pk, "owner", APR1, actor=finance)
    end_property(home.pk, APR1, actor=finance, reason="拆除")
    with refused(Ended):
        room.tie(home.pk, owner.pk, "owner", APR1, actor=finance)
    room.tie(home.pk, owner.pk, "owner", MAR31, actor=finance)


def test_end_only_shortens(world: World, refused: Refusals) -> None:
    finance = world["finance"]
    (bond,) = room.ties_of_property(finance, world.flats["1-1-101"].pk)
    room.end_tie(bond.pk, MAR31, actor=finance, reason="出售")
    entry = AuditEntry.objects.get(action="tie.end")
    assert (entry.before, entry.after, entry.reason) == ({"ends_on": None}, {"ends_on": "2026-03-31"}, "出售")
    with refused(room.TieEnded):
        room.end_tie(bond.pk, APR1, actor=finance)
    with refused(Invalid):
        room.end_tie(bond.pk, dt.date(2025, 12, 31), actor=finance)
    with refused(NotFound):
        room.end_tie(bond.pk, JAN1, actor=world["outsider"])
    assert room.end_tie(bond.pk, JAN1, actor=finance).ends_on == JAN1


def test_transfer_splits_liability(world: World, refused: Refusals) -> None:
    home, finance = world.flats["1-1-101"], world["finance"]
    buyers = [world.people["沈秋白"].pk, world.people["顾予安"].pk]
    room.transfer(home.pk, buyers, APR1, actor=finance)
    spans = room.payers([home.pk], Span(JAN1, DEC31))
    assert spans == {home.pk: [(world.people["陆小满"].pk, Span(JAN1, MAR31)), (buyers[0], Span(APR1, DEC31))]}
    with refused(DomainError, "owner_since"):
        room.transfer(home.pk, buyers, APR1, actor=finance)
    stranger = person(world.other_community, "白露")
    with refused(NotFound):
        room.transfer(home.pk, [buyers[0], stranger.pk], DEC31, actor=finance)


def test_bulk_is_whole_or_nothing(world: World, refused: Refusals) -> None:
    finance, place = world["finance"], world.community
    homes = [flat(place, f"2-1-{number}", "80") for number in (101, 102)]
    owner = world.people["陆小满"]
    rows = [room.TieRow(home.pk, owner.pk, "owner", JAN1) for home in homes]
    with refused(room.TieOverlaps) as caught:
        room.bulk_tie([*rows, room.TieRow(homes[0].pk, owner.pk, "owner", APR1)], actor=finance, community=place)
    assert caught.value.data["row"] == 2
    with refused(NotFound) as missing:
        room.bulk_tie([rows[0], room.TieRow(0, owner.pk, "owner", JAN1)], actor=finance, community=place)
    assert missing.value.data["row"] == 1
    with refused(NotFound):
        room.bulk_tie(rows, actor=world["outsider"], community=world.other_community)
    assert len(room.bulk_tie(rows, actor=finance, community=place)) == 2
    assert AuditEntry.objects.get(action="tie.bulk_create").after == {"count": 2}


def test_whole_community_in_one_query(world: World, django_assert_num_queries: object) -> None:
    home, tenant = world.flats["1-1-101"], world.people["沈秋白"]
    room.tie(home.pk, tenant.pk, "tenant", APR1, actor=world["finance"])
    empty = flat(world.community, "2-1-101", "80")
    with django_assert_num_queries(1):  # type: ignore[operator]
        ties = room.bulk_payer_ties(world.community.pk)
    assert {key: [(fact.person_id, fact.role) for fact in facts] for key, facts in ties.items()} == {
        world.flats["1-1-101"].pk: [(world.people["陆小满"].pk, "owner")],
        world.flats["1-1-102"].pk: [(world.people["沈秋白"].pk, "owner")],
        world.flats["1-1-201"].pk: [(world.people["顾予安"].pk, "owner")],
        world.flats["B1-001"].pk: [(world.people["陆小满"].pk, "owner")],
    }
    assert room.payers([empty.pk], Span(JAN1, MAR31)) == {empty.pk: []}
