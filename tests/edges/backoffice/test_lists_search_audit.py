"""Lists, search, the audit trail and the proof of the books."""

from __future__ import annotations

import ast
import io
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests.edges.backoffice.conftest import SignIn
from tests.edges.backoffice.test_property_page import words
from tests.world import World, flat
from wuyefei.edges.backoffice import proving
from wuyefei.edges.backoffice.words import action_text, changes
from wuyefei.estate.people.public import PersonRow, create_person, reveal
from wuyefei.estate.properties.public import Building, Property, VehicleRow, add_vehicle, update_property
from wuyefei.foundation.access.models import User
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import jobs
from wuyefei.foundation.platform.models import AuditEntry, Job
from wuyefei.foundation.shell.verify import checks
from wuyefei.money.billing.public import Receivable

SRC = Path(__file__).resolve().parents[3] / "src" / "wuyefei"
FRAGMENT = {"HX-Request": "true"}


def codes(html: str) -> list[str]:
    return re.findall(r'<a class="b num" href="[^"]+">([^<]+)</a>', html)


def test_properties_are_filtered_sorted_and_totalled(world: World, enter: SignIn) -> None:
    client, url = enter(world["lead"]), reverse("backoffice:properties")
    assert codes(client.get(url).content.decode()) == ["1-1-101", "1-1-102", "1-1-201", "B1-001"]
    assert codes(client.get(url, {"sort": "-area"}).content.decode()) == ["1-1-201", "1-1-101", "1-1-102", "B1-001"]
    assert codes(client.get(url, {"kind": "parking"}).content.decode()) == ["B1-001"]
    assert codes(client.get(url, {"q": "1201"}).content.decode()) == []
    assert codes(client.get(url, {"q": "1栋1单元201"}).content.decode()) == ["1-1-201"]
    house = Building.objects.get(community=world.community)
    assert len(codes(client.get(url, {"building": house.pk}).content.decode())) == 3
    Property.objects.filter(code="1-1-102").update(vacant=True)
    assert codes(client.get(url, {"vacant": "yes"}).content.decode()) == ["1-1-102"]
    assert "全部 4 套，建筑面积 309.91 ㎡" in client.get(url, {"part": "totals"}).content.decode()
    part = client.get(url, {"kind": "shop"}, headers=FRAGMENT).content.decode()
    assert "没有符合的房屋" in part and "<html" not in part
    row = words(client.get(url, {"q": "1-1-101"}).content.decode())
    assert "1-1-101 陆小满 住宅 100.00 53.91" in row


def test_pages_of_properties(world: World, enter: SignIn) -> None:
    for number in range(60):
        flat(world.community, f"2-1-{number + 100}", "50.00")
    client, url = enter(world["lead"]), reverse("backoffice:properties")
    for sort in ("code", "-code", "area", "-area"):
        seen: list[str] = []
        answer = client.get(url, {"sort": sort})
        while True:
            seen += codes(answer.content.decode())
            if not answer.context["page"].older:
                break
            answer = client.get(answer.context["page"].older)
        assert len(seen) == len(set(seen)) == 64, sort
        back = client.get(answer.context["page"].newer)
        assert codes(back.content.decode()) == seen[:50]
        assert back.context["page"].newer == ""


def test_the_workbook_of_properties(world: World, enter: SignIn) -> None:
    world.people["沈秋白"].__class__.objects.filter(name="沈秋白").update(name="=1+1")
    answer = enter(world["lead"]).get(reverse("backoffice:properties_export"), {"kind": "residential"})
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer))).get_sheet_by_index(0).to_python()
    assert sheet[0][:2] == ["项目", "房屋编号"]
    assert [row[1] for row in sheet[1:]] == ["1-1-101", "1-1-102", "1-1-201"]
    assert sheet[2][6] == 89.55 and sheet[2][10] == "'=1+1"
    assert AuditEntry.objects.filter(action="property.export", community_id=world.community.pk).count() == 1


def test_the_community_page_and_its_housekeeper(world: World, enter: SignIn) -> None:
    client, house = enter(world["lead"]), Building.objects.get(community=world.community)
    url = reverse("backoffice:community", args=[world.community.pk])
    text = words(client.get(url).content.decode())
    assert "全部 4 309.91 ㎡ 住宅 3 309.91 ㎡" in text and "车位 1" in text
    keeper = User.objects.get(username="collector")
    assert client.post(reverse("backoffice:housekeeper", args=[house.pk]), {"user": keeper.pk}).status_code == 302
    house.refresh_from_db()
    assert house.housekeeper == keeper
    outsider = User.objects.get(username="outsider")
    assert client.post(reverse("backoffice:housekeeper", args=[house.pk]), {"user": outsider.pk}).status_code == 404
    assert client.post(reverse("backoffice:housekeeper", args=[house.pk]), {"user": "x"}).status_code == 404
    assert client.post(reverse("backoffice:building_new", args=[world.community.pk]), {"name": "2"}).status_code == 302
    assert client.post(reverse("backoffice:building_new", args=[world.community.pk]), {"name": "2"}).status_code == 422
    assert client.post(reverse("backoffice:entrance_new", args=[house.pk]), {"name": "2"}).status_code == 302
    new = {"number": "101", "kind": "residential", "entrance": house.entrances.get(name="2").pk, "area_m2": "77.70"}
    assert client.post(reverse("backoffice:property_new"), new).status_code == 302
    assert Property.objects.get(code="1-2-101").area_m2 == Decimal("77.70")
    assert client.post(reverse("backoffice:property_new"), new).status_code == 422


def test_search_finds_by_everything(world: World, enter: SignIn) -> None:
    person = create_person(PersonRow("温故知", mobile="13800002046"), actor=world["finance"], community=world.community)
    add_vehicle(VehicleRow(world.flats["1-1-101"].pk, "浙AD12346"), actor=world["finance"], community=world.community)
    client, url = enter(world["lead"]), reverse("backoffice:search")

    def groups(words_: str) -> dict[str, list[str]]:
        found = client.get(url, {"q": words_}, headers=FRAGMENT).context["groups"]
        return {str(group.label): [hit.text for hit in group.hits] for group in found}

    assert groups("1-1-101") == {"房屋": ["1-1-101"]}
    assert groups("陆小满") == {"业主与住户": ["陆小满"]} == groups("lxm")
    assert groups("2046")["业主与住户"] == ["温故知"]
    assert groups("D12346") == {"车辆": ["浙AD12346"]}
    assert groups("GY-2026-000001") == {"收据": ["GY-2026-000001"]}
    assert groups("000001")["收据"] == ["GY-2026-000001"]
    assert groups("前期物业") == {"合同": ["GY-2026-01"]}
    assert groups("") == {} == groups("zzzz")
    html = client.get(url, {"q": "1-1-101"}, headers=FRAGMENT).content.decode()
    assert "<h3>房屋</h3>" in html and "53.91" in html and "<html" not in html
    assert "陆小满 · 桂语花园" in html
    assert "<h3>房屋</h3>" in client.get(url, {"q": "1-1-101"}).content.decode()
    outside = enter(world["outsider"])
    for asked in ("1-1-101", "陆小满", "2046", "D12346", "GY-2026-000001", "前期物业", "2026-01", str(person.pk)):
        assert outside.get(url, {"q": asked}, headers=FRAGMENT).context["groups"] == []


def test_the_trail_tells_before_and_after(world: World, enter: SignIn) -> None:
    home = world.flats["1-1-102"]
    update_property(home.pk, actor=world["finance"], reason="实测", area_m2=Decimal("90.00"), vacant=True)
    client, url = enter(world["auditor"]), reverse("backoffice:audit")
    text = words(client.get(url, {"subject": "property"}).content.decode())
    assert "修改房屋 finance甲 02-20 09:00 1-1-102 桂语花园 建筑面积 89.55 → 90.00 空置 否 → 是 原因：实测" in text
    who = User.objects.get(username="finance").pk
    for query, count in (
        ({"who": who, "subject": "property"}, 1), ({"who": User.objects.get(username="lead").pk, "subject": "property"}, 0),
        ({"since": "2026-02-20", "until": "2026-02-20", "subject": "property"}, 1), ({"until": "2026-02-19", "subject": "property"}, 0),
        ({"action": "property.", "q": "1-1"}, 1), ({"subject_id": home.pk, "subject": "property"}, 1),
    ):  # fmt: skip
        assert len(client.get(url, query).context["rows"]) == count, query
    answer = client.get(reverse("backoffice:audit_export"), {"subject": "property"})
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer))).get_sheet_by_index(0).to_python()
    assert sheet[1][1:] == ["finance甲", "修改房屋", "1-1-102", "建筑面积：89.55 → 90.00；空置：否 → 是", "实测"]


def test_who_has_seen_what(world: World, enter: SignIn) -> None:
    person = create_person(PersonRow("温故知", mobile="13800002046"), actor=world["finance"], community=world.community)
    reveal(person.pk, "mobile", "通知检修", actor=world["manager"])
    text = words(enter(world["auditor"]).get(reverse("backoffice:reads")).content.decode())
    assert "manager甲 02-20 09:00 温故知 手机号 通知检修" in text
    blind = words(enter(world["admin"]).get(reverse("backoffice:reads")).content.decode())
    assert "温**" in blind and "温故知" not in blind


def test_the_proof_and_where_it_breaks(world: World, enter: SignIn) -> None:
    client, url = enter(world["auditor"]), reverse("backoffice:verify")
    assert "核验哪些" in client.get(url).content.decode()
    text = words(client.post(url, headers=FRAGMENT).content.decode())
    assert f"等待 auditor甲 02-20 09:00 发起 0 / {len(checks())}" in text and "对得上" not in text
    client.post(url)  # asked again while one waits: the same one
    job = Job.objects.get(kind="verify")
    jobs.run_job(job.pk)
    text = words(client.get(url, headers=FRAGMENT).content.decode())
    assert "全部对得上 auditor甲 02-20 09:00 核验，共比对" in text and "发起" not in text
    bill = Receivable.objects.get(property=world.flats["1-1-102"])
    Receivable.objects.filter(pk=bill.pk).update(outstanding_fen=1)
    assert client.post(url).status_code == 302
    page = client.get(url)
    assert "全部对得上" in page.content.decode() and page.context["open"]  # what the one before found stays to be read
    jobs.run_job(Job.objects.latest("pk").pk)
    page = client.get(url)
    html = page.content.decode()
    assert "处对不上" in html and "应为" in html
    assert f'{reverse("backoffice:receivable", args=[bill.property_id, bill.pk])}' in html
    assert page.context["report"]["examined"] > 0
    assert enter(world["cashier"]).post(url).status_code == 403
    assert Job.objects.filter(kind="verify").count() == 2


def test_a_proof_that_broke_off(world: World, enter: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so, proves nothing, and is begun anew from its first check."""
    client, url = enter(world["lead"]), reverse("backoffice:verify")
    client.post(url)
    job = Job.objects.get(kind="verify")

    def broken(*args: object, **kwargs: object) -> None:
        raise DomainError("unread", "账读不出来。")

    with monkeypatch.context() as some:
        some.setattr(proving, "run_checks", broken)
        jobs.run_job(job.pk)
    text = words(client.get(url).content.decode())
    assert "上一次核验没有做完 账读不出来。" in text and "对得上" not in text
    client.post(url)
    jobs.run_job(Job.objects.latest("pk").pk)
    text = words(client.get(url).content.decode())
    assert "全部对得上 lead甲" in text and "没有做完" not in text


def test_every_action_has_its_words() -> None:
    """Names of actions written to the trail anywhere in the house are known here."""
    names: set[str] = set()
    for path in SRC.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record" and len(node.args) > 1:
                names |= {item.value for item in ast.walk(node.args[1]) if isinstance(item, ast.Constant) and isinstance(item.value, str)}
    names = {name for name in names if re.fullmatch(r"[a-z_]+\.[a-z_]*[a-z]", name)}
    assert len(names) > 30
    unknown = sorted(name for name in names if action_text(name) == name)
    assert unknown == [], '\n'.join(unknown)


def test_a_diff_hides_what_is_locked() -> None:
    lines = changes({"mobile": "138****2046"}, {"mobile": "139****0001", "locked": "c2VjcmV0"})
    assert [(line.label, line.before, line.after) for line in lines] == [("手机号", "138****2046", "139****0001")]
    assert changes(None, {"amount_fen": 165000, "tenders": {"cash": 100}})[0].after == "1,650.00"
    assert changes(None, {"tenders": {"cash": 100}})[0].after == "现金 1.00"
    assert changes({"vacant": True}, {"vacant": True}) == []
