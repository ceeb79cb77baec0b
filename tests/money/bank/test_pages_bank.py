"""The pages through Django's client: a file is taken in, a line confirmed, split, kept, returned, and found again."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.money.bank.samples import ROWS, sheet
from tests.money.cashdesk.test_pages import client_of
from tests.scenarios.month import first_finding, publish
from tests.world import make_world
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.platform import clock
from wuyefei.money.bank.public import BankLine

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 2, 13)


def file(data: bytes, name: str = "2月流水.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def test_the_pages_of_a_statement() -> None:
    with clock.at(dt.date(2026, 1, 2)):
        world = make_world()
        publish(world, "2026-01")
    with clock.at(TODAY):
        client, place = client_of(world, "finance"), world.community.pk
        assert "还没有导入过流水" in client.get("/bank/").content.decode()
        refused = client.post("/bank/", {"community": place, "file": file(sheet(ROWS[0].replace("250.00", "二百")))})
        assert refused.status_code == 422 and "第 3 行" in refused.content.decode() and not BankLine.objects.exists()
        page = client.post("/bank/", {"community": place, "file": file(sheet())}, follow=True).content.decode()
        assert "自动入账 1 笔，待认领 2 笔" in page and "2月流水.csv" in page
        again = client.post("/bank/", {"community": place, "file": file(sheet())}, follow=True).content.decode()
        assert "4 笔以前都导入过，什么也没有变" in again
        lines = {row.ref: row for row in BankLine.objects.all()}
        statement = lines["B0001"].statement_id
        found = client.get(f"/bank/{statement}", {"q": "手续费"}).content.decode()
        assert "−30.00" in found.replace("&minus;", "−").replace("-30", "−30") and "陆小满" not in found
        claims = client.get("/bank/claims").content.decode()
        assert "周某" in claims and "付款户名相同" in claims and "没有找到可能的付款人" in claims
        _split(client, lines["B0002"], [world.flats["1-1-102"].pk, world.flats["1-1-201"].pk])
        _one_step(client, lines["B0004"], world.flats["1-1-102"].pk)
        assert "没有待认领的流水" in client.get("/bank/claims").content.decode() and first_finding(world) == ""
        assert client.post(f"/bank/lines/{lines['B0002'].pk}/act", {"act": "unmatch", "note": "认错了"}).status_code == 302
        assert Request.objects.get(kind="bank.unmatch").amount_fen == 22388
        assert client_of(world, "cashier").get("/bank/").status_code == 200
        assert client_of(world, "cashier").get("/bank/claims").status_code == 403
        assert client.get("/bank/claims/export").headers["Content-Disposition"].startswith("attachment")


def _one_step(client, line: BankLine, flat: int) -> None:  # type: ignore[no-untyped-def]
    wrong = client.post(f"/bank/lines/{line.pk}/confirm", {"property": 1}, follow=True).content.decode()
    assert "请选一户" in wrong
    done = client.post(f"/bank/lines/{line.pk}/confirm", {"property": flat}, follow=True).content.decode()
    assert "100.00 元已入账给 1-1-102 沈秋白" in done


def _split(client, line: BankLine, flats: list[int]) -> None:  # type: ignore[no-untyped-def]
    address = f"/bank/lines/{line.pk}"
    assert "1-1-201" in client.get(address, {"find": "1-1-201"}).content.decode()
    page = client.get(address, {"add": flats}).content.decode()
    assert all(f'name="yuan_{flat}"' in page for flat in flats)
    short = client.post(address, {f"yuan_{flats[0]}": "200.00", f"yuan_{flats[1]}": "20"}, follow=True).content.decode()
    assert "相差 3.88 元" in short
    wrong = client.post(f"{address}?add={flats[0]}&add={flats[1]}", {f"yuan_{flats[0]}": "两百", f"yuan_{flats[1]}": "23.88"})
    page = wrong.content.decode()
    assert wrong.status_code == 422 and "1-1-102 的金额：「两百」不是金额" in page and 'value="两百"' in page and 'value="23.88"' in page
    assert 'name="learn">' in page and BankLine.objects.get(pk=line.pk).state == "waiting"
    kept = client.post(f"{address}/act", {"act": "keep", "note": "已电话询问", "until": "2026-02-20"}, follow=True).content.decode()
    assert "已留待查款" in kept and "已电话询问" in kept
    done = client.post(address, {f"yuan_{flats[0]}": "200.00", f"yuan_{flats[1]}": "23.88", "learn": "on"}, follow=True)
    assert "已入账 2 户" in done.content.decode()
