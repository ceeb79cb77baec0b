"""Persons: locked, masked, found, revealed, erased."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from tests.refusals import Refusals
from tests.world import World
from wuyefei.estate.occupancy.public import end_tie, tie
from wuyefei.estate.people import public as room
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry, PersonalDataRead, SubjectKey
from wuyefei.foundation.platform.vault import VaultError, subject_key

MOBILE, IDENTITY, BANK = "13800002046", "11010519491231002X", "6222000000000000012"
ROW = room.PersonRow("叶知秋", mobile=MOBILE, identity=IDENTITY, bank=BANK, remark="常住外地")


@pytest.fixture
def person(world: World) -> room.Person:
    return room.create_person(ROW, actor=world["finance"], community=world.community)


def _trail() -> str:
    rows = AuditEntry.objects.values_list("subject_text", "before", "after", "reason")
    return json.dumps(list(rows), ensure_ascii=False)


def test_numbers_are_locked_and_shown_masked(world: World, person: room.Person) -> None:
    row = room.Person.objects.get(pk=person.pk)
    assert (row.name, row.pinyin, row.initials) == ("叶知秋", "yezhiqiu", "yzq")
    assert (row.mobile_shown, row.mobile_tail) == ("138****2046", "2046")
    assert (row.identity_shown, row.bank_shown) == ("110*************2X", "622**************12")
    for sealed, value in ((row.mobile_locked, MOBILE), (row.identity_locked, IDENTITY), (row.bank_locked, BANK)):
        assert value.encode() not in bytes(sealed)
    assert MOBILE not in row.mobile_mark and len(row.mobile_mark) == 40
    assert str(row) == "叶**"


def test_trail_holds_no_clear_number_nor_name(world: World, person: room.Person) -> None:
    room.update_person(
        person.pk, actor=world["finance"], name="叶知夏", mobile="13900001357", identity="", remark="新备注", reason="来电更正"
    )
    trail = _trail()
    for secret in (MOBILE, IDENTITY, BANK, "13900001357", "叶知秋", "叶知夏", "常住外地", "新备注"):
        assert secret not in trail, secret
    entry = AuditEntry.objects.get(action="person.update")
    assert entry.before == {
        "name": "叶**", "mobile": "138****2046", "identity": "110*************2X", "remark": "（有）",
    }  # fmt: skip
    assert {name: entry.after[name] for name in ("name", "mobile", "identity")} == {
        "name": "叶**", "mobile": "139****1357", "identity": "",
    }  # fmt: skip
    row = room.Person.objects.get(pk=person.pk)
    assert (row.identity_locked, row.identity_mark, row.identity_shown) == (None, "", "")
    assert room.find_people(world["cashier"], MOBILE) == []


def test_history_is_read_with_a_purpose(world: World, person: room.Person, refused: Refusals) -> None:
    room.update_person(person.pk, actor=world["finance"], mobile="13900001357")
    with refused(room.PurposeMissing):
        room.reveal_history(person.pk, "", actor=world["finance"])
    (latest, change), (_, first) = room.reveal_history(person.pk, "核对更正", actor=world["finance"])
    assert latest.action == "person.update"
    assert change == {"before": {"mobile": MOBILE}, "after": {"mobile": "13900001357"}}
    assert first["after"]["identity"] == IDENTITY
    assert PersonalDataRead.objects.get().field == "history"


@pytest.mark.parametrize(
    "text", ["叶知秋", "知秋", "yezhi", "YeZhiQiu", "ye zhi", "yzq", "2046", MOBILE, "138 0000 2046", IDENTITY, IDENTITY.lower()]
)
def test_found_in_every_usual_way(world: World, person: room.Person, text: str) -> None:
    assert [row.pk for row in room.find_people(world["cashier"], text)] == [person.pk]
    assert room.find_people(world["outsider"], text) == []
    assert room.find_people(world["cashier"], text, community_id=world.other_community.pk) == []


@pytest.mark.parametrize("text", ["", "   ", "zhiqiu", "204", "13800002047", "8000", "%", "叶知春"])
def test_not_found_by_less(world: World, person: room.Person, text: str) -> None:
    assert room.find_people(world["cashier"], text) == []


def test_exact_name_comes_first(world: World, person: room.Person) -> None:
    rows = [room.PersonRow("叶知秋月"), room.PersonRow("叶知秋")]
    made = room.bulk_create_persons(rows, actor=world["finance"], community=world.community)
    found = room.find_people(world["cashier"], "叶知秋")
    assert [row.pk for row in found] == [person.pk, made[1].pk, made[0].pk]


def test_reveal_leaves_reader_and_purpose(world: World, person: room.Person, refused: Refusals) -> None:
    assert room.reveal(person.pk, "mobile", "联系业主", actor=world["finance"]) == MOBILE
    assert room.reveal(person.pk, "identity", "核对身份", actor=world["collector"]) == IDENTITY
    reads = list(PersonalDataRead.objects.order_by("id").values_list("reader_name", "field", "purpose", "subject_id"))
    assert reads == [("finance甲", "mobile", "联系业主", person.pk), ("collector甲", "identity", "核对身份", person.pk)]
    with refused(room.PurposeMissing):
        room.reveal(person.pk, "mobile", " 查 ", actor=world["finance"])
    with refused(Forbidden):
        room.reveal(person.pk, "mobile", "联系业主", actor=world["cashier"])
    with refused(NotFound):
        room.reveal(person.pk, "mobile", "联系业主", actor=world["outsider"])
    with refused(Invalid):
        room.reveal(person.pk, "key_id", "联系业主", actor=world["finance"])


def test_same_number_two_organisations_two_marks(world: World, person: room.Person) -> None:
    there = room.create_person(ROW, actor=world["outsider"], community=world.other_community)
    assert there.mobile_mark != person.mobile_mark
    assert room.mark(world["finance"], "mobile", "138-0000-2046") == person.mobile_mark
    assert room.mark(world["finance"], "mobile", "nonsense") == ""
    known = {row.name: row.mobile_mark for row in room.known_people(world["finance"], world.community.pk)}
    assert known["叶知秋"] == person.mobile_mark and "陆小满" in known
    assert room.known_people(world["outsider"], world.community.pk) == []


def test_bulk_gives_each_a_key_and_one_entry(world: World) -> None:
    rows = [room.PersonRow(f"测试{n:03d}", mobile=f"1390000{n:04d}") for n in range(250)]
    keys = SubjectKey.objects.count()
    made = room.bulk_create_persons(rows, actor=world["finance"], community=world.community)
    assert (len(made), len({row.key_id for row in made}), SubjectKey.objects.count() - keys) == (250, 250, 250)
    assert AuditEntry.objects.get(action="person.bulk_create").after == {"count": 250}
    assert room.reveal(made[249].pk, "mobile", "抽查", actor=world["finance"]) == "13900000249"


def test_bad_rows_create_nobody(world: World, refused: Refusals) -> None:
    rows = [room.PersonRow("甲一"), room.PersonRow("乙二", mobile="123456")]
    with refused(Invalid) as caught:
        room.bulk_create_persons(rows, actor=world["finance"], community=world.community)
    assert caught.value.data["row"] == 1
    assert "123456" not in caught.value.text
    with refused(Invalid):
        room.create_person(room.PersonRow(" "), actor=world["finance"], community=world.community)
    with refused(Forbidden):
        room.create_person(room.PersonRow("甲一"), actor=world["cashier"], community=world.community)
    with refused(NotFound):
        room.create_person(room.PersonRow("甲一"), actor=world["outsider"], community=world.community)


def test_person_without_key_gets_one_with_the_first_number(world: World) -> None:
    plain = world.people["陆小满"]
    room.update_person(plain.pk, actor=world["finance"], mobile="13700000001")
    assert room.reveal(plain.pk, "mobile", "联系业主", actor=world["finance"]) == "13700000001"
    with pytest.raises(NotFound):
        room.update_person(plain.pk, actor=world["outsider"], mobile="")


def test_erasure_waits_for_the_ties_and_is_for_good(world: World, person: room.Person, refused: Refusals) -> None:
    finance = world["finance"]
    flat = world.flats["1-1-101"]
    with clock.at(dt.date(2026, 6, 15)):
        bond = tie(flat.pk, person.pk, "payer", dt.date(2026, 1, 1), actor=finance)
        with refused(room.StillInUse) as caught:
            room.erase_person(person.pk, actor=finance, reason="本人申请")
        assert "1-1-101" in caught.value.text
        end_tie(bond.pk, dt.date(2026, 6, 15), actor=finance)
        with refused(room.StillInUse):
            room.erase_person(person.pk, actor=finance, reason="本人申请")
    with clock.at(dt.date(2026, 6, 16)):
        with refused(DomainError, "reason_missing"):
            room.erase_person(person.pk, actor=finance, reason="")
        room.erase_person(person.pk, actor=finance, reason="本人申请")
    row = room.Person.objects.get(pk=person.pk)
    assert (row.name, row.pinyin, row.initials, row.remark) == ("已删除", "", "", "")
    held = [row.mobile_locked, row.mobile_mark, row.mobile_tail, row.mobile_shown, row.identity_mark, row.bank_shown]
    assert held == [None, "", "", "", "", ""]
    assert row.erased_at is not None
    with pytest.raises(VaultError):
        subject_key(person.key_id)
    for text in ("叶知秋", MOBILE, "2046", "yzq", "已删除"):
        assert room.find_people(finance, text) == []
    for call in (
        lambda: room.reveal(person.pk, "mobile", "联系业主", actor=finance),
        lambda: room.reveal_history(person.pk, "联系业主", actor=finance),
        lambda: room.update_person(person.pk, actor=finance, name="叶知秋"),
        lambda: tie(flat.pk, person.pk, "owner", dt.date(2026, 7, 1), actor=finance),
    ):
        with refused(room.Erased):
            call()
    for secret in (MOBILE, IDENTITY, BANK, "叶知秋"):
        assert secret not in _trail()
