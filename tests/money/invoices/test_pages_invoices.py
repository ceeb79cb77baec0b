"""The desk's and finance's pages, as a person uses them."""

from __future__ import annotations

import io
import re

import python_calamine
from django.test import Client

from tests.world import World
from wuyefei.edges.sandbox.public import InvoiceCounterpart
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.sessions import pass_factor
from wuyefei.foundation.platform import clock
from wuyefei.money.invoices.public import Invoice, InvoiceSetup

from .support import ask, take


def signed_in(world: World, name: str) -> Client:
    client = Client()
    user = User.objects.get(pk=world[name].user_id)
    user.totp_confirmed_at = user.password_changed_at = clock.now()
    user.save()
    client.force_login(user)
    session = client.session
    pass_factor(session, user)
    session.save()
    return client


def test_from_the_desk_to_the_red_letter(world: World, provider: InvoiceCounterpart) -> None:
    payment = take(world, 25375)
    desk, finance = signed_in(world, "cashier"), signed_in(world, "finance")
    page = desk.get(f"/invoices/new/{payment.pk}").content.decode()
    assert "沙箱开出的发票没有税务效力" in page and "14.36" in page and "253.75" in page
    wrong = desk.post(f"/invoices/new/{payment.pk}", {"kind": "company", "name": "青石咨询有限公司", "tax_number": "91350100M000100Y44"})
    assert wrong.status_code == 409 and "校验位不对" in wrong.content.decode() and not Invoice.objects.exists()
    sent = desk.post(f"/invoices/new/{payment.pk}", {"kind": "company", "name": "青石咨询有限公司", "tax_number": "91350100M000100Y43"})
    made = Invoice.objects.get()
    assert sent.headers["Location"] == f"/invoices/{made.pk}"
    assert "没有可以开票的金额" in desk.get(f"/invoices/new/{payment.pk}").content.decode()
    assert desk.post(f"/invoices/{made.pk}/act", {"do": "issue"}).status_code == 403
    page = finance.get("/invoices/?state=open&q=青石").content.decode()
    assert "青石咨询有限公司" in page and "待开具" in page and f'value="{made.pk}"' in page
    assert finance.post(f"/invoices/{made.pk}/act", {"do": "issue"}).status_code == 302
    made.refresh_from_db()
    page = finance.get(f"/invoices/{made.pk}").content.decode()
    assert made.invoice_number in page and "沙箱，无税务效力" in page and made.pdf_sha256 in page
    line = re.search(r'name="line" form="iv-red" value="(\d+)"', page)
    assert line is not None
    finance.post(f"/invoices/{made.pk}/act", {"do": "red", "line": line[1], "reason": "违约金减免"})
    made.refresh_from_db()
    assert made.state == "part_red" and "部分红冲" in finance.get(f"/invoices/{made.pk}").content.decode()
    book = python_calamine.load_workbook(io.BytesIO(finance.get("/invoices/export").content))
    rows = book.get_sheet_by_index(0).to_python()
    assert [row[8] for row in rows[1:]] == [-3.75, 253.75]


def test_many_from_the_list(world: World, provider: InvoiceCounterpart) -> None:
    made = [ask(world, take(world, 10375, key="a")), ask(world, take(world, 15000, key="b"))]
    finance = signed_in(world, "finance")
    assert "请先勾选" in finance.post("/invoices/issue", follow=True).content.decode()
    page = finance.post("/invoices/issue", {"invoice": [one.pk for one in made]}, follow=True).content.decode()
    assert "已提交 2 张" in page and set(Invoice.objects.values_list("state", flat=True)) == {"sent"}


def test_the_settings_page(world: World, provider: InvoiceCounterpart) -> None:
    lead, finance = signed_in(world, "lead"), signed_in(world, "finance")
    assert finance.get("/settings/invoices/").status_code == 403
    assert "这是演示用的沙箱" in lead.get("/settings/invoices/").content.decode()
    assert "连接正常" in lead.post("/settings/invoices/test", follow=True).content.decode()
    InvoiceSetup.objects.update(mode="live", base_url="https://fp.example.cn")
    sent = {
        "provider_name": "某服务商", "base_url": "https://fp.example.cn", "app_key": "app-1", "signing": "hmac", "secret": "s" * 40,
        "seller_name": "桂语物业服务有限公司", "seller_tax_number": "91350100M000100Y4", "enabled": "on",
    }  # fmt: skip
    page = lead.post("/settings/invoices/", sent)
    assert page.status_code == 409 and "现有 17 位" in page.content.decode() and "s" * 40 not in page.content.decode()
    assert lead.post("/settings/invoices/", sent | {"seller_tax_number": "91350100M000100Y43"}).status_code == 302
    page = lead.get("/settings/invoices/").content.decode()
    assert "某服务商" in page and "s" * 40 not in page
