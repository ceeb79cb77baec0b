"""A transfer in the browser: the preview follows the form, and what was submitted stands on its page."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import AxeRun, OpenPage, SignIn
from tests.world import make_world
from wuyefei.foundation.access.models import User
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import confirm_run, draft_run

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.wide
def test_the_preview_follows_the_form(browser_page: OpenPage, sign_in: SignIn, axe: AxeRun) -> None:
    world, today = make_world(), clock.today()
    run = draft_run(world.community.pk, Month.of(today), actor=world["finance"]).run
    assert run is not None
    decide(confirm_run(run.pk, actor=world["finance"]).pk, approved=True, actor=world["lead"])
    home = world.flats["1-1-101"].pk
    finance = User.objects.get(pk=world["finance"].user_id)
    page = browser_page(1366)
    sign_in(page, finance)
    page.goto(f"/transfers/new/{home}")
    last = Month.of(today).last
    page.locator("[name=on]").fill(last.isoformat())
    preview = page.locator("#preview")
    expect(preview).to_contain_text(f"{last} 以前的日子归原业主")
    page.locator("[name=on]").fill((today + dt.timedelta(days=500)).isoformat())
    expect(preview).to_contain_text("最多提前 366 天")
    page.locator("[name=on]").fill(last.isoformat())
    expect(preview).to_contain_text("要另一人复核")
    assert axe(page) == []
    page.locator("[name=name]").fill("温如言")
    page.locator("[name=mobile]").fill("19900001001")
    page.get_by_role("button", name="办理过户").click()
    page.get_by_role("dialog").get_by_role("button", name="办理", exact=True).click()
    expect(page.get_by_text("等待另一人复核过户")).to_be_visible()
    assert axe(page) == []
    phone = browser_page(390, theme="dark")
    sign_in(phone, finance)
    for address in ("/transfers/", f"/transfers/new/{world.flats['1-1-102'].pk}"):
        phone.goto(address)
        assert axe(phone) == []
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
