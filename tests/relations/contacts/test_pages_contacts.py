"""The pages of the contact log: what is shown, saved and refused."""

from __future__ import annotations

import datetime as dt
import re

from django.test import Client
from django.urls import reverse

from tests.relations.contacts.conftest import NOW
from tests.world import World
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.sessions import pass_factor
from wuyefei.foundation.platform import clock
from wuyefei.relations.contacts.public import (
    Channel,
    Contact,
    Draft,
    Purpose,
    Refusal,
    limits_of,
    plan,
    record,
    work_calendar,
)


def client_of(world: World, name: str) -> Client:
    user = User.objects.get(pk=world[name].user_id)
    user.totp_confirmed_at = user.password_changed_at = clock.now()
    user.save(update_fields=["totp_confirmed_at", "password_changed_at"])
    client = Client()
    client.force_login(user)
    session = client.session
    pass_factor(session, user)
    session.save()
    return client


def form(**more: object) -> dict[str, object]:
    return {
        "state": "planned", "channel": "phone", "purpose": "reminder", "recipient": "payer", "at": "2026-02-10T15:00", "people": "1",
        "outcome": "", "measure": "", "note": "", **more,
    }  # fmt: skip


def test_a_refused_plan_is_a_red_note_with_the_source(world: World) -> None:
    page = reverse("contacts:new", args=[world.people["陆小满"].pk])
    client = client_of(world, "collector")
    answer = client.post(page, form(at="2026-02-10T21:30"))
    text = answer.content.decode()
    assert answer.status_code == 422 and 'role="alert"' in text
    for words in ("21:30 不能打电话", "这一步没有保存", "第一千零三十三条第一项", "02-11 08:00", "state=planned&amp;channel=phone&amp;at=2026-02-11"):
        assert words in text
    assert not Contact.objects.exists() and Refusal.objects.count() == 1
    shown = client_of(world, "manager").get(reverse("contacts:refusals")).content.decode()
    assert "21:30 不能打电话" in shown and "陆小满" in shown
    assert client.get(reverse("contacts:refusals")).status_code == 403


def test_record_from_the_property_page(world: World) -> None:
    client, home = client_of(world, "collector"), world.flats["1-1-101"]
    assert reverse("contacts:new_at", args=[home.pk]) in client.get(reverse("backoffice:property", args=[home.pk])).content.decode()
    start = client.get(reverse("contacts:new_at", args=[home.pk]))
    assert start.status_code == 302 and start["Location"].endswith(f"/contacts/people/{world.people['陆小满'].pk}/new?property={home.pk}")
    page = client.get(start["Location"]).content.decode()
    bill = page.split('name="receivables" value="')[1].split('"')[0]
    answer = client.post(start["Location"], form(state="done", at="2026-02-10T09:30", outcome="promised", note="周五缴", receivables=[bill]))
    row = Contact.objects.get()
    assert answer.status_code == 302 and (row.outcome, row.property_id, row.receivable_ids) == ("promised", home.pk, [int(bill)])
    assert row.at == dt.datetime(2026, 2, 10, 9, 30, tzinfo=NOW.tzinfo)
    for where in (reverse("backoffice:property", args=[home.pk]), reverse("backoffice:person", args=[row.person_id]), reverse("contacts:log")):
        assert "周五缴" in client.get(where).content.decode(), where


def test_a_form_says_what_is_missing(world: World) -> None:
    page = reverse("contacts:new", args=[world.people["陆小满"].pk])
    client = client_of(world, "collector")
    assert "请选一项" in client.post(page, form(state="done", at="2026-02-10T09:30")).content.decode()
    assert "只有打算联系时才选" in client.post(page, form(state="done", outcome="reached", measure="threat")).content.decode()
    assert "不能在将来" in client.post(page, form(state="done", outcome="reached", at="2026-02-12T09:30")).content.decode()
    assert not Contact.objects.exists()


def test_a_plan_is_closed_or_cancelled_on_its_page(world: World) -> None:
    client = client_of(world, "collector")
    rows = [plan(Draft(world.people[name].pk, Channel.PHONE, Purpose.SERVICE, NOW), actor=world["collector"]) for name in ("陆小满", "沈秋白")]
    assert client.post(reverse("contacts:contact", args=[rows[0].pk]), {"at": "2026-02-10T10:00", "outcome": "reached", "note": ""}).status_code == 302
    client.post(reverse("contacts:cancel", args=[rows[1].pk]), {"reason": "改天"})
    assert list(Contact.objects.order_by("pk").values_list("state", flat=True)) == ["done", "cancelled"]
    assert client_of(world, "outsider").get(reverse("contacts:contact", args=[rows[0].pk])).status_code == 404


def test_the_list_filters_and_leaves_as_a_workbook(world: World) -> None:
    record(Draft(world.people["陆小满"].pk, Channel.PHONE, Purpose.REMINDER, NOW, world.flats["1-1-101"].pk), "no_answer", actor=world["collector"])
    record(Draft(world.people["沈秋白"].pk, Channel.DESK, Purpose.SERVICE, NOW), "reached", actor=world["collector"])
    client = client_of(world, "manager")
    for query, names in (("channel=phone", ["陆小满"]), ("q=shenqiubai", ["沈秋白"]), ("q=1-1-1", ["陆小满"]), ("view=breach", []), ("purpose=service", ["沈秋白"])):
        text = client.get(f"{reverse('contacts:log')}?{query}").content.decode().split("data-rows")[-1]
        assert [name for name in ("陆小满", "沈秋白") if f"{name}" in text] == names or not names, query
    assert client.get(reverse("contacts:export")).status_code == 200
    assert client_of(world, "collector").get(reverse("contacts:export")).status_code == 403


def test_rules_limits_and_holidays(world: World) -> None:
    client = client_of(world, "manager")
    assert "第九百四十四条第三款" in client.get(reverse("contacts:rules")).content.decode()
    page = client.get(reverse("contacts:limits")).content.decode()
    fields = {name: value for name, value in _inputs(page).items() if name != "csrfmiddlewaretoken"}
    assert client.post(reverse("contacts:limits"), {**fields, "phone_day": "2", "reason": "试行"}).status_code == 302
    assert limits_of(world.organisation.pk).caps[Channel.PHONE].day == 2
    refused = client.post(reverse("contacts:limits"), {**fields, "quiet_ends": "06:00", "reason": "试行"})
    assert refused.status_code == 422 and "至少应包含" in refused.content.decode()
    day = {"day": "2027-01-01", "rest": "rest", "name": "元旦", "source": "待公布"}
    assert client.post(reverse("contacts:calendar"), day).status_code == 302
    assert work_calendar(world.organisation.pk).name(dt.date(2027, 1, 1)) == "元旦"
    assert client.post(reverse("contacts:calendar"), {"act": "remove", "day": "2027-01-01"}).status_code == 302
    assert client.post(reverse("contacts:calendar"), {"act": "remove", "day": "2027-13-01"}).status_code == 409


def test_wishes_and_grounds_of_a_person(world: World) -> None:
    client, person = client_of(world, "manager"), world.people["陆小满"]
    page = reverse("contacts:wishes", args=[person.pk])
    assert client.post(page, {"channel": "sms", "kind": "refused", "how": "02-09 来电"}).status_code == 302
    client.post(reverse("contacts:add_ground", args=[person.pk]), {"kind": "named", "proof": "同意书 2 号"})
    text = client.get(page).content.decode()
    assert "拒绝联系" in text and "同意书 2 号" in text
    assert client_of(world, "auditor").post(page, {"channel": "sms", "kind": "usual", "how": "x"}).status_code == 403


def _inputs(page: str) -> dict[str, str]:
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value:
            found[name[1]] = value[1]
    return found
