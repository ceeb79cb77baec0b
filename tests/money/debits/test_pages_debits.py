"""The pages through Django's client: terms, a mandate, a file out, the answer in; an account is never shown whole."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.money.cashdesk.test_pages import client_of
from tests.money.debits.samples import ACCOUNTS, TODAY, back, row
from tests.scenarios.month import first_finding, publish
from tests.world import make_world
from wuyefei.foundation.platform import clock
from wuyefei.money.debits.public import DebitBatch, Mandate
from wuyefei.money.debits.rules.layouts import CSV_COLUMNS

pytestmark = pytest.mark.django_db
TERMS = {"merchant": "QY1", "note": "物业费", "attempts": "3", "days_apart": "7", "shape": "csv", "columns": CSV_COLUMNS, "back_shape": "csv",
         "back_columns": "", "codes": ""}  # fmt: skip


def test_the_whole_way_by_the_pages() -> None:
    with clock.at(TODAY):
        world = make_world()
        publish(world, "2026-01")
        place, payer = world.community.pk, world.people["沈秋白"]
        finance, lead, cashier = (client_of(world, name) for name in ("finance", "lead", "cashier"))
        assert "还没有代扣设置" in finance.get(f"/debits/new/{place}").content.decode()
        wrong = lead.post(f"/debits/terms/{place}", TERMS | {"columns": "甲=乙"})
        assert wrong.status_code == 422 and "没有「乙」" in wrong.content.decode()
        assert lead.post(f"/debits/terms/{place}", TERMS).status_code == 302
        form = {"holder": "沈秋白", "bank": "桂语银行", "account": "12", "limit": "500", "signed_on": "2026-01-15"}
        assert "应为 8 到 30 位数字" in cashier.post(f"/debits/sign/{payer.pk}", form).content.decode()
        page = cashier.post(f"/debits/sign/{payer.pk}", form | {"account": ACCOUNTS["沈秋白"]}, follow=True).content.decode()
        assert "****0002" in page and "500.00" in page and ACCOUNTS["沈秋白"] not in page
        assert "****0002" in finance.get(f"/people/{payer.pk}/").content.decode()
        seen = finance.get(f"/debits/new/{place}", {"on": "2026-01-15"}).content.decode()
        assert "223.88" in seen and "没有漏下的账单" in seen
        assert finance.get(f"/debits/new/{place}", {"on": "2025-01-15"}).status_code == 409
        finance.post(f"/debits/new/{place}", {"on": "2026-01-15"})
        batch = DebitBatch.objects.get()
        at = f"/debits/{batch.pk}"
        got = finance.post(f"{at}/file")
        assert ACCOUNTS["沈秋白"] in got.content.decode("gb18030") and got["Content-Disposition"] == 'attachment; filename="DK260115001.csv"'
        assert finance.get(f"{at}/file").status_code == 405 and cashier.post(f"{at}/file").status_code == 403
        finance.post(f"{at}/act", {"act": "send"})
        data = back(row(f"{batch.number}00001", "223.88", "240.00", "成功"))
        posted = {"day": "2026-01-15"}
        shown = finance.post(f"{at}/answer", posted | {"file": SimpleUploadedFile("回盘.csv", data)}, follow=True).content.decode()
        assert "多扣待处理 1 笔" in shown and "****0002" in shown and ACCOUNTS["沈秋白"] not in shown
        again = finance.post(f"{at}/answer", posted | {"file": SimpleUploadedFile("回盘.csv", data)}, follow=True).content.decode()
        assert "什么也没有变" in again
        other = back(row(f"{batch.number}00001", "223.88", "", "失败"))
        refused = finance.post(f"{at}/answer", posted | {"file": SimpleUploadedFile("改.csv", other)})
        assert refused.status_code == 422 and "第 2 行" in refused.content.decode()
        accepted = finance.post(f"/debits/items/{batch.items.get().pk}/accept", follow=True).content.decode()
        assert "已入账，多的转为预存" in accepted
        listed = finance.get("/debits/").content.decode()
        assert batch.number in listed and "240.00" in listed and "已回盘" in listed
        for address in ("/debits/export", f"{at}/export", "/debits/mandates/export"):
            assert finance.get(address).content[:2] == b"PK"
        cashier.post(f"/debits/mandates/{Mandate.objects.get().pk}/end", {"reason": "换卡"})
        assert "换卡" in finance.get("/debits/mandates", {"state": "off"}).content.decode()
        assert first_finding(world) == ""
