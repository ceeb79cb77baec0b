"""The staff's pages through Django's client."""

from __future__ import annotations

import pytest

from tests.money.cashdesk.test_pages import client_of
from tests.world import World
from wuyefei.edges.sandbox.public import Keyring, Lie, Sandbox
from wuyefei.foundation.access.actor import SYSTEM, service_actor
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.money.channels.actions.setups import test_connection as try_connection
from wuyefei.money.channels.public import (
    ChannelException,
    ChannelSetup,
    Order,
    Refund,
    login_for,
    sweep_refunds,
)

from .support import NOON, begin, books_hold, deliver, pay


def test_a_lead_sets_up_a_merchant_account(world: World, sandbox: Sandbox, sandbox_keys: Keyring) -> None:
    lead = client_of(world, "lead")
    assert "沙箱，不收真实的钱" in lead.get("/settings/channels/").content.decode()
    page = lead.get("/settings/channels/new", {"channel": "wechat", "community": world.community.pk}).content.decode()
    assert "APIv3 密钥" in page and "桂语花园" in page
    form = {
        "channel": "wechat", "community": world.community.pk, "app_id": "wx0001", "merchant_id": "1900000001", "site_url": "https://fee.example.cn",
        "serial": "5A0D80C1", "merchant_key": sandbox_keys.merchant_private, "api_key": "0123456789abcdef0123456789abcdef",
        "platform_serial": "PUB_KEY_ID_1", "platform_key": sandbox_keys.platform_public, "enabled": "on",
    }  # fmt: skip
    for name, value, words in (("merchant_key", "abc", "RSA 私钥"), ("api_key", "short", "32 个字符"), ("site_url", "http://a.cn", "https://"), ("app_id", "wx 1", "字母和数字")):
        refused = lead.post("/settings/channels/new", form | {name: value})
        assert refused.status_code == 409 and words in refused.content.decode(), name
    assert ChannelSetup.objects.filter(community=world.community).count() == 0
    saved = lead.post("/settings/channels/new", form)
    row = ChannelSetup.objects.get(community=world.community)
    assert saved.headers["Location"] == f"/settings/channels/{row.pk}" and b"PRIVATE" not in bytes(row.secrets)
    shown = lead.get(f"/settings/channels/{row.pk}").content.decode()
    assert f"https://fee.example.cn/pay/notify/{row.token}" in shown
    assert "0123456789abcdef" not in shown and "PRIVATE KEY" not in shown
    assert "PRIVATE" not in str(list(AuditEntry.objects.filter(action="channel.setup").values_list("after", flat=True)))
    kept = bytes(row.secrets)
    assert lead.post(f"/settings/channels/{row.pk}", form | {"merchant_key": "", "api_key": "", "merchant_id": "1900000002"}).status_code == 302
    row.refresh_from_db()
    assert row.merchant_id == "1900000002" and bytes(row.secrets) != kept
    assert client_of(world, "cashier").get("/settings/channels/").status_code == 403


def test_the_connection_test_says_plainly(world: World, sandbox: Sandbox) -> None:
    admin = client_of(world, "admin")
    row = ChannelSetup.objects.get(channel="wechat")
    for status, words in ((0, "连接正常"), (500, "没有应答")):
        sandbox.wechat.faults.status = status
        assert words in admin.post(f"/settings/channels/{row.pk}/test", follow=True).content.decode()
    row.refresh_from_db()
    assert not row.test_passed
    sandbox.wechat.faults.status = 0
    sandbox.wechat.faults.wrong_key = True
    assert "签名不符" in admin.post(f"/settings/channels/{row.pk}/test", follow=True).content.decode()


def test_orders_are_found_and_asked_for(world: World, sandbox: Sandbox) -> None:
    finance, order = client_of(world, "finance"), begin(world)
    begin(world, "alipay", "key-0002", code="1-1-102")
    pay(sandbox, order)
    listed = finance.get("/orders/").content.decode()
    assert "1-1-101" in listed and "1-1-102" in listed and "沙箱" in listed
    for query in (f"q={order.number}", "q=陆小满", "channel=wechat", "q=1-1-101&state=created&from=2026-02-14&to=2026-02-14"):
        found = finance.get(f"/orders/?{query}").content.decode()
        assert "1-1-101" in found and "1-1-102" not in found, query
    assert "没有符合条件的订单" in finance.get("/orders/?state=closed").content.decode()
    assert "不是日期" in finance.get("/orders/?from=2026-99-99").content.decode() or "日期" in finance.get("/orders/?from=x").content.decode()
    asked = finance.post(f"/orders/{order.pk}/ask", follow=True).content.decode()
    assert "已支付" in asked and "GY-2026-000001" in asked and "253.75" in asked
    assert finance.get("/orders/export").content[:2] == b"PK" and finance.get("/refunds/export").content[:2] == b"PK"
    assert client_of(world, "cashier").post(f"/orders/{order.pk}/ask").status_code == 403


def test_an_exception_is_worked_and_a_refund_goes_its_way(world: World, sandbox: Sandbox) -> None:
    finance, lead = client_of(world, "finance"), client_of(world, "lead")
    assert "没有等待处理的异常" in finance.get("/payment-exceptions/").content.decode()
    order = begin(world)
    pay(sandbox, order)
    deliver(sandbox, order, Lie(at=NOON, amount_fen=10000))
    page = finance.get("/payment-exceptions/").content.decode()
    assert "金额不符" in page and "253.75" in page and "100.00" in page
    found = ChannelException.objects.get()
    refused = finance.post(f"/payment-exceptions/{found.pk}/resolve", {"resolution": "booked", "note": ""}, follow=True)
    assert "请写明核实的结果" in refused.content.decode()
    finance.post(f"/payment-exceptions/{found.pk}/resolve", {"resolution": "booked", "note": "业主确认付了一半"})
    assert "业主确认付了一半" in finance.get("/payment-exceptions/?show=done").content.decode()
    order = Order.objects.get(pk=order.pk)
    form = finance.get(f"/refunds/new/{order.payment_id}").content.decode()
    assert "还可以退" in form and "物业服务费" in form and "100.00" in form
    bill = order.bills.get().receivable_id
    over = finance.post(f"/refunds/new/{order.payment_id}", {"amount": "100.01", "method": "source", "reason": "退", "bill": [bill]})
    assert over.status_code == 409 and "可以退的只有 100.00" in over.content.decode()
    sandbox.wechat.trades[order.number].amount_fen = 10000
    asked = finance.post(f"/refunds/new/{order.payment_id}", {"amount": "30.00", "method": "source", "reason": "付错了", "bill": [bill]})
    refund = Refund.objects.get()
    assert asked.headers["Location"] == f"/refunds/{refund.pk}"
    assert "等待另一位" in finance.get(f"/refunds/{refund.pk}").content.decode()
    waiting = lead.get("/approvals/").content.decode()
    assert "退款" in waiting and "撤销核销" in waiting and "陆小满" in waiting
    decide(Request.objects.get(kind="payment.refund").pk, approved=True, actor=world["lead"])
    sandbox.wechat.faults.refund_failures = 1
    sweep_refunds()
    failed = finance.get(f"/refunds/{refund.pk}").content.decode()
    assert "余额不足" in failed and "再退一次" in failed and "取消退款" in failed
    assert "30.00" in finance.get("/refunds/?state=failed&q=陆小满").content.decode()
    finance.post(f"/refunds/{refund.pk}/act", {"do": "retry"})
    sweep_refunds()
    assert "已退款" in finance.get(f"/refunds/{refund.pk}").content.decode()
    assert finance.post(f"/refunds/{refund.pk}/act", {"do": "nothing"}).status_code == 404
    assert "退款" in finance.get(f"/orders/{order.pk}").content.decode()
    books_hold(world)


@pytest.mark.parametrize("path", ["/orders/", "/refunds/", "/payment-exceptions/"])
def test_somebody_elsewhere_sees_nothing(world: World, sandbox: Sandbox, path: str) -> None:
    order = begin(world)
    pay(sandbox, order)
    deliver(sandbox, order, Lie(at=NOON, amount_fen=1))
    outsider = client_of(world, "outsider")
    assert order.number not in outsider.get(path).content.decode()
    assert outsider.get(f"/orders/{order.pk}").status_code == 404


def test_the_official_account_is_tried_with_the_keys(world: World, sandbox: Sandbox) -> None:
    """A right AppSecret is said to be right; a wrong one is named, and no secret is ever shown."""
    setup = ChannelSetup.objects.get(channel="wechat")
    actor = service_actor(world.organisation.pk, SYSTEM)
    assert try_connection(setup.pk, actor=actor).test_result.endswith("业主可以在微信里直接支付。")
    sandbox.wechat.account.error = 40125
    try:
        row = try_connection(setup.pk, actor=actor)
    finally:
        sandbox.wechat.account.error = 0
    assert not row.test_passed and "微信 40125" in row.test_result
    assert sandbox.wechat.account.secret not in repr(login_for(world.community.pk))
