"""Online money in a browser: an exception is worked and a refund asked for, at the desk's width and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import AxeRun, OpenPage, SignIn
from tests.money.channels.conftest import build, running, sandbox, sandbox_keys  # noqa: F401
from tests.money.channels.support import NOON, at, begin, deliver, pay
from wuyefei.edges.sandbox.public import Keyring, Lie, Sandbox
from wuyefei.foundation.access.models import User
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.channels.public import ChannelException, Refund

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.wide
@pytest.mark.parametrize("width", [1366, 390])
def test_an_exception_and_a_refund(
    sandbox: Sandbox, sandbox_keys: Keyring, browser_page: OpenPage, sign_in: SignIn, axe: AxeRun, width: int  # noqa: F811
) -> None:
    world = build(sandbox_keys)
    with at(sandbox, NOON):
        order = begin(world)
        pay(sandbox, order)
        deliver(sandbox, order, Lie(at=NOON, amount_fen=10000))
    page = browser_page(width)
    sign_in(page, User.objects.get(pk=world["lead"].user_id))
    for path in ("/orders/", f"/orders/{order.pk}", "/refunds/", "/settings/channels/", "/payment-exceptions/"):
        page.goto(path)
        assert axe(page) == [], path
    page.get_by_role("button", name="入账给缴费人").click()
    dialog = page.locator("#wy-confirm")
    dialog.get_by_label("原因").fill("业主来电确认")
    dialog.locator("[data-yes]").click()
    expect(page.get_by_text("没有等待处理的异常")).to_be_visible()
    assert ChannelException.objects.get().resolution == "booked"
    order.refresh_from_db()
    page.goto(f"/refunds/new/{order.payment_id}")
    assert axe(page) == []
    page.get_by_label("退款金额").fill("30")
    page.locator("#ch-reason").fill("付错了")
    page.locator("input[name=bill]").check()
    page.get_by_role("button", name="提交退款申请").click()
    expect(page.get_by_text("审批前没有动钱")).to_be_visible()
    assert Refund.objects.get().amount_fen == 3000
    assert axe(page) == []
    assert run_checks(world.organisation.pk).holds
