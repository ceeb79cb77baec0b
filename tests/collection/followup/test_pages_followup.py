"""The pages: the next household, logging, cases, one case, scripts."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.collection.followup.conftest import MARCH, at, case_of
from tests.insight.arrears.test_pages_arrears import client, sheet_of, text
from tests.world import World
from wuyefei.collection.followup.models import Act, Case, Promise
from wuyefei.estate.people.public import update_person
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import PersonalDataRead
from wuyefei.relations.contacts.public import Contact

pytestmark = pytest.mark.django_db
JSON = {"headers": {"Accept": "application/json"}}


def form(world: World, name: str, **more: str) -> dict[str, str]:
    case = case_of(world, name)
    return {"client_key": f"k-{case.pk}", "seen": str(case.acts), "channel": "phone", "outcome": "reached", **more}


def test_the_next_household(world: World) -> None:
    shown = text(client(world, "collector").get("/followup/"))
    assert "还有 3 户，今天已联系 0 户" in shown and "1-1-101" in shown and "2 期 · 最长 47 天" in shown
    assert "到期 3 天后询问原因" in shown and "A 级，每 30 天至少联系 4 次" in shown
    assert "31–90 天 服务价值 · 自带" in shown and "陆小满您好，我是桂语物业的collector甲" in shown
    assert "现在可以联系 · 近 7 天电话 0 次，上限 3 次" in shown and "明天上午 10:00" in shown


def test_skipping_goes_on_and_comes_back(world: World) -> None:
    page = client(world, "collector")
    first = page.get("/followup/")
    second = page.get("/followup/", {"at": first.context["skip"]})
    assert second.context["case"].pk != first.context["case"].pk and "回到第一户" in text(second)
    last = page.get("/followup/", {"at": second.context["skip"]})
    assert last.context["skip"] == ""


def test_a_call_by_form_and_the_same_again_by_script(world: World) -> None:
    page, case = client(world, "collector"), case_of(world, "陆小满")
    sent = form(world, "陆小满", outcome="promised", promise="400", promise_on="2026-03-20", reason="forgot", note="周末来缴")
    assert page.post(f"/followup/cases/{case.pk}/log", sent).status_code == 302
    again = page.post(f"/followup/cases/{case.pk}/log", sent, **JSON)
    assert again.json() == {"next": "/followup/", "again": True}
    assert Act.objects.count() == Contact.objects.count() == Promise.objects.count() == 1
    assert "还有 2 户，今天已联系 1 户" in text(page.get("/followup/"))


def test_what_is_wrong_is_said_and_kept_in_the_form(world: World) -> None:
    page, case = client(world, "collector"), case_of(world, "陆小满")
    sent = form(world, "陆小满", outcome="promised", promise="99999", promise_on="2026-03-20", note="周末来缴")
    answer = page.post(f"/followup/cases/{case.pk}/log", sent)
    assert answer.status_code == 422 and "应大于 0，不超过现在的欠费" in text(answer)
    assert "周末来缴" in answer.content.decode() and 'value="99999"' in answer.content.decode()
    found = page.post(f"/followup/cases/{case.pk}/log", sent, **JSON)
    assert (found.status_code, found.json()["moved"]) == (422, False)
    assert not Act.objects.exists()


def test_the_second_of_two_is_told(world: World) -> None:
    page, case = client(world, "collector"), case_of(world, "陆小满")
    page.post(f"/followup/cases/{case.pk}/log", form(world, "陆小满"))
    late = {**form(world, "陆小满"), "client_key": "other", "seen": "0"}
    answer = client(world, "manager").post(f"/followup/cases/{case.pk}/log", late)
    assert answer.status_code == 422 and "刚记过这一户：已说明" in text(answer) and "看过了，还是要存" in text(answer)
    assert 'name="seen" value="1"' in answer.content.decode()


def test_outside_the_hours_nobody_is_dialled(world: World) -> None:
    update_person(world.people["陆小满"].pk, mobile="19900001234", actor=world["manager"])
    case = case_of(world, "陆小满")
    answer = client(world, "collector").post(f"/followup/cases/{case.pk}/dial")
    assert "19900001234" in text(answer) and PersonalDataRead.objects.count() == 1
    with clock.at(at(MARCH, 21, 30)):
        page = client(world, "collector")
        refused = page.post(f"/followup/cases/{case.pk}/dial")
        assert refused.status_code == 409 and "21:30 不能打电话" in text(refused) and "19900001234" not in text(refused)
        shown = text(page.get("/followup/"))
        assert "21:30 不能打电话" in shown and "打电话" not in shown.replace("不能打电话", "")
    assert PersonalDataRead.objects.count() == 1


def test_the_list_of_cases(world: World) -> None:
    page = client(world, "manager")
    shown = text(page.get("/followup/cases"))
    assert "1-1-101" in shown and "案件 3" in shown and "¥ 1,849.56" in shown.replace("¥", "¥ ").replace("¥  ", "¥ ")
    assert "没有符合筛选的案件" in text(page.get("/followup/cases?grade=S"))
    only = text(page.get("/followup/cases?q=1-1-102"))
    assert "沈秋白" in only and "陆小满" not in only
    rows = sheet_of(page.get("/followup/cases/export").content)
    assert [row[1] for row in rows[1:]] == ["1-1-101", "1-1-201", "1-1-102"]
    ids = [str(pk) for pk in Case.objects.values_list("pk", flat=True)]
    page.post("/followup/cases/assign", {"id": ids, "owner": str(world["collector"].user_id)})
    assert set(Case.objects.values_list("owner_id", flat=True)) == {world["collector"].user_id}
    assert text(page.get("/followup/")).count("今天要联系的都联系了") == 1


def test_a_case(world: World) -> None:
    page, case = client(world, "collector"), case_of(world, "陆小满")
    page.post(f"/followup/cases/{case.pk}/log", form(world, "陆小满", reason="service", note="说门禁坏了"))
    shown = text(page.get(f"/followup/cases/{case.pk}"))
    for words in ("债务事实", "诉讼时效", "2029-01-15", "说门禁坏了", "对服务不满", "5 千元以上，或连欠 2 期", "停水、停电"):
        assert words in shown
    assert "说门禁坏了" not in text(page.get(f"/followup/cases/{case.pk}?story=money"))
    refused = page.post(f"/followup/cases/{case.pk}/next", {"channel": "phone", "day": "2026-03-04", "time": "21:30"})
    assert refused.status_code == 422 and "21:30 不能打电话" in text(refused) and "可以改到 03-05 08:00" in text(refused).replace("03-04", "03-05")
    assert page.post(f"/followup/cases/{case.pk}/next", {"channel": "phone", "day": "2026-03-05", "time": "18:30"}).status_code == 302
    assert "按计划联系 · 03-05" in text(page.get(f"/followup/cases/{case.pk}"))
    assert client(world, "outsider").get(f"/followup/cases/{case.pk}").status_code == 404


def test_the_auditor_looks_and_does_nothing(world: World) -> None:
    page, case = client(world, "auditor"), case_of(world, "陆小满")
    shown = text(page.get(f"/followup/cases/{case.pk}"))
    assert "记一次联系" not in shown and "保存下一步" not in shown
    assert page.post(f"/followup/cases/{case.pk}/log", form(world, "陆小满")).status_code == 403
    assert not world["auditor"].may(Permission.FOLLOW_WORK)


def test_scripts(world: World) -> None:
    page = client(world, "manager")
    shown = text(page.get("/followup/scripts"))
    assert "还在用自带的话术" in shown
    sent = {"age": "value", "first": "{称呼}您好。", "second": "{房号}共 {金额} 元。", "third": "请马上缴。"}
    warned = page.post("/followup/scripts?age=value", sent)
    assert warned.status_code == 422 and "「马上」→「方便的时候」" in text(warned)
    refused = page.post("/followup/scripts?age=value", {**sent, "third": "不缴就停水。", "anyway": "1"})
    assert refused.status_code == 422 and "停水、限水" in text(refused)
    assert page.post("/followup/scripts?age=value", {**sent, "anyway": "1"}).status_code == 302
    assert "第 1 版" in text(page.get("/followup/scripts?age=value"))
    assert "请马上缴。" in text(client(world, "collector").get("/followup/"))
    assert client(world, "collector").post("/followup/scripts", sent).status_code == 403


def test_a_longer_list_asks_no_more(world: World) -> None:
    page = client(world, "manager")
    page.get("/followup/cases")
    with CaptureQueriesContext(connection) as one:
        page.get("/followup/cases?q=1-1-102")
    with CaptureQueriesContext(connection) as three:
        page.get("/followup/cases")
    assert len(one) == len(three)
