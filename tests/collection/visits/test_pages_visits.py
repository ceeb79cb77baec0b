"""The pages of visits: planning, the phone page, what it sends, and the papers."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.collection.followup.conftest import MARCH
from tests.collection.visits.conftest import PNG, order, stop_of, walking
from tests.insight.arrears.test_pages_arrears import client, text
from tests.world import World
from wuyefei.collection.visits.actions import make_route
from wuyefei.collection.visits.models import PanicNumber, Proof, Route, Stop
from wuyefei.collection.visits.printing import sheet_pdf
from wuyefei.collection.visits.rules import READINESS
from wuyefei.foundation.platform import typesetting

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


def test_a_route_is_planned_on_the_page(ready: World) -> None:
    page = client(ready, "collector")
    assert "3 户" in text(page.get("/visits/")) and "紧急电话" not in text(page.get("/visits/"))
    shown = text(page.get(f"/visits/new?community={ready.community.pk}"))
    assert "1-1-201" in shown and "keeper甲" in shown
    asked = order(ready)
    sent: dict[str, object] = {"community": ready.community.pk, "id": list(asked.step_ids), "time": "12:00", "first": asked.first_id, "second": asked.second_id}
    refused = page.post("/visits/new", sent)
    assert refused.status_code == 422 and "用餐时间" in text(refused) and not Route.objects.exists()
    assert page.post("/visits/new", sent | {"time": "11:00", "second": asked.first_id}).status_code == 422
    made = page.post("/visits/new", sent | {"time": "11:00"})
    assert made.status_code == 302 and "待出发" in text(page.get("/visits/"))
    assert "没有等排路线的" in text(page.get(f"/visits/new?community={ready.community.pk}"))
    assert "没有上门" in text(page.get("/visits/?on=2026-01-01")) and page.get("/visits/?on=x").status_code == 200


def test_the_walk_on_the_phone(ready: World) -> None:
    page, route = client(ready, "collector"), make_route(order(ready), actor=ready["manager"])
    where = f"/visits/routes/{route.pk}"
    shown = page.get(where)
    assert 'href="tel:19900000110"' in shown.content.decode() and "都齐了，出发" in text(shown) and "登记这一户" not in text(shown)
    page.post(f"{where}/start", {"ready": ["badge"]})
    assert Route.objects.get().state == "planned" and "还不能出发" in text(page.get(where))
    page.post(f"{where}/start", {"ready": list(READINESS)})
    assert "登记这一户" in text(page.get(where)) and "from=visit" in page.get(where).content.decode()
    stop = stop_of(ready, "陆小满")
    sent = {"client_key": "k", "seen": "0", "outcome": "promised", "promise": "300", "promise_on": "2026-03-06", "at": "2026-03-03T02:30:00.000Z", "photo": SimpleUploadedFile("a.png", PNG)}
    wrong = page.post(f"/visits/stops/{stop.pk}/visited", sent | {"promise": "三百", "at": "昨天", "photo": SimpleUploadedFile("a.txt", b"x")}, headers=JSON)
    assert wrong.status_code == 422 and len(wrong.json()["errors"]) == 2 and not Proof.objects.exists()
    assert page.post(f"/visits/stops/{stop.pk}/visited", sent, headers=JSON).json() == {"state": "已上门"}
    proof = page.get(f"/visits/proofs/{Proof.objects.get().pk}")
    assert (proof["Content-Type"], proof.content) == ("image/png", PNG)
    assert "答应缴费" in text(page.get(where)) and "上门" in text(page.get(f"/followup/cases/{stop.case_id}"))
    page.post(f"/visits/stops/{stop_of(ready, '沈秋白').pk}/skip", {"reason": "改天"})
    assert page.post(f"{where}/end").status_code == 302
    assert list(Stop.objects.order_by("number").values_list("state", flat=True)) == ["done", "skipped", "skipped"]
    assert "登记这一户" not in text(page.get(where))


def test_strangers_find_nothing(ready: World) -> None:
    route = walking(ready)
    far, auditor = client(ready, "outsider"), client(ready, "auditor")
    for path in ("", "/sheet"):
        assert far.get(f"/visits/routes/{route.pk}{path}").status_code == 404
    assert auditor.get(f"/visits/routes/{route.pk}").status_code == 200 and "登记这一户" not in text(auditor.get(f"/visits/routes/{route.pk}"))
    assert auditor.post(f"/visits/routes/{route.pk}/papers").status_code == 403
    before = PanicNumber.objects.count()
    assert client(ready, "collector").post("/visits/number", {"community": ready.community.pk, "phone": "110"}).status_code == 403
    assert client(ready, "manager").post("/visits/number", {"community": ready.community.pk, "phone": "打我"}).status_code in (400, 409, 422)
    assert PanicNumber.objects.count() == before


def test_no_paper_carried_openly_shows_an_amount(ready: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sheet holds doors alone; a bill is followed by a cover with the door alone."""
    route = walking(ready)
    given: list[dict[str, object]] = []
    real = typesetting.typeset

    def seen(template: object, data: dict[str, object], on: object) -> bytes:
        given.append(data)
        return real(template, data, on)  # type: ignore[arg-type]

    monkeypatch.setattr("wuyefei.collection.visits.printing.typeset", seen)
    assert sheet_pdf(route, list(route.stops.order_by("number")), "110").startswith(b"%PDF")
    assert given[0]["stops"] == [{"number": "1", "door": "1-1-101", "floor": ""}, {"number": "2", "door": "1-1-102", "floor": ""}, {"number": "3", "door": "1-1-201", "floor": ""}]
    assert "陆小满" not in str(given[0]) and "total" not in str(given[0])
    answer = client(ready, "collector").post(f"/visits/routes/{route.pk}/papers")
    assert answer.content.startswith(b"%PDF") and answer["Cache-Control"] == "private, no-store"
    doors = given[1]["doors"]
    assert isinstance(doors, list) and [(door["door"], door["left"]) for door in doors] == [("1-1-101", "800.00"), ("1-1-102", "447.76"), ("1-1-201", "601.80")]
    assert Route.objects.get().on == MARCH
