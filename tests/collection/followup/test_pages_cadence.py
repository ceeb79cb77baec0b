"""The pages of the cadence, the day's steps, and giving out cases from the ledger."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.collection.followup.conftest import MARCH, at, case_of
from tests.insight.arrears.test_pages_arrears import client, text
from tests.world import World
from wuyefei.collection.followup.models import CadencePolicy, Case, Handover, Step
from wuyefei.collection.followup.rules.cadence import LADDER
from wuyefei.relations.contacts.public import Contact

pytestmark = pytest.mark.django_db


def typed(place: int, **more: str) -> dict[str, str | list[str]]:
    """The built-in cadence as the editor sends it, without the drive, the visit already on day 10."""
    sent: dict[str, str | list[str]] = {"r-TOTAL_FORMS": "5", "r-INITIAL_FORMS": "4", "effective_from": MARCH.isoformat(), "large": "8000", "many": "2", "reason": "试一季"}
    for turn, rung in enumerate(LADDER[:4]):
        day = 10 if rung.code == "visit" else rung.day
        sent |= {f"r-{turn}-code": rung.code, f"r-{turn}-name": rung.name, f"r-{turn}-start": rung.start.value, f"r-{turn}-day": str(day),
                 f"r-{turn}-channels": list(rung.channels), f"r-{turn}-whom": rung.whom, f"r-{turn}-release": rung.release.value}  # fmt: skip
        if rung.serious:
            sent[f"r-{turn}-serious"] = "on"
    return sent | {"r-4-name": "", "r-4-start": "due", "r-4-release": "rule"} | more


def test_the_cadence_is_drawn(world: World) -> None:
    shown = text(client(world, "collector").get("/followup/cadence"))
    assert "到期日前 7 天" in shown and "到期后 15 天" in shown and "季末前 10 天起" in shown and "还在用自带的节奏" in shown and "每 7 天至少联系 2 次" in shown
    assert "写新的一版" not in shown and "写新的一版" in text(client(world, "manager").get("/followup/cadence"))
    assert client(world, "manager").get("/followup/cadence?community=99999").status_code == 404


def test_a_new_version_is_tried_before_it_is_used(world: World) -> None:
    page, where = client(world, "manager"), f"/followup/cadence/new?community={world.community.pk}&track=household"
    assert "第 5 步" in text(page.get(where))
    first = page.post(where, typed(world.community.pk, use="1"))
    assert first.status_code == 200 and "改过以后先看试算" in text(first) and not CadencePolicy.objects.exists()
    mark = first.context["tried"]["mark"]
    changed = page.post(where, typed(world.community.pk, use="1", tried=mark, many="3"))
    assert changed.status_code == 200 and not CadencePolicy.objects.exists()
    used = page.post(where, typed(world.community.pk, use="1", tried=mark))
    assert used.status_code == 302
    row = CadencePolicy.objects.get()
    assert (row.track, row.values["large_fen"], [one["day"] for one in row.values["rungs"]]) == ("household", 800000, [-7, 3, 3, 10])
    assert "第 1 版" in text(page.get(used["Location"])) and "试一季" in text(page.get(used["Location"]))
    assert client(world, "collector").post(where, typed(world.community.pk)).status_code == 403


def test_a_wrong_line_is_named(world: World) -> None:
    page, where = client(world, "manager"), f"/followup/cadence/new?community={world.community.pk}"
    refused = page.post(where, typed(world.community.pk, **{"r-3-channels": []}))
    assert refused.status_code == 422 and "第 4 步" in text(refused) and "请选联系方式" in text(refused)
    assert page.post(where, typed(world.community.pk, **{"r-2-day": ""})).status_code == 422
    assert page.post(where, typed(world.community.pk, large="-1")).status_code == 422
    assert not CadencePolicy.objects.exists()


def test_the_days_steps(world: World) -> None:
    page = client(world, "manager")
    assert "这里没有步骤" in text(page.get("/followup/steps"))
    assert page.post("/followup/steps/draft", {"community": world.community.pk}).status_code == 302
    shown = text(page.get("/followup/steps"))
    assert "排出 3 步，其中按规则放行 3 步。" in shown and "已放行 3" in shown and "询问原因" in shown and "03-03 18:30" in shown
    ids = list(Step.objects.values_list("pk", flat=True))
    assert page.post("/followup/steps/act", {"verb": "drop", "id": ids[:1]}).status_code == 302
    assert "1 步今天不办。" in text(page.get("/followup/steps?state=done")) and Step.objects.filter(state="dropped").count() == 1
    assert page.post("/followup/steps/act", {"verb": "release"}).status_code == 409
    assert client(world, "collector").post("/followup/steps/act", {"verb": "drop", "id": ids[1:]}).status_code == 403
    assert Contact.objects.filter(state="planned").count() == 2


def test_refused_steps_say_why(world: World) -> None:
    page = client(world, "manager")
    page.post("/followup/steps/draft", {"community": world.community.pk})
    row = Step.objects.get(person=world.people["陆小满"])
    Contact.objects.filter(pk=row.contact_id).update(state="cancelled", closed_at=at(MARCH))
    Step.objects.filter(pk=row.pk).update(state="draft", at=at(MARCH, 22))
    page.post("/followup/steps/act", {"verb": "release", "id": row.pk})
    shown = text(page.get("/followup/steps?state=refused"))
    assert "1 步不允许" in shown and "免打扰时段" in shown
    assert page.post("/followup/steps/act", {"verb": "adjust", "id": row.pk, "at": "2026-03-03T19:00"}).status_code == 302
    assert "已改 1 步" in text(page.get("/followup/steps"))


def test_giving_out_from_the_ledger(world: World) -> None:
    page, home = client(world, "manager"), world.flats["1-1-101"].pk
    assert "/followup/give" in page.get("/arrears/").content.decode()
    assert "/followup/give" not in client(world, "finance").get("/arrears/").content.decode()
    shown = text(page.get("/followup/give", {"id": home}))
    assert "勾选的 案件 1" in shown and "800.00" in shown and "没有责任人 1 户" in shown
    assert "筛选的全部 案件 3" in text(page.get("/followup/give", {"id": home, "all": "1"}))
    assert "筛选的全部 案件 1" in text(page.get("/followup/give", {"all": "1", "text": "沈秋白"}))
    owner = world["collector"].user_id
    done = page.post("/followup/give", {"id": home, "owner": owner})
    assert done.status_code == 302 and case_of(world, "陆小满").owner_id == owner
    assert Case.objects.filter(owner_id=owner).count() == 1
    assert "刚把 1 户分给 collector甲" in text(page.get(done["Location"]))
    assert page.post(f"/followup/handovers/{Handover.objects.get().pk}/undo").status_code == 302
    assert case_of(world, "陆小满").owner_id is None
    assert "没有催缴案件" in text(page.get("/followup/give", {"id": 99999}))
    assert client(world, "collector").get("/followup/give", {"id": home}).status_code == 403


def test_a_planned_call_may_be_made(world: World) -> None:
    """The plan itself does not fill the day's cap: whoever opens the desk may dial."""
    client(world, "manager").post("/followup/steps/draft", {"community": world.community.pk})
    shown = text(client(world, "collector").get("/followup/"))
    assert "现在可以联系" in shown and dt.date(2026, 3, 3) == MARCH
