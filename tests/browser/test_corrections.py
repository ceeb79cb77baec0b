"""A price entered late in the browser: from the price's page to the bills, looked through, handed on, carried out and taken
back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import AxeRun, OpenPage, SignIn
from tests.world import make_world
from wuyefei.foundation.access.models import User
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Adjustment, confirm_run, draft_run

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.wide
def test_a_late_price_is_looked_through_and_handed_on(browser_page: OpenPage, sign_in: SignIn, axe: AxeRun) -> None:
    world, today = make_world(), clock.today()
    run = draft_run(world.community.pk, Month.of(today), actor=world["finance"]).run
    assert run is not None
    decide(confirm_run(run.pk, actor=world["finance"]).pk, approved=True, actor=world["lead"])
    manager, since = User.objects.get(pk=world["manager"].user_id), Month.of(today).plus(-2).first
    page = browser_page(1366)
    sign_in(page, manager)
    page.goto(f"/tariffs/{world.service_tariff.pk}/")
    page.locator("summary", has_text="新价格").click()
    page.locator("[name=effective_from]").fill(since.isoformat())
    page.locator("[name=per_unit]").fill("2.30")
    page.locator("[name=note]").fill("业主大会决议")
    page.locator("form", has=page.locator("[name=per_unit]")).get_by_role("button", name="看影响").click()
    expect(page.get_by_text("这个价格改变 9 笔已发布的账单，合计 −185.94 元")).to_be_visible()
    assert axe(page) == []
    address = page.url
    page.goto(f"{address}?q=1-1-201")
    expect(page.get_by_text("1-1-101")).to_have_count(0)
    page.goto(address)
    page.get_by_role("button", name="提交复核").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("原因").fill("按业主大会决议补录")
    dialog.get_by_role("button", name="提交复核").click()
    expect(page.get_by_text("等待另一人复核", exact=True)).to_be_visible()
    decide(Request.objects.get(kind="corrections.price").pk, approved=True, actor=world["lead"])
    page.goto(address)
    expect(page.get_by_text("已更正").first).to_be_visible()
    assert axe(page) == [] and Adjustment.objects.filter(kind="price").count() == 9
    phone = browser_page(390, theme="dark")
    sign_in(phone, manager)
    for shown in (address, address.rsplit("/", 2)[0] + "/"):
        phone.goto(shown)
        assert axe(phone) == []
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sign_in(page, manager)
    page.goto(address)
    page.get_by_role("button", name="撤销更正").click()
    expect(page.get_by_text("撤销要恢复 9 笔已发布的账单，合计 +185.94 元")).to_be_visible()
    assert axe(page) == []
    undoing = page.url
    page.get_by_role("button", name="提交复核").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("原因").fill("决议被撤销")
    dialog.get_by_role("button", name="提交复核").click()
    expect(page.get_by_text("通过后价格收回，账单逐笔恢复，一次办完；在那以前什么都没有改。")).to_be_visible()
    decide(Request.objects.get(kind="corrections.undo").pk, approved=True, actor=world["lead"])
    page.goto(address)
    expect(page.get_by_text("这次更正已经撤销，价格已收回")).to_be_visible()
    expect(page.get_by_role("button", name="撤销更正")).to_have_count(0)
    assert axe(page) == [] and Adjustment.objects.filter(kind="price").count() == 18
    sign_in(phone, manager)
    phone.goto(undoing)
    assert axe(phone) == [] and phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
