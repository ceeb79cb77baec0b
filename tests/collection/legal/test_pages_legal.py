"""The pages: who may go where, letters for many, the board, one matter to its end, the limitation watch, the ledger's column."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.collection.legal.conftest import at, bills_of
from tests.insight.arrears.test_pages_arrears import client, sheet_of, text
from tests.world import World
from wuyefei.collection.legal.columns import load
from wuyefei.collection.legal.models import Letter, Matter, Paper, Urging
from wuyefei.collection.legal.public import open_matter
from wuyefei.foundation.platform import clock

pytestmark = pytest.mark.django_db


def test_from_the_list_to_letters_and_the_board(world: World) -> None:
    page = client(world, "legal")
    shown = text(page.get("/legal/eligible"))
    assert "3 户" in shown and "1-1-101" in shown and "逾期 229 天，超过 180 天" in shown
    bills = ",".join(map(str, bills_of(world, "陆小满")))
    assert page.post("/legal/open", {"bills": [bills], "letter": "1"}).status_code == 302
    assert Letter.objects.count() == Matter.objects.count() == 1
    board = text(page.get("/legal/"))
    assert "GY-FW-2026-0001" in board and "交寄催款函" in board and "已出具 1 封催款函。" in board
    assert "2 户" in text(page.get("/legal/eligible"))
    assert "GY-FW-2026-0001" in text(page.get("/legal/?step=prepare&q=luxiaoman"))
    assert "没有符合筛选的案件" in text(page.get("/legal/?q=没有这个人"))
    rows = sheet_of(page.get("/legal/export").content)
    assert rows[1][:5] == ["GY-FW-2026-0001", "桂语花园", "1-1-101", "陆小满", "准备"]
    assert "请先勾选" in text(page.post("/legal/open", {}, follow=True))


def test_one_matter_by_hand(world: World) -> None:
    page, matter = client(world, "legal"), open_matter(bills_of(world, "陆小满"), actor=world["legal"])
    where = f"/legal/matters/{matter.pk}"
    assert page.post(f"{where}/letter").status_code == 302
    letter = Letter.objects.get()
    pdf = page.get(f"/legal/papers/{letter.paper_id}")
    assert pdf["Content-Type"] == "application/pdf" and pdf.content[:5] == b"%PDF-"
    wrong = page.post(f"/legal/letters/{letter.pk}/posted", {"tracking": "1"})
    assert wrong.status_code == 422 and "应为 8 位以上的字母和数字" in text(wrong)
    page.post(f"/legal/letters/{letter.pk}/posted", {"tracking": "EX900000001CN"})
    with clock.at(at(dt.date(2026, 9, 4))):
        page = client(world, "legal")
        page.post(f"/legal/letters/{letter.pk}/delivered", {"on": "2026-09-04", "proof": "本人签收"})
        shown = text(page.get(where))
        assert "已送达" in shown and "催告期到 09-18" in shown and "EX900000001CN" in shown and "送达后回访" in shown
        early = page.post(f"{where}/do/file", {"on": "2026-09-04", "court": "某区人民法院", "track": "small", "fee_fen": "25"})
        assert early.status_code == 422 and "催告的合理期限到 2026-09-18 才满" in text(early) and "某区人民法院" in early.content.decode()
        assert page.post(f"{where}/do/mediate", {"on": "2026-09-04", "body": "street"}).status_code == 302
        assert "已提请复核" in text(page.post(f"{where}/do/agreed", {"on": "2026-09-04", "agreed_fen": "800", "last_on": "2027-03-31", "times": "6"}, follow=True))
        assert page.get(f"{where}/do/nothing").status_code == 404
        blank = page.post(f"{where}/do/failed", {"on": ""})
        assert blank.status_code == 422 and Matter.objects.get().step == "mediation"


def test_papers_and_purposes(world: World) -> None:
    page, matter = client(world, "legal"), open_matter(bills_of(world, "陆小满"), actor=world["legal"])
    answer = page.post(f"/legal/matters/{matter.pk}/papers/pack", follow=True)
    assert answer.content[:5] == b"%PDF-"
    asked = page.post(f"/legal/matters/{matter.pk}/papers/claim", follow=True)
    assert "打印前写明用途" in text(asked)
    paper = Paper.objects.get(kind="claim")
    assert page.post(f"/legal/papers/{paper.pk}", {"purpose": ""}).status_code == 422
    assert page.post(f"/legal/papers/{paper.pk}", {"purpose": "递交法院"}).content[:5] == b"%PDF-"
    assert page.post(f"/legal/matters/{matter.pk}/papers/enforce").status_code == 422
    assert client(world, "auditor").post(f"/legal/papers/{paper.pk}", {"purpose": "看看"}).status_code == 403
    assert client(world, "cashier").get("/legal/").status_code == 403
    assert client(world, "outsider").get(f"/legal/matters/{matter.pk}").status_code in (403, 404)


def test_a_place_asks_for_urging(world: World) -> None:
    page, where = client(world, "manager"), f"/legal/urging/{world.community.pk}"
    assert page.post(where, {"required": "1", "basis": " "}).status_code == 409
    shown = text(page.post(where, {"required": "1", "basis": "某市物业条例第八十条"}, follow=True))
    assert "起诉前要督促" in shown and "某市物业条例第八十条" in shown
    assert client(world, "auditor").post(where, {"required": "0", "basis": "无"}).status_code == 403
    assert Urging.objects.count() == 1


def test_the_watch_and_the_column(world: World) -> None:
    with clock.at(at(dt.date(2028, 12, 20))):
        page = client(world, "legal")
        shown = text(page.get("/legal/limitation"))
        assert "剩 26 天" in shown and "2029-01-15" in shown
        assert "剩 57 天" not in text(page.get("/legal/limitation?days=30"))
        home = world.flats["1-1-101"].pk
        cell = load(world["legal"], [home], clock.today())[home]
        assert cell.text == "2029-01-15"
        open_matter(bills_of(world, "陆小满"), actor=world["legal"])
        assert load(world["legal"], [home], clock.today())[home].note == "GY-FW-2028-0001"
        assert "时效与法务" in text(page.get("/arrears/"))
    assert "起诉或者支付令" in text(client(world, "auditor").get("/legal/results"))
