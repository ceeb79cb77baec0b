"""Consents, the copy, the retention run, erasure, and another master key."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, transaction
from python_calamine import CalamineWorkbook

from tests.world import World, make_world, own
from wuyefei.estate.occupancy.public import Tie
from wuyefei.estate.people.public import Person, PersonRow, create_person, find_people, reveal
from wuyefei.foundation import environment
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import clock, jobs, vault
from wuyefei.foundation.platform.models import AuditEntry, PersonalDataRead, SubjectKey
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.public import OpeningArrears, book_opening
from wuyefei.money.payments.public import Payment
from wuyefei.relations.privacy import actions
from wuyefei.relations.privacy.models import Consent
from wuyefei.relations.privacy.public import Use, agreed, consents_of, expired, holdings, years_of

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 1)


@pytest.fixture
def world() -> Iterator[World]:
    with clock.at(TODAY):
        yield make_world()


def newcomer(world: World, name: str = "叶新元", mobile: str = "19900000777") -> Person:
    return create_person(PersonRow(name=name, mobile=mobile), actor=world["manager"], community=world.community)


def test_the_latest_word_holds_and_nothing_said_is_removed(world: World) -> None:
    who = newcomer(world)
    assert agreed([who.pk], Use.TIMING) == set(), "silence is no"
    first = actions.note_consent(who.pk, "timing", True, "纸质同意书 12 号", actor=world["manager"])
    assert agreed([who.pk], Use.TIMING) == {who.pk}
    actions.note_consent(who.pk, "timing", False, "来电", actor=world["manager"])
    assert agreed([who.pk], Use.TIMING) == set()
    assert consents_of(world["manager"], who.pk)["timing"].how == "来电"
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.filter(pk=first.pk).update(given=False)
    for use, how, code in (("nothing", "来电", "invalid"), ("timing", "  ", "invalid")):
        with pytest.raises(DomainError) as error:
            actions.note_consent(who.pk, use, True, how, actor=world["manager"])
        assert error.value.code == code
    with pytest.raises(Forbidden):
        actions.note_consent(who.pk, "timing", True, "来电", actor=world["finance"])
    with pytest.raises(NotFound):
        actions.note_consent(who.pk, "timing", True, "来电", actor=world["outsider"])
    assert Consent.objects.count() == 2


def test_a_copy_holds_everything_and_is_noted(world: World) -> None:
    who = newcomer(world)
    own(world.flats["1-1-201"], who)
    actions.note_consent(who.pk, "offers", False, "前台", actor=world["manager"])
    content = actions.copy_of(who.pk, "本人书面申请", actor=world["manager"])
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == [one.name for one in holdings()]
    rows = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert ["姓名", "叶新元"] in rows["姓名与号码"] and ["手机号", "19900000777"] in rows["姓名与号码"]
    assert rows["与房屋的关系"][1][:2] == ["1-1-201", "业主"]
    assert rows["同意记录"][1][1:] == ["推广与增值服务", "撤回或不同意", "前台"]
    assert rows["号码查看记录"][1][2:] == ["mobile", "本人书面申请"], "the copy says that it was made"
    assert PersonalDataRead.objects.filter(subject_id=who.pk, purpose="本人书面申请").count() == 1
    assert AuditEntry.objects.filter(action="privacy.copy", subject_id=who.pk).count() == 1


def test_a_copy_with_gaps_is_not_given(world: World) -> None:
    who = newcomer(world)
    for name, refusal in (("lead", Forbidden), ("cashier", Forbidden), ("outsider", NotFound)):
        with pytest.raises(refusal):
            actions.copy_of(who.pk, "本人书面申请", actor=world[name])
    with pytest.raises(DomainError):
        actions.copy_of(who.pk, "", actor=world["manager"])
    assert not PersonalDataRead.objects.filter(subject_id=who.pk).exists()


def gone(world: World, name: str, until: dt.date) -> Person:
    who = newcomer(world, name, "")
    own(world.flats["1-1-201"], who, dt.date(2015, 1, 1), until)
    return who


def test_who_has_been_gone_long_enough_is_erased_and_nobody_else(world: World) -> None:
    Tie.objects.filter(property=world.flats["1-1-201"]).delete()
    long_gone, lately = gone(world, "苏远去", dt.date(2021, 2, 28)), gone(world, "程新去", dt.date(2021, 3, 1))
    never = newcomer(world, "韩未住", "")
    assert [row.pk for row in expired(world["manager"], TODAY)] == [long_gone.pk]
    assert list(expired(world["finance"], TODAY)) == [] and list(expired(world["outsider"], TODAY)) == []
    job = actions.start_retention(actor=world["manager"])
    with pytest.raises(DomainError) as error:
        actions.start_retention(actor=world["manager"])
    assert error.value.code == "retention_open"
    jobs.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"erased": 1, "kept": 0})
    long_gone.refresh_from_db()
    assert long_gone.erased_at and long_gone.name != "苏远去"
    for other in (lately, never):
        other.refresh_from_db()
        assert other.erased_at is None
    with pytest.raises(DomainError) as error:
        actions.start_retention(actor=world["manager"])
    assert error.value.code == "nothing_expired"
    assert run_checks(world.organisation.pk).holds


@pytest.mark.parametrize(
    ("until", "paid_on", "over"),
    [
        (None, None, False),
        (dt.date(2021, 3, 1), None, False),
        (dt.date(2021, 2, 28), None, True),
        (dt.date(2018, 2, 28), dt.date(2021, 3, 1), False),
        (dt.date(2018, 2, 28), dt.date(2021, 2, 27), True),
    ],
)
def test_the_retention_counts_from_the_last_tie_or_payment(
    world: World, until: dt.date | None, paid_on: dt.date | None, over: bool
) -> None:
    Tie.objects.filter(property=world.flats["1-1-201"]).delete()
    who = newcomer(world, "苏远去", "")
    own(world.flats["1-1-201"], who, dt.date(2015, 1, 1), until)
    if paid_on:
        Payment.objects.create(
            organisation=world.organisation, community=world.community, payer=who, property=world.flats["1-1-201"], kind="opening",
            amount_fen=100, value_date=paid_on, booked_at=clock.now(), booked_by_id=world["finance"].user_id,
        )  # fmt: skip
    assert expired(world["manager"], TODAY).filter(pk=who.pk).exists() is over


def test_who_has_got_a_tie_again_meanwhile_is_passed_over(world: World) -> None:
    Tie.objects.filter(property=world.flats["1-1-201"]).delete()
    back = gone(world, "白复来", dt.date(2020, 1, 1))
    job = actions.start_retention(actor=world["manager"])
    own(world.flats["1-1-201"], back)
    jobs.run_job(job.pk)
    job.refresh_from_db()
    back.refresh_from_db()
    assert job.result == {"erased": 0, "kept": 1} and back.erased_at is None


def test_the_years_are_set_within_bounds(world: World) -> None:
    assert years_of(world.organisation.pk) == 5
    actions.set_retention(8, "档案制度", actor=world["manager"])
    assert years_of(world.organisation.pk) == 8
    for years in (2, 31, 0, -1):
        with pytest.raises(DomainError):
            actions.set_retention(years, "试", actor=world["manager"])
    with pytest.raises(Forbidden):
        actions.set_retention(6, "试", actor=world["finance"])
    assert years_of(world.organisation.pk) == 8


def test_nobody_is_erased_who_owes(world: World) -> None:
    who = newcomer(world)
    book_opening(
        [OpeningArrears(property_id=world.flats["1-1-201"].pk, payer_id=who.pk, amount_fen=10_050,
                        service_from=dt.date(2025, 12, 1), service_to=dt.date(2025, 12, 31), due_on=dt.date(2025, 12, 15))],
        actor=world["finance"], community=world.community, item=world.service,
    )  # fmt: skip
    with pytest.raises(DomainError) as error:
        actions.erase(who.pk, "本人要求", actor=world["manager"])
    assert "100.50" in error.value.text
    who.refresh_from_db()
    assert who.erased_at is None and who.name == "叶新元"


@pytest.fixture
def secrets(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A data folder of its own: the keys of other tests stay."""
    monkeypatch.setenv("WUYEFEI_HOME", str(tmp_path))
    yield


def test_another_master_key_opens_everything_and_marks_still_match(secrets: None, world: World) -> None:
    actor = world["manager"]
    who, sealed = newcomer(world), vault.seal_secret("种子")
    before = SubjectKey.objects.get(pk=who.key_id).wrapped
    old = environment.read_secret("vault.key")
    done = vault.rotate()
    assert done["keys"] >= 1 and environment.read_secret("vault.key") != old == environment.read_secret("vault.key.previous")
    assert bytes(SubjectKey.objects.get(pk=who.key_id).wrapped) != bytes(before)
    assert reveal(who.pk, "mobile", "核对", actor=actor) == "19900000777"
    assert [row.pk for row in find_people(actor, "19900000777")] == [who.pk], "found by the same mark"
    assert vault.open_secret(sealed) == "种子", "what was sealed before is opened by the key before"
    SubjectKey.objects.filter(pk=who.key_id).update(wrapped=bytes(before))  # written by a program that had read the old key
    assert vault.forget_previous() == 1 and environment.read_secret("vault.key.previous") is None
    assert reveal(who.pk, "mobile", "核对", actor=actor) == "19900000777"
    assert vault.fits(environment.read_secret("vault.key")) and not vault.fits(old)
    with pytest.raises(vault.VaultError):
        vault.open_secret(sealed)


def test_a_change_of_key_that_broke_off_leaves_everything_readable(secrets: None, world: World) -> None:
    who = newcomer(world)
    environment.keep_secret("vault.key.next")
    assert reveal(who.pk, "mobile", "核对", actor=world["manager"]) == "19900000777"
    fresh = environment.read_secret("vault.key.next")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(environment, "put_secret", lambda name, value: None)
        patch.setattr(environment, "drop_secret", lambda name: None)
        vault.rotate()  # committed, and killed before the files were put in place
    assert reveal(who.pk, "mobile", "核对", actor=world["manager"]) == "19900000777"
    vault.rotate()
    assert environment.read_secret("vault.key") == fresh and environment.read_secret("vault.key.next") is None
    assert reveal(who.pk, "mobile", "核对", actor=world["manager"]) == "19900000777"


def test_two_rotations_one_after_the_other(secrets: None, world: World) -> None:
    who = newcomer(world)
    for _turn in range(2):
        vault.rotate()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM platform_subjectkey")
        assert cursor.fetchone()[0] >= 1
    assert reveal(who.pk, "mobile", "核对", actor=world["manager"]) == "19900000777"
