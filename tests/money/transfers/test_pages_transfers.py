"""The wizard from the property page to the statements and back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.test import Client

from tests.estate.metering.test_pages_metering import client_of
from tests.world import World, make_world, pay
from wuyefei.estate.people.public import Person
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable, confirm_run, draft_run
from wuyefei.money.payments.public import PaymentOrder
from wuyefei.money.transfers.public import Transfer

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[World]:
    with clock.at(dt.date(2026, 6, 11)):
        made = make_world()
        run = draft_run(made.community.pk, Month.parse("2026-06"), actor=made["finance"]).run
        assert run is not None
        decide(confirm_run(run.pk, actor=made["finance"]).pk, approved=True, actor=made["lead"])
        yield made


@pytest.fixture
def client(world: World) -> Client:
    return client_of(world["finance"])


def sent(world: World, **more: object) -> dict[str, object]:
    return {
        "on": "2026-06-11", "basis": "sale", "document": "浙（2026）0001", "name": "温如言", "mobile": "19900001001", "paid": "leave",
        "prepaid": "leave", "also": [world.flats["B1-001"].pk], **more,
    }  # fmt: skip


def text_of(client: Client, address: str, **headers: str) -> str:
    response = client.get(address, headers=headers or None)
    assert response.status_code == 200
    return response.content.decode()


def test_from_the_property_to_the_statements_and_back(client: Client, world: World) -> None:
    home = world.flats["1-1-101"].pk
    assert "还没有过户" in text_of(client, "/transfers/")
    assert f"/transfers/new/{home}" in text_of(client, f"/properties/{home}/")
    page = text_of(client, f"/transfers/new/{home}")
    assert "要另一人复核" in page and "83.33" in page and "166.67" in page and "按日拆分" in page
    part = text_of(client, f"/transfers/new/{home}?on=2026-06-16&basis=sale&paid=leave&prepaid=leave", HX_Request="true")
    assert "125.00" in part and "<html" not in part and not Transfer.objects.exists()
    response = client.post(f"/transfers/new/{home}", sent(world))
    row = Transfer.objects.get()
    asked = text_of(client, f"/transfers/{row.pk}/")
    assert response.status_code == 302 and "等待另一人复核过户" in asked and "申请以后情况有变" not in asked
    assert "每张账单怎么办" in asked and "83.33" in asked and "166.67" in asked
    assert client.get(f"/transfers/{row.pk}/statement/new").status_code == 404
    waiting = Request.objects.get(kind="transfer.do")
    lead = client_of(world["lead"])
    assert "转给新业主的账单" in text_of(lead, "/approvals/")
    decide(waiting.pk, approved=True, actor=world["lead"])
    for side in ("former", "new"):
        pdf = client.get(f"/transfers/{row.pk}/statement/{side}")
        assert pdf.status_code == 200 and pdf.content.startswith(b"%PDF")
    page = text_of(client, f"/transfers/{row.pk}/")
    assert "83.33" in page and "撤销过户" in page
    client.post(f"/transfers/{row.pk}/undo", {"reason": "登记错了"})
    assert "等待另一人复核撤销" in text_of(client, f"/transfers/{row.pk}/")
    client.post(f"/transfers/{row.pk}/withdraw")
    assert not Request.objects.filter(state="open").exists()
    assert "温如言" in text_of(client, "/transfers/?q=1-1&state=done") and "没有符合筛选" in text_of(client, "/transfers/?state=undone")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"on": "2026-13-01"}, "on"), ({"mobile": "123"}, "应为 11 位手机号"), ({"name": ""}, "name"), ({"on": "2099-01-01"}, "最多提前 366 天"),
     ({"basis": "delivery"}, "建设单位"), ({"also": [999999]}, "also")],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_written(client: Client, world: World, wrong: dict[str, object], said: str) -> None:
    response = client.post(f"/transfers/new/{world.flats['1-1-101'].pk}", sent(world, **wrong))
    assert response.status_code == 422 and said in response.content.decode()
    assert not Transfer.objects.exists() and not Person.objects.filter(name="温如言").exists()


def test_who_approves_sees_what_has_changed_since(client: Client, world: World) -> None:
    """A payment taken meanwhile leaves other figures than those asked for."""
    client.post(f"/transfers/new/{world.flats['1-1-101'].pk}", sent(world))
    row = Transfer.objects.get()
    bill = Receivable.objects.filter(property=row.property, payer=row.seller, service_to__gte=row.on).order_by("pk").first()
    assert bill is not None
    order = PaymentOrder(row.property_id, row.seller_id, (bill.pk,), {"scan": bill.amount_fen}, "k1")
    pay(order, actor=world["cashier"])
    page = text_of(client_of(world["lead"]), f"/transfers/{row.pk}/")
    assert "申请以后情况有变" in page and "请撤回后重新办理" in page
