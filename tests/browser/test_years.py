"""A year is asked for ahead from the property's page in a real browser, and stands there with what it earns."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.world import make_world
from wuyefei.foundation.access.models import User
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.platform import clock
from wuyefei.money.concessions.public import YearBill

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.wide
def test_a_year_is_asked_for_and_billed(
    browser_page: Callable[..., Page], sign_in: Callable[[Page, User], None], axe: Callable[..., list[str]]
) -> None:
    """250.00 a month: 3,000.00 a year, 5 % off four months ahead."""
    world, start = make_world(), Month.of(clock.today()).plus(4)
    page = browser_page(390)
    sign_in(page, User.objects.get(pk=world["finance"].user_id))
    page.goto(f"/properties/{world.flats['1-1-101'].pk}/")
    page.get_by_role("link", name=re.compile("年付")).first.click()
    page.get_by_label("从哪个月起").select_option(str(start))
    page.get_by_role("button", name="算一算").click()
    page.get_by_role("radio", name="物业服务费 5%").check()
    expect(page.locator("main")).to_contain_text("2,850.00")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="提交审批").click()
    expect(page.locator("main")).to_contain_text("待审批")
    decide(YearBill.objects.get().request_id or 0, approved=True, actor=world["lead"])
    page.reload()
    expect(page.get_by_text("待付款").first).to_be_visible()
    assert axe(page) == []
