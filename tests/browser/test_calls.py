"""A call written down on a small phone: what is refused, and what waits for the network, is said where one looks."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import AxeRun, OpenPage, SignIn
from tests.browser.test_plans import prepared
from tests.browser.test_visits import IN_VIEW
from wuyefei.collection.followup.models import Case
from wuyefei.collection.followup.public import Act, reckon
from wuyefei.foundation.access.models import User
from wuyefei.foundation.platform import clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.wide)])
def test_a_promise_without_a_day_is_refused_in_sight(browser_page: OpenPage, sign_in: SignIn, axe: AxeRun, theme: str) -> None:
    world = prepared()
    reckon(world.community.pk, clock.today())
    page = browser_page(320, theme=theme)
    sign_in(page, User.objects.get(pk=world["collector"].user_id))
    page.goto(f"/followup/cases/{Case.objects.get().pk}")
    page.locator(".fu-out label", has_text="答应缴费").click()
    page.get_by_label("承诺金额").fill("")
    said = page.locator("[data-kept]")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(said).to_contain_text("请写明日期和金额")
    assert said.evaluate(IN_VIEW)
    page.context.set_offline(True)
    page.locator("#fu-note").fill("周五缴")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(said).to_contain_text("已留在本机")
    assert said.evaluate(IN_VIEW)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert not Act.objects.exists()
