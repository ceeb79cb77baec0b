"""The pages of personal data: what is shown, saved and refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.urls import reverse

from tests.relations.contacts.test_pages_contacts import client_of
from tests.world import World, make_world, own
from wuyefei.estate.occupancy.public import Tie
from wuyefei.estate.people.public import PersonRow, create_person
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import Job
from wuyefei.relations.privacy.models import Consent, Retention

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 1)


@pytest.fixture
def world() -> Iterator[World]:
    with clock.at(TODAY):
        yield make_world()


def test_the_register_says_what_is_held_and_why(world: World) -> None:
    text = client_of(world, "manager").get(reverse("privacy:register")).content.decode()
    for word in ("姓名与号码", "加密保存，查看有记录", "个人信息保护法第十三条第二项", "单独同意", "满 5 年"):
        assert word in text
    assert client_of(world, "finance").get(reverse("privacy:register")).status_code == 403


def test_a_person_agrees_gets_a_copy_and_is_erased(world: World) -> None:
    who = create_person(PersonRow(name="叶新元", mobile="19900000777"), actor=world["manager"], community=world.community)
    client, page = client_of(world, "manager"), reverse("privacy:person", args=[who.pk])
    assert client.post(page, {"use": "timing", "given": "yes", "how": ""}).status_code == 422 and not Consent.objects.exists()
    assert client.post(page, {"use": "timing", "given": "yes", "how": "同意书 12 号"}).status_code == 302
    text = client.get(page).content.decode()
    assert "同意书 12 号" in text and "没有说过" in text
    assert "同意用于" in client.get(reverse("backoffice:person", args=[who.pk])).content.decode()
    copy = client.post(reverse("privacy:copy", args=[who.pk]), {"purpose": "本人书面申请"})
    assert copy.status_code == 200 and copy.content[:2] == b"PK"
    assert client.post(reverse("privacy:copy", args=[who.pk]), {"purpose": ""}).status_code == 302
    erase = reverse("privacy:erase", args=[who.pk])
    assert client_of(world, "lead").post(erase, {"reason": "本人要求"}).status_code == 403
    client.post(erase, {"reason": " "})
    who.refresh_from_db()
    assert who.erased_at is None
    client.post(erase, {"reason": "本人要求"})
    who.refresh_from_db()
    assert who.erased_at is not None
    assert "叶新元" not in client.get(page).content.decode()


def test_the_list_of_those_whose_retention_is_over(world: World) -> None:
    client, page = client_of(world, "manager"), reverse("privacy:retention")
    assert "没有关系结束满 5 年的人" in client.get(page).content.decode()
    assert client.post(reverse("privacy:run")).status_code == 302 and not Job.objects.exists()
    Tie.objects.filter(property=world.flats["1-1-201"]).delete()
    who = create_person(PersonRow(name="苏远去"), actor=world["manager"], community=world.community)
    own(world.flats["1-1-201"], who, dt.date(2015, 1, 1), dt.date(2020, 1, 1))
    assert "苏远去" in client.get(page).content.decode()
    assert client.post(page, {"years": "2", "reason": "短些"}).status_code == 422 and not Retention.objects.exists()
    assert client.post(page, {"years": "10", "reason": "档案制度"}).status_code == 302
    assert "苏远去" not in client.get(page).content.decode()
    client.post(page, {"years": "5", "reason": "改回"})
    client.post(reverse("privacy:run"))
    assert Job.objects.get().total == 1
