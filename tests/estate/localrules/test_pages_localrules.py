"""Choosing a pack, the consultation from its record to the price it allows, and what happens without one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from tests.estate.metering.test_pages_metering import client_of
from tests.world import World, actor_of, make_world
from wuyefei.estate.localrules.models import Choice, Consultation
from wuyefei.estate.localrules.public import NeedsConsultation, choose, pack_on
from wuyefei.estate.tariffs.public import TariffVersion, add_version
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.errors import Forbidden, Invalid
from wuyefei.foundation.platform import clock
from wuyefei.relations.contacts.queries import Wanted, gather
from wuyefei.relations.contacts.rules.guard import LOCAL, Facts, Refused, check
from wuyefei.relations.contacts.rules.steps import Channel, Purpose, Step

pytestmark = pytest.mark.django_db
TODAY, NEW_YEAR = dt.date(2026, 11, 25), dt.date(2027, 1, 1)


@pytest.fixture
def world() -> Iterator[World]:
    with clock.at(TODAY):
        yield make_world()


def raise_price(world: World, yuan: str, day: dt.date = NEW_YEAR) -> TariffVersion:
    return add_version(world.service_tariff.pk, day, per_unit=Decimal(yuan), actor=world["manager"])


def test_a_pack_is_chosen_and_guards_the_price(world: World) -> None:
    choose("beijing", TODAY, actor=world["manager"], community=world.community)
    with pytest.raises(Forbidden):
        choose("shanghai", TODAY, actor=world["finance"], community=world.community)
    with pytest.raises(Invalid):
        choose("moon", TODAY, actor=world["manager"], community=world.community)
    assert [pack_on(world.community.pk, day) and "pack" for day in (TODAY - dt.timedelta(1), TODAY)] == [None, "pack"]
    count = TariffVersion.objects.count()
    with pytest.raises(NeedsConsultation), transaction.atomic():
        raise_price(world, "2.60")
    assert TariffVersion.objects.count() == count
    add_version(world.parking_tariff.pk, NEW_YEAR, per_unit=Decimal(160), actor=world["manager"])  # no home pays by it
    raise_price(world, "2.40")
    with pytest.raises(IntegrityError), transaction.atomic():
        Choice.objects.update(pack="national")


def test_without_a_pack_nothing_is_refused(world: World) -> None:
    assert raise_price(world, "2.60").per_unit == Decimal("2.60")


def typed(world: World, **more: object) -> dict[str, object]:
    return {
        "tariff": world.service_tariff.pk, "per_unit": "2.80", "effective_from": "2027-01-01", "announced_on": "2026-10-20",
        "voted_on": "2026-11-20", "all_area": "309.91", "all_heads": "3", "came_area": "309.91", "came_heads": "3", "yes_area": "200.00",
        "yes_heads": "2", "minutes": SimpleUploadedFile("m.pdf", b"%PDF-1.7 minutes"), **more,
    }  # fmt: skip


def test_from_the_record_to_the_price(world: World) -> None:
    place = world.community.pk
    first, second = client_of(world["manager"]), client_of(actor_of(world.organisation, "chief", Role.PROJECT_MANAGER))
    said = first.post(f"/rules/?community={place}", {"pack": "national", "since": "2026-11-25"}, follow=True).content.decode()
    assert "本小区在用" in said and "发改价检〔2004〕1428号" in said and "住宅涨价没有征询记录的，拒绝" in said
    assert "未核对：只提示，不拦" in first.get(f"/rules/?community={place}&pack=shenzhen").content.decode()
    assert client_of(world["finance"]).post(f"/rules/?community={place}", {"pack": "national", "since": "2026-11-25"}).status_code == 403
    for bad in ({"yes_area": "400"}, {"voted_on": "2026-10-01"}, {"voted_on": "2026-12-30"}, {"minutes": SimpleUploadedFile("m.txt", b"x")}):
        assert first.post(f"/rules/consultations/new?community={place}", typed(world, **bad)).status_code == 422
    assert Consultation.objects.count() == 0
    text = first.post(f"/rules/consultations/new?community={place}", typed(world), follow=True).content.decode()
    row = Consultation.objects.get()
    assert "等另一人确认" in text and "64.5%" in text and "66.7%" in text
    with pytest.raises(NeedsConsultation), transaction.atomic():
        raise_price(world, "2.80")
    own = first.post(f"/rules/consultations/{row.pk}/confirm", follow=True).content.decode()
    assert "登记的人不能确认自己登记的征询记录" in own
    assert "通过" in second.post(f"/rules/consultations/{row.pk}/confirm", follow=True).content.decode()
    assert "已经确认过" in second.post(f"/rules/consultations/{row.pk}/confirm", follow=True).content.decode()
    with pytest.raises(NeedsConsultation), transaction.atomic():
        raise_price(world, "2.81")
    assert raise_price(world, "2.80").number == 2
    listed = first.get(f"/rules/consultations?community={place}").content.decode()
    assert "住宅物业费" in listed and "通过" in listed
    assert first.get(f"/rules/consultations/{row.pk}/minutes").content == b"%PDF-1.7 minutes"
    assert client_of(world["outsider"]).get(f"/rules/consultations/{row.pk}/minutes").status_code == 404
    with pytest.raises(IntegrityError), transaction.atomic():
        Consultation.objects.filter(pk=row.pk).update(yes_heads=3)


def test_the_contract_form_and_the_law_guard_consult_the_pack(world: World) -> None:
    choose("beijing", TODAY, actor=world["manager"], community=world.community)
    page = client_of(world["manager"]).get(f"/contracts/{world.contract.pk}/").content.decode()
    assert "本地规则（未核对）" in page
    person = world.people["陆小满"].pk
    facts = gather(world.organisation.pk, [Wanted(person, ())], clock.now())[person]
    at = dt.datetime(2026, 11, 25, 10, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    step = Step(Channel.PHONE, Purpose.REMINDER, at, measures=frozenset({"cut_water"}))
    refused = check(step, now=at, facts=facts)
    assert isinstance(refused, Refused) and (refused.code, refused.sources[-1]) == ("cut_water", LOCAL)
    lawyer = Step(Channel.LETTER, Purpose.LEGAL, at, measures=frozenset({"lawyer_fee"}))
    allowed = Facts(grounds=frozenset({"lawyer_fee_clause"}))
    assert check(lawyer, now=at, facts=allowed).allowed
    stricter = Facts(grounds=allowed.grounds, local=frozenset({"lawyer_fee"}))
    assert not check(lawyer, now=at, facts=stricter).allowed
