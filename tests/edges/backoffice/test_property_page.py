"""The 360° pages: exact figures after a billing run and a payment; unmasking leaves its trace."""

from __future__ import annotations

import base64
import re

import pytest
from django.urls import reverse

from tests.edges.backoffice.conftest import SignIn
from tests.world import World
from wuyefei.estate.occupancy.public import Tie
from wuyefei.estate.people.public import Person, PersonRow, create_person
from wuyefei.estate.properties.public import Property, Vehicle
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry, PersonalDataRead
from wuyefei.foundation.shell import slots
from wuyefei.money.billing.public import Receivable

MOBILE = "13800002046"


def words(html: str) -> str:
    """The text of a page without tags and doubled spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.fixture
def tenant(world: World) -> Person:
    """温故知, with a mobile, tenant of 1-1-101."""
    person = create_person(PersonRow("温故知", mobile=MOBILE), actor=world["finance"], community=world.community)
    flat = world.flats["1-1-101"]
    Tie.objects.create(
        organisation=flat.organisation, community=flat.community, property=flat, person=person, role="tenant",
        starts_on="2026-02-01",
    )  # fmt: skip
    return person


def page(enter: SignIn, actor: Actor, home: Property) -> str:
    answer = enter(actor).get(reverse("backoffice:property", args=[home.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_figures_of_a_flat_partly_paid(world: World, enter: SignIn) -> None:
    """250.00 due on 15 January; 200.00 on 14 February settled 3.75 late fee and 196.25; six days later 0.16 more."""
    html = page(enter, world["lead"], world.flats["1-1-101"])
    text = words(html)
    head = text[text.index("未缴本金") : text.index("人员")]
    assert "未缴本金 ¥ 53.75" in head and "违约金计至今天 02-20 ¥ 0.16" in head
    assert "合计应缴 ¥ 53.91" in head and "预存余额 ¥ 0.00" in head
    assert "逾期 36 天" in head or "逾期 36 天" in text
    assert "物业服务费 2026-01-01 – 2026-01-31 陆小满 01-15 部分已缴 250.00 0.16 53.75" in text
    assert "住宅物业费 GY-2026-01 2.5 /㎡ 100 250.00 2026-01-01 – 今后" in text
    assert "GY-2026-000001" in text and "现金 200.00" in text
    assert "B1-001 车位 应缴 ¥ 152.70" in text  # 150.00 and 36 days of 0.05 %


def test_a_cashier_is_led_to_the_desk_and_sees_no_trail(world: World, enter: SignIn) -> None:
    html = page(enter, world["cashier"], world.flats["1-1-101"])
    assert f"household={world.flats['1-1-101'].pk}" in html
    assert "改动记录" not in html and "修改资料" not in html and "作废" in html and "重打" in html
    assert "/audit/" not in html


def test_the_administrator_has_no_estate(world: World, enter: SignIn) -> None:
    answer = enter(world["admin"]).get(reverse("backoffice:property", args=[world.flats["1-1-101"].pk]))
    assert answer.status_code == 403


def test_the_life_of_a_bill(world: World, enter: SignIn) -> None:
    bill = Receivable.objects.get(property=world.flats["1-1-101"])
    url = reverse("backoffice:receivable", args=[world.flats["1-1-101"].pk, bill.pk])
    text = words(enter(world["lead"]).get(url, headers={"HX-Request": "true"}).content.decode())
    assert "2026-01-01 起，第 1 版 100 × 2.5 元/月" in text and "依据 GY-2026-01 第六条" in text
    assert "核销本金 −196.25 02-14" in text and "核销违约金 3.75 · 收据 GY-2026-000001" in text
    assert "逾期且未停计 36 天 按条款应计 3.91" in text and "今天应缴 0.16" in text
    other = reverse("backoffice:receivable", args=[world.flats["1-1-102"].pk, bill.pk])
    assert enter(world["lead"]).get(other).status_code == 404


def test_pages_of_bills_follow_each_other(world: World, enter: SignIn) -> None:
    from tests.edges.backoffice.conftest import publish

    publish(world, "2026-02")
    client, url = enter(world["lead"]), reverse("backoffice:property", args=[world.flats["1-1-101"].pk])
    from wuyefei.edges.backoffice.pages import property as module

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BILLS", 1)
        first = client.get(url)
        assert [row.row.period.month for row in first.context["bills"]] == [2]
        second = client.get(first.context["bills_page"].older)
        assert [row.row.period.month for row in second.context["bills"]] == [1]
        assert second.context["bills_page"].older == ""
        back = client.get(second.context["bills_page"].newer)
        assert [row.row.period.month for row in back.context["bills"]] == [2]
        altered = base64.urlsafe_b64encode(b'["a","x","y"]').decode()
        for mark in ("nonsense", altered):
            assert client.get(url, {"bills": mark}).status_code == 200


def test_revealing_needs_a_purpose_and_is_on_record(world: World, enter: SignIn, tenant: Person) -> None:
    client = enter(world["manager"])
    html = client.get(reverse("backoffice:property", args=[world.flats["1-1-101"].pk])).content.decode()
    assert "138****2046" in html and MOBILE not in html
    url = reverse("backoffice:reveal", args=[tenant.pk, "mobile"])
    assert client.post(url, {"purpose": " "}, headers={"HX-Request": "true"}).status_code == 409
    assert PersonalDataRead.objects.count() == 0
    answer = client.post(url, {"purpose": "通知水管检修"}, headers={"HX-Request": "true"})
    assert MOBILE in answer.content.decode() and "no-store" in answer["Cache-Control"]
    row = PersonalDataRead.objects.get()
    assert (row.reader_id, row.subject_id, row.field, row.purpose) == (
        world["manager"].user_id, tenant.pk, "mobile", "通知水管检修",
    )  # fmt: skip
    assert client.get(url).status_code == 405
    assert client.post(reverse("backoffice:reveal", args=[tenant.pk, "name"]), {"purpose": "试试"}).status_code == 409
    assert PersonalDataRead.objects.count() == 1
    seen = words(client.get(reverse("backoffice:person", args=[tenant.pk])).content.decode())
    assert "通知水管检修" in seen and MOBILE not in seen


def test_who_may_not_reveal_gets_nothing(world: World, enter: SignIn, tenant: Person) -> None:
    url = reverse("backoffice:reveal", args=[tenant.pk, "mobile"])
    answer = enter(world["cashier"]).post(url, {"purpose": "通知水管检修"})
    assert answer.status_code == 403 and MOBILE not in answer.content.decode()
    assert "查看</button>" not in page(enter, world["cashier"], world.flats["1-1-101"])
    assert PersonalDataRead.objects.count() == 0


def test_the_person_page_adds_up(world: World, enter: SignIn) -> None:
    """陆小满 owes 53.75 + 0.16 for the flat and 150.00 + 2.70 for the parking space."""
    text = words(enter(world["lead"]).get(reverse("backoffice:person", args=[world.people["陆小满"].pk])).content.decode())
    assert "未缴本金 ¥ 203.75" in text and "合计应缴 ¥ 206.61" in text
    assert "1-1-101" in text and "B1-001" in text and "没有人查看过" in text


def test_the_slot_of_higher_rooms(world: World, enter: SignIn) -> None:
    slots.register_slot("property.360", 10, lambda request, home: f"【{home.code} 的联系记录】", name="test.contacts")
    try:
        assert "【1-1-102 的联系记录】" in page(enter, world["lead"], world.flats["1-1-102"])
    finally:
        slots._slots["property.360"].pop("test.contacts")


def test_editing_is_audited_and_told(world: World, enter: SignIn) -> None:
    flat, client = world.flats["1-1-102"], enter(world["lead"])
    url = reverse("backoffice:property_edit", args=[flat.pk])
    sent = {"number": "102", "code": "1-1-102", "kind": "residential", "area_m2": "90.00", "reason": "实测报告"}
    assert client.post(url, sent).status_code == 302
    text = words(page(enter, world["lead"], flat))
    assert "修改房屋" in text and "建筑面积 89.55 → 90.00" in text and "原因 ：实测报告" in text.replace("原因：", "原因 ：")
    assert client.post(url, sent | {"area_m2": "-3"}).status_code == 422
    assert client.post(url, sent | {"code": "1-1-101"}).status_code == 422
    assert Property.objects.get(pk=flat.pk).code == "1-1-102"


def test_ties_vehicles_and_parking_from_the_page(world: World, enter: SignIn) -> None:
    flat, client = world.flats["1-1-102"], enter(world["lead"])
    args = [flat.pk]
    assert client.post(reverse("backoffice:vehicle_add", args=args), {"plate": "浙a·d12346"}).status_code == 302
    assert Vehicle.objects.get().plate == "浙AD12346"
    assert client.post(reverse("backoffice:vehicle_add", args=args), {"plate": "1"}).status_code == 422
    tie = {"who": "顾予安", "role": "payer", "starts_on": "2026-03-01"}
    assert client.post(reverse("backoffice:tie_add", args=args), tie).status_code == 302
    made = Tie.objects.get(property=flat, role="payer")
    assert made.person == world.people["顾予安"]
    again = client.post(reverse("backoffice:tie_add", args=args), tie)
    assert again.status_code == 422 and "起止日期重叠" in again.content.decode()
    missing = client.post(reverse("backoffice:tie_add", args=args), tie | {"who": "查无此人"})
    assert missing.status_code == 422 and "没有找到" in missing.content.decode()
    end = {"ends_on": "2026-04-30", "reason": "租约到期"}
    assert client.post(reverse("backoffice:tie_end", args=[made.pk]), end).status_code == 302
    made.refresh_from_db()
    assert str(made.ends_on) == "2026-04-30"
    space = world.flats["B1-001"]
    assert client.post(reverse("backoffice:property_attach", args=[space.pk]), {"flat": "1-1-102"}).status_code == 302
    space.refresh_from_db()
    assert space.attached_to_id == flat.pk
    wrong = client.post(reverse("backoffice:property_attach", args=[space.pk]), {"flat": "9-9-909"})
    assert wrong.status_code == 422


def test_two_of_one_name_are_told_apart(world: World, enter: SignIn) -> None:
    for tail in ("2046", "2047"):
        row = PersonRow("方同名", mobile=f"1380000{tail}")
        create_person(row, actor=world["finance"], community=world.community)
    client, url = enter(world["lead"]), reverse("backoffice:tie_add", args=[world.flats["1-1-102"].pk])
    sent = {"who": "方同名", "role": "tenant", "starts_on": "2026-03-01"}
    answer = client.post(url, sent)
    assert answer.status_code == 422 and "138****2046" in answer.content.decode()
    second = Person.objects.get(mobile_tail="2047")
    assert client.post(url, sent | {"pick": second.pk}).status_code == 302
    assert Tie.objects.get(role="tenant").person == second


def test_ending_a_property(world: World, enter: SignIn) -> None:
    client, url = enter(world["lead"]), reverse("backoffice:property_end", args=[world.flats["B1-001"].pk])
    assert client.post(url, {"ended_on": "2026-03-01", "reason": ""}).status_code == 422
    assert client.post(url, {"ended_on": "2026-03-01", "reason": "改作非机动车棚"}).status_code == 302
    assert AuditEntry.objects.get(action="property.end").reason == "改作非机动车棚"
    assert "2026-03-01 停用" in page(enter, world["lead"], world.flats["B1-001"])


def test_editing_a_person_keeps_what_is_not_typed(world: World, enter: SignIn, tenant: Person) -> None:
    client, url = enter(world["lead"]), reverse("backoffice:person_edit", args=[tenant.pk])
    html = client.get(url).content.decode()
    assert MOBILE not in html and "138****2046" in html
    assert client.post(url, {"name": "温故知", "kind": "individual", "remark": "夜班"}).status_code == 302
    tenant.refresh_from_db()
    assert (tenant.remark, tenant.mobile_shown) == ("夜班", "138****2046")
    assert client.post(url, {"name": "温故知", "kind": "individual", "mobile": "123"}).status_code == 422
    assert client.post(url, {"name": "温故知", "kind": "individual", "clear": ["mobile"]}).status_code == 302
    tenant.refresh_from_db()
    assert tenant.mobile_shown == ""
    assert clock.today()
