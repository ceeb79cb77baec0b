"""Profiles, checks and the list of what is overdue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, transaction

from tests.world import START, World, flat, make_world, own, person
from wuyefei.estate.occupancy.public import Tie
from wuyefei.estate.people.public import PersonRow, create_person, erase_person, update_person
from wuyefei.estate.profiles.public import (
    Group,
    ProfileRow,
    Rule,
    When,
    overdue,
    overdue_counts,
    profile_of,
    reveal_details,
    rules_of,
    save_profile,
    set_rule,
    standings,
    verify_group,
)
from wuyefei.estate.profiles.rules import due_on
from wuyefei.estate.properties.public import VehicleRow, add_vehicle
from wuyefei.foundation.kernel.errors import Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry, PersonalDataRead

TODAY = dt.date(2026, 2, 20)
ROW = ProfileRow("debit", 3, "email", 4, "68", "退休教师", "与女儿同住", "听力不便", "lu@example.invalid")


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with clock.at(START):
        made = make_world()
    with clock.at(TODAY):
        yield made


def due(world: World, **asked: object) -> list[tuple[str, str, str, str]]:
    rows = overdue(world["manager"], [world.community.pk], clock.today(), **asked)  # type: ignore[arg-type]
    return [(row.name, row.group.value, row.due_on.isoformat(), row.homes) for row in rows]


def test_everybody_moved_in_on_the_first_and_was_never_checked(world: World) -> None:
    assert overdue_counts(world["manager"], [world.community.pk], clock.today()) == {
        Group.IDENTITY: 3, Group.PAYMENT: 3, Group.PARKING: 1,
    }  # fmt: skip
    assert due(world, only="parking") == [("陆小满", "parking", "2026-01-08", "1-1-101、B1-001")]
    with clock.at(dt.date(2026, 1, 8)):
        assert due(world) == []
    with clock.at(dt.date(2026, 1, 9)):
        assert len(due(world)) == 7


def test_pages_by_mark_give_every_row_once(world: World) -> None:
    whole = overdue(world["manager"], [world.community.pk], TODAY, limit=100)
    found, mark = [], ""
    while rows := overdue(world["manager"], [world.community.pk], TODAY, after=mark, limit=2):
        found += rows
        mark = rows[-1].mark
    assert found == whole and len(found) == 7
    assert overdue(world["manager"], [world.community.pk], TODAY, after="nonsense", limit=100) == whole


def test_a_check_takes_the_row_off_until_it_is_due_again(world: World) -> None:
    owner = world.people["陆小满"]
    save_profile(owner.pk, ROW, actor=world["manager"])
    for group in ("identity", "payment", "parking"):
        verify_group(owner.pk, group, actor=world["cashier"], on=TODAY, document="identity_card")
    assert [row[0] for row in due(world)].count("陆小满") == 0
    with clock.at(dt.date(2026, 5, 20)):
        assert [row[0] for row in due(world)].count("陆小满") == 0
    with clock.at(dt.date(2026, 5, 21)):
        assert [row[:3] for row in due(world) if row[0] == "陆小满"] == [("陆小满", "payment", "2026-05-20")]


def test_a_change_asks_for_a_check(world: World) -> None:
    owner = world.people["沈秋白"]
    verify_group(owner.pk, "identity", actor=world["manager"], on=TODAY)
    with clock.at(dt.date(2026, 3, 1)):
        update_person(owner.pk, actor=world["manager"], remark="常年在外")
        assert ("沈秋白", "identity") not in [row[:2] for row in due(world)]
        update_person(owner.pk, actor=world["manager"], mobile="19900001234")
        add_vehicle(VehicleRow(world.flats["1-1-102"].pk, "浙A12345"), actor=world["manager"], community=world.community)
    with clock.at(dt.date(2026, 3, 9)):
        assert [row[1:3] for row in due(world) if row[0] == "沈秋白" and row[1] != "payment"] == [
            ("identity", "2026-03-08"), ("parking", "2026-03-08"),
        ]  # fmt: skip


def test_those_who_left_or_only_live_there_are_not_asked(world: World) -> None:
    Tie.objects.filter(person=world.people["沈秋白"]).update(ends_on=dt.date(2026, 2, 1))
    Tie.objects.filter(person=world.people["顾予安"]).update(role="occupant")
    assert {row[0] for row in due(world)} == {"陆小满"}


def test_the_list_agrees_with_the_rule(world: World) -> None:
    owner = world.people["顾予安"]
    verify_group(owner.pk, "identity", actor=world["manager"], on=TODAY)
    rules = rules_of(world.organisation.pk)
    for day in (TODAY, dt.date(2026, 7, 1)):
        with clock.at(day):
            for one in standings(world["manager"], [owner.pk], day)[owner.pk]:
                if one.group in (Group.IDENTITY, Group.PAYMENT):
                    assert one.due_on == due_on(rules[one.group], START, one.latest.verified_on if one.latest else None)


def test_payment_is_checked_only_once_it_is_written_down(world: World) -> None:
    owner = world.people["陆小满"]
    with pytest.raises(Invalid, match="还没有填写缴费方式"):
        verify_group(owner.pk, "payment", actor=world["manager"], on=TODAY)
    assert not AuditEntry.objects.filter(action="profile.verify").exists()


def test_details_are_locked_shown_with_a_purpose_and_die_with_the_person(world: World) -> None:
    owner = create_person(PersonRow("池小满"), actor=world["manager"], community=world.community)
    save_profile(owner.pk, ROW, actor=world["manager"])
    profile = profile_of(world["manager"], owner.pk)
    assert profile is not None and profile.known == ["age", "email", "family", "needs", "occupation"]
    assert "退休教师".encode() not in bytes(profile.details_locked or b"")
    assert "听力" not in str(list(AuditEntry.objects.values_list("after", flat=True)))
    assert reveal_details(owner.pk, "上门沟通", actor=world["manager"])["needs"] == "听力不便"
    assert list(PersonalDataRead.objects.values_list("field", "purpose")) == [("details", "上门沟通")]
    save_profile(owner.pk, ProfileRow("scan", 1, occupation="画家"), actor=world["manager"], clear=("needs", "email"))
    found = reveal_details(owner.pk, "复核", actor=world["manager"])
    assert found == {"age": "68", "occupation": "画家", "family": "与女儿同住"}
    erase_person(owner.pk, actor=world["manager"], reason="本人要求")
    with pytest.raises(Exception, match="已删除"):
        reveal_details(owner.pk, "再看", actor=world["manager"])


def test_an_email_bill_needs_an_address(world: World) -> None:
    with pytest.raises(Invalid, match="就要填邮箱"):
        save_profile(world.people["陆小满"].pk, ProfileRow("scan", 1, "email"), actor=world["manager"])
    assert profile_of(world["manager"], world.people["陆小满"].pk) is None


def test_who_may(world: World) -> None:
    owner = world.people["陆小满"].pk
    with pytest.raises(Forbidden):
        verify_group(owner, "identity", actor=world["auditor"], on=TODAY)
    with pytest.raises(Forbidden):
        save_profile(owner, ROW, actor=world["cashier"])
    with pytest.raises(NotFound):
        verify_group(owner, "identity", actor=world["outsider"], on=TODAY)
    with pytest.raises(NotFound):
        reveal_details(owner, "看看", actor=world["outsider"])
    assert overdue(world["outsider"], [world.community.pk], TODAY) == []
    assert due(world) and not AuditEntry.objects.filter(action__startswith="profile.").exists()


def test_an_organisation_sets_its_own_interval(world: World) -> None:
    owner = world.people["顾予安"]
    save_profile(owner.pk, ROW, actor=world["manager"])
    verify_group(owner.pk, "payment", actor=world["manager"], on=TODAY)
    assert set_rule("payment", 1, 0, actor=world["lead"]) == Rule(When.MONTHS, 1, 0)
    with clock.at(dt.date(2026, 3, 21)):
        assert ("顾予安", "payment", "2026-03-20", "1-1-201") in due(world)
    with pytest.raises(Forbidden):
        set_rule("payment", 2, 0, actor=world["cashier"])
    assert rules_of(world.organisation.pk)[Group.PAYMENT].months == 1
    assert rules_of(world["outsider"].organisation_id)[Group.PAYMENT].months == 3


def test_checks_are_never_altered(world: World) -> None:
    verify_group(world.people["陆小满"].pk, "identity", actor=world["manager"], on=TODAY)
    for sql in ("UPDATE profiles_verification SET by_name = 'x'", "DELETE FROM profiles_verification", "TRUNCATE profiles_verification"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(sql)


def test_a_tenant_of_two_flats_stands_once(world: World) -> None:
    tenant = person(world.community, "林一")
    for code in ("1-1-301", "1-1-302"):
        own(flat(world.community, code, "50"), tenant, dt.date(2026, 1, 5))
    assert [row for row in due(world) if row[0] == "林一"] == [
        ("林一", "identity", "2026-01-12", "1-1-301、1-1-302"), ("林一", "payment", "2026-01-12", "1-1-301、1-1-302"),
    ]  # fmt: skip
