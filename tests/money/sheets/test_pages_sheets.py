"""The pages of sheets: made, looked through, submitted, published by another, explained to who pays."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from tests.estate.metering.test_pages_metering import client_of
from tests.world import World, make_world
from wuyefei.estate.metering.public import Installed, ReadingRow, install, record
from wuyefei.estate.properties.public import MeterRow, bulk_create_meters
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable
from wuyefei.money.sheets.public import Line, Sheet

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[World]:
    with clock.at(dt.date(2026, 4, 26)):
        yield make_world()


@pytest.fixture
def client(world: World) -> Client:
    return client_of(world["finance"])


def shared(world: World, **more: str) -> dict[str, object]:
    return {
        "item": world.service.pk, "title": "一季度公共用电", "service_from": "2026-01-01", "service_to": "2026-03-31", "due_on": "2026-05-15",
        "total": "300.00", "by": "area", "vacant": "1", "kinds": ["residential"], **more,
    }  # fmt: skip


def made(client: Client, world: World, kind: str, data: dict[str, object]) -> Sheet:
    response = client.post(f"/sheets/new/{kind}?community={world.community.pk}", data)
    assert response.status_code == 302, response.content.decode()[-3000:]
    return Sheet.objects.order_by("-pk")[0]


def test_a_sheet_from_the_form_to_the_bill_and_its_explanation(client: Client, world: World) -> None:
    assert "还没有计费单" in client.get("/sheets/").content.decode()
    assert client.get("/sheets/new/shared").status_code == 200
    sheet = made(client, world, "shared", shared(world))
    text = client.get(f"/sheets/{sheet.pk}/").content.decode()
    assert "总额 300.00 元 × 本户 100 ÷ 合计 309.91" in text and "提交复核" in text
    client.post(f"/sheets/{sheet.pk}/submit")
    assert "等待另一人发布" in client.get(f"/sheets/{sheet.pk}/").content.decode()
    client.post(f"/sheets/{sheet.pk}/withdraw")
    client.post(f"/sheets/{sheet.pk}/submit")
    lead = client_of(world["lead"])
    request = Request.objects.filter(state="open").get()
    assert "一季度公共用电（公摊）" in lead.get("/approvals/").content.decode()
    decide(request.pk, approved=True, actor=world["lead"])
    bill = Receivable.objects.get(property=world.flats["1-1-101"])
    assert "总额 300.00 元 × 本户 100 ÷ 合计 309.91" in client.get(f"/billing/receivables/{bill.pk}").content.decode()
    assert "一季度公共用电" in client.get("/sheets/?kind=shared&state=billed").content.decode()


def test_the_notice_names_nobody_and_the_workbook_says_how(client: Client, world: World) -> None:
    sheet = made(client, world, "shared", shared(world))
    answer = client.get(f"/sheets/{sheet.pk}/notice")
    assert answer.status_code == 200 and answer.content.startswith(b"%PDF")
    assert "陆小满".encode() not in answer.content
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"/sheets/{sheet.pk}/export").content))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[1][0] == "1-1-101" and rows[1][-1] == 96.8 and "按面积" in rows[1][5]


def test_metered_and_each(client: Client, world: World) -> None:
    meter = bulk_create_meters([MeterRow(world.flats["1-1-101"].pk, "水表", "W-1")], actor=world["manager"], community=world.community)[0]
    install(meter.pk, Installed(dt.date(2026, 3, 25), Decimal(100)), actor=world["manager"])
    record([ReadingRow(meter.pk, dt.date(2026, 4, 25), Decimal(115))], actor=world["manager"], community=world.community)
    data = {"item": world.service.pk, "title": "四月水费", "meter_kind": "水表", "until": "2026-04-26", "steps": "10 2，不限 3.5",
            "stage_from": "2026-01-01", "due_on": "2026-05-15"}  # fmt: skip
    sheet = made(client, world, "metered", data)
    assert sheet.amount_fen == 2000 + 1750
    text = client.get(f"/sheets/{sheet.pk}/").content.decode()
    assert "（115 − 100） → 用量 15" in text and "第 2 档" in text and "5 × 3.5 元" in text
    assert 'value="10 2，不限 3.5"' in client.get("/sheets/new/metered").content.decode()
    client.post(f"/sheets/{sheet.pk}/discard")
    assert not Line.objects.exists()
    each = {"item": world.service.pk, "title": "清运", "service_from": "2026-04-01", "service_to": "2026-04-30", "price": "10",
            "by": "unit", "due_on": "2026-05-15", "only": "1-1-101, 1-1-102"}  # fmt: skip
    assert made(client, world, "each", each).amount_fen == 2000


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kinds": []}, "有 1 户缺少分摊依据（如 B1-001）"), ({"total": "0"}, "必须大于 0"), ({"total": "三百"}, "不是金额"),
        ({"service_to": "2025-12-31"}, "不能早于服务自"), ({"by": "usage"}, "按用量分摊要选表的种类"), ({"vacant": "2"}, ""),
        ({"kinds": ["shop"]}, "没有参与分摊的房屋"), ({"only": "9-9-999"}, "没有 9-9-999"), ({"due_on": "2025-01-01"}, "不能早于服务期的第一天"),
    ],
)  # fmt: skip
def test_bad_input_is_said_in_the_form_and_nothing_is_written(client: Client, world: World, change: dict[str, str], said: str) -> None:
    response = client.post(f"/sheets/new/shared?community={world.community.pk}", shared(world) | change)
    assert response.status_code == 422 and said in response.content.decode()
    assert not Sheet.objects.exists()


def test_others_sheets_are_not_there(client: Client, world: World) -> None:
    sheet = made(client, world, "shared", shared(world))
    outsider = client_of(world["outsider"])
    for path in ("", "export", "notice"):
        assert outsider.get(f"/sheets/{sheet.pk}/{path}").status_code == 404
    for path in ("submit", "withdraw", "discard"):
        assert outsider.post(f"/sheets/{sheet.pk}/{path}").status_code == 404
    assert outsider.get(f"/sheets/new/shared?community={world.community.pk}").status_code in (403, 404)
