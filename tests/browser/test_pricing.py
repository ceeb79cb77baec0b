"""A new price in the browser: from the tariff's page to what it means, handed on, agreed by somebody else, and in force."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import AxeRun, OpenPage, SignIn
from tests.world import make_world
from wuyefei.estate.tariffs.public import TariffVersion
from wuyefei.foundation.access.models import User
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import confirm_run, draft_run
from wuyefei.money.pricing.models import Proposal

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.wide
def test_a_new_price_is_agreed_by_two(browser_page: OpenPage, sign_in: SignIn, axe: AxeRun) -> None:
    world, today = make_world(), clock.today()
    run = draft_run(world.community.pk, Month.of(today), actor=world["finance"]).run
    assert run is not None
    decide(confirm_run(run.pk, actor=world["finance"]).pk, approved=True, actor=world["lead"])
    manager, lead = (User.objects.get(pk=world[who].user_id) for who in ("manager", "lead"))
    page = browser_page(1366)
    sign_in(page, manager)
    page.goto(f"/tariffs/{world.service_tariff.pk}/")
    page.locator("summary", has_text="新价格").click()
    page.locator("[name=effective_from]").fill(Month.of(today).plus(2).first.isoformat())
    page.locator("[name=per_unit]").fill("2.80")
    page.locator("[name=note]").fill("业主大会决议")
    page.locator("form", has=page.locator("[name=per_unit]")).get_by_role("button", name="看影响").click()
    expect(page.get_by_text("还没有提交，价格没有变")).to_be_visible()
    expect(page.get_by_text("+92.97").first).to_be_visible()
    assert axe(page) == []
    address = page.url
    page.get_by_role("button", name="提交复核").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("原因").fill("按业主大会决议")
    dialog.get_by_role("button", name="提交复核").click()
    expect(page.get_by_text("等待另一人复核", exact=True)).to_be_visible()
    assert axe(page) == [] and TariffVersion.objects.filter(tariff=world.service_tariff).count() == 1
    second = browser_page(1366)
    sign_in(second, lead)
    second.goto("/approvals/")
    expect(second.get_by_text("774.78 → 867.75 元")).to_be_visible()
    second.get_by_role("button", name="通过").click()
    second.get_by_role("button", name="通过并执行").click()
    expect(second.get_by_text("没有等你复核的申请")).to_be_visible()
    assert Proposal.objects.get().state == "done" and TariffVersion.objects.filter(tariff=world.service_tariff).count() == 2
    page.goto(address)
    expect(page.get_by_text("已定价").first).to_be_visible()
    phone = browser_page(390, theme="dark")
    sign_in(phone, manager)
    for shown in (address, "/pricing/", f"/tariffs/{world.service_tariff.pk}/"):
        phone.goto(shown)
        assert axe(phone) == []
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
