"""An owner asks for an invoice on the phone and sees it; nobody else's is there."""

from __future__ import annotations

import pytest

from tests.relations.owners import LU, SHEN, Town, phone, place
from wuyefei.edges.sandbox.public import install_invoices, make
from wuyefei.money.invoices.public import Invoice, InvoiceTitle
from wuyefei.relations.accounts.models import Code

pytestmark = pytest.mark.django_db


def test_asked_for_on_the_phone(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WUYEFEI_DEMO", "1")
    here = f"/h5/p/{place(town, LU, '1-1-101').token}"
    Code.objects.all().delete()
    client, receipt = phone(town, LU), town.payment.receipt_id
    assert "开发票" not in client.get(f"{here}/receipts/{receipt}").content.decode()
    assert "还没有开通网上开票" in client.get(f"{here}/receipts/{receipt}/invoice").content.decode()
    install_invoices(town.world.organisation.pk, make())
    ticket = client.get(f"{here}/receipts/{receipt}").content.decode()
    assert f"{here}/receipts/{receipt}/invoice" in ticket
    page = client.get(f"{here}/receipts/{receipt}/invoice").content.decode()
    assert "没有税务效力" in page and "陆小满" in page and "200.00" in page
    wrong = client.post(f"{here}/receipts/{receipt}/invoice", {"kind": "company", "name": "青石咨询有限公司", "tax_number": "123"})
    assert wrong.status_code == 422 and "现有 3 位" in wrong.content.decode() and not Invoice.objects.exists()
    sent = {"kind": "personal", "name": "陆小满", "identity": "11010519491231002X", "email": "lu@example.com"}
    answer = client.post(f"{here}/receipts/{receipt}/invoice", sent)
    assert answer.headers["Location"] == f"{here}/invoices?asked"
    made = Invoice.objects.get()
    assert (made.amount_fen, made.payer_id, made.asked_by.name) == (20000, town.world.people["陆小满"].pk, "业主端")
    listed = client.get(f"{here}/invoices?asked").content.decode()
    assert "已收到您的开票申请" in listed and "待开具" in listed and "200.00" in listed
    bill = made.lines.order_by("pk")[0].allocation.receivable_id
    page = client.get(f"{here}/bills/{bill}/invoice").content.decode()
    assert "没有可以开票的金额" in page and "19491231" not in page
    assert client.post(f"{here}/bills/{bill}/invoice", sent).status_code == 422 and InvoiceTitle.objects.count() == 1


def test_anothers_is_not_there(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WUYEFEI_DEMO", "1")
    install_invoices(town.world.organisation.pk, make())
    here, there = place(town, LU, "1-1-101").token, place(town, SHEN, "1-1-102").token
    Code.objects.all().delete()
    shen, receipt = phone(town, SHEN), town.payment.receipt_id
    bill = town.payment.allocations.order_by("pk")[0].receivable_id
    for path in (f"{here}/invoices", f"{here}/receipts/{receipt}/invoice", f"{there}/receipts/{receipt}/invoice", f"{there}/bills/{bill}/invoice"):
        assert shen.get(f"/h5/p/{path}").status_code == 404
        assert shen.post(f"/h5/p/{path}", {"kind": "personal", "name": "沈秋白"}).status_code in (404, 405)
    assert not Invoice.objects.exists() and "还没有发票" in shen.get(f"/h5/p/{there}/invoices").content.decode()
