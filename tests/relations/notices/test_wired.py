"""What notices say of the community and lead to, how early a contract's bills are announced, and whether codes go out."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.relations.contacts.test_pages_contacts import client_of
from tests.relations.notices.conftest import DUE, MOBILES, Estate, run, text
from wuyefei.foundation.access.actions import change_community
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.relations.notices.models import Lead
from wuyefei.relations.notices.public import decide_version, save_carrier, save_version, start_batch, told

HOME = "1-2-101"


def test_a_notice_says_the_services_phone_and_the_owners_page(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    world = estate.world
    monkeypatch.setenv("WUYEFEI_PUBLIC_URL", "https://wy.example.com/")
    place = world.community
    change_community(place.pk, actor=world["admin"], name=place.name, region_id=None, phone=" 0571-8000000转8 ")
    text(world, "sms", "{房号}账单{金额}元，电话{电话}，{网址}", carrier_template="1009")
    run(start_batch(place.pk, DUE, actor=estate["manager"]))
    (got,) = estate.sandbox.to(MOBILES[HOME])
    assert got.body["TemplateParamSet"] == [HOME, "250.00", "0571-8000000转8", "https://wy.example.com/h5/?from=sms"]
    home = world.flats.get(HOME)
    (said,) = told(estate.owners[HOME].pk, [home.pk] if home else _home_ids(estate))
    assert said.text == f"{HOME}账单250.00元，电话0571-8000000转8，https://wy.example.com/h5/?from=sms"


def _home_ids(estate: Estate) -> list[int]:
    from wuyefei.relations.notices.public import Target

    return list(Target.objects.filter(person=estate.owners[HOME]).values_list("property_id", flat=True))


def test_the_owners_page_is_no_field_without_a_public_address(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WUYEFEI_PUBLIC_URL", raising=False)
    with pytest.raises(Invalid) as caught:
        save_version("bill", "sms", "请看{网址}", carrier_template="1", actor=estate["manager"])
    assert "WUYEFEI_PUBLIC_URL" in caught.value.text


@pytest.mark.parametrize("phone", ["call me", "123a", "1" * 30])
def test_what_is_no_phone_is_refused(estate: Estate, phone: str) -> None:
    place = estate.world.community
    with pytest.raises(Invalid):
        change_community(place.pk, actor=estate["admin"], name=place.name, region_id=None, phone=phone)
    place.refresh_from_db()
    assert place.phone == ""


def test_the_lead_is_changed_on_the_contracts_page_and_audited(estate: Estate) -> None:
    contract, client = estate.world.contract, client_of(estate.world, "manager")
    page = client.get(reverse("backoffice:contract", args=[contract.pk])).content.decode()
    assert "到期日前 10 天" in page and "提前几天通知" in page
    address = reverse("notices:lead", args=[contract.pk])
    assert client.post(address, {"days": "14"}).status_code == 302
    assert "到期日前 14 天" in client.get(reverse("backoffice:contract", args=[contract.pk])).content.decode()
    entry = AuditEntry.objects.get(action="notice.lead")
    assert (entry.before, entry.after, entry.subject_id) == ({"days": 10}, {"days": 14}, contract.pk)
    for wrong in ("6", "16", "x", "-1", ""):
        client.post(address, {"days": wrong})
    assert Lead.objects.get().days == 14
    client.post(address, {"days": "0"})
    assert Lead.objects.get().days == 0
    assert client_of(estate.world, "collector").post(address, {"days": "9"}).status_code == 403


def test_the_channel_page_says_what_codes_lack(estate: Estate) -> None:
    world, client = estate.world, client_of(estate.world, "admin")
    address = reverse("notices:carriers")
    page = client.get(address).content.decode()
    assert "发不出去" in page and "已批准的验证码短信模板" in page and "启用短信渠道" not in page
    made = save_version("code", "sms", "验证码{验证码}", carrier_template="7", actor=world["manager"])
    assert "发不出去" in client.get(address).content.decode()
    decide_version(made.pk, approved=True, actor=world["relations"])
    assert "可以发送" in client.get(address).content.decode()
    save_carrier("sms", {}, enabled=False, actor=world["admin"])
    assert "启用短信渠道" in client.get(address).content.decode()
