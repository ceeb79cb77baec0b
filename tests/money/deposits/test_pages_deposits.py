"""The list, a deposit's page, the inspection with a photograph, the export."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook

from tests.money.billing.test_pages import client_of
from tests.money.deposits.samples import BACK_ON, DAY, D, made, paid
from tests.money.deposits.test_actions_deposits import PNG
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.platform import clock
from wuyefei.money.deposits.public import Deduction, Return

pytestmark = pytest.mark.django_db


def test_from_the_list_to_the_refund() -> None:
    world, (deposit, other) = made("1-1-101", "1-1-102")
    with clock.at(DAY):
        paid(world, deposit, 200000)
    with clock.at(D("2026-04-11")):
        client, seen = client_of(world["finance"]), client_of(world["auditor"])
        text = client.get("/deposits/").content.decode()
        assert "2,000.00" in text and "逾期未退" in text and "1-1-102" in text and "待收" in text
        for query, has, lacks in (
            ("?stage=late", "1-1-101", "1-1-102"), ("?stage=unpaid", "1-1-102", "1-1-101"), ("?q=1-1-102", "1-1-102", "1-1-101"),
            (f"?item={deposit.bill.item_id}&stage=held", "1-1-101", "1-1-102"),
        ):  # fmt: skip
            text = client.get(f"/deposits/{query}").content.decode()
            assert has in text and lacks not in text, query
        assert "没有符合筛选的押金" in client.get("/deposits/?q=无此").content.decode()
        sheet = CalamineWorkbook.from_filelike(BytesIO(client.get("/deposits/export").content)).get_sheet_by_index(0).to_python()
        assert len(sheet) == 3 and sheet[2][1:3] == ["1-1-101", "陆小满"] and sheet[2][7:10] == ["在押", 2000.0, 2000.0] and sheet[2][11] == "是"
        page = f"/deposits/{deposit.pk}"
        assert "验收退还" in client.get(page).content.decode() and "验收退还" not in seen.get(page).content.decode()
        facts = {"purpose": "装修押金", "document": "ZX-7", "expected_on": str(BACK_ON)}
        assert "ZX-7" in client.post(f"{page}/facts", facts, follow=True).content.decode()
        assert client.post(f"{page}/facts", {"purpose": ""}).status_code == 422 and seen.post(f"{page}/facts", facts).status_code == 403
        typed = {"inspected_on": "2026-04-11", "finding": "墙面划痕", "refund": "1,650.00", "way": "source", "reason_1": "墙面", "amount_1": "350"}
        answer = client.post(f"{page}/return", typed)
        assert answer.status_code == 422 and "单据编号" in answer.content.decode() and not Return.objects.exists()
        assert client.post(f"{page}/return", typed | {"amount_1": "abc"}).status_code == 422
        photo = SimpleUploadedFile("a.png", PNG, content_type="image/png")
        said = client.post(f"{page}/return", typed | {"photo_1": photo}, follow=True).content.decode()
        assert "等待另一人复核退还" in said and "撤回" in said
        shown = client.get(f"/deposits/photos/{Deduction.objects.get().pk}")
        assert shown["Content-Type"] == "image/png" and shown.content == PNG
        assert client.post(f"{page}/withdraw", follow=True).status_code == 200 and Return.objects.get().state == "refused"
        photo.seek(0)
        client.post(f"{page}/return", typed | {"photo_1": photo})
        lead, asked = client_of(world["lead"]), Request.objects.get(kind="deposits.return", state="open")
        assert "退还押金" in lead.get("/approvals/").content.decode()
        assert lead.post(f"/approvals/{asked.pk}/approve").status_code == 302 and Return.objects.latest("pk").state == "approved"
        text = client.get(page).content.decode()
        assert "已结清" in text and "看照片" in text and client.get(f"{page}/return").status_code == 200
        assert "押金" in client.get(f"/properties/{deposit.property_id}/").content.decode()
        assert client_of(world["outsider"]).get(page).status_code == 404 and other.pk
