"""A month is closed in a real browser: the list is worked through, a reason given, a second person decides."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.world import make_world
from wuyefei.foundation.access.models import User
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.platform import clock
from wuyefei.money.ledger.public import closed_through

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.wide
def test_a_month_is_closed_by_two(
    browser_page: Callable[..., Page], sign_in: Callable[[Page, User], None], axe: Callable[..., list[str]]
) -> None:
    world, month = make_world(), Month.of(clock.today()).plus(-1)
    page = browser_page(1366)
    sign_in(page, User.objects.get(pk=world["finance"].user_id))
    page.goto("/closing/")
    page.locator(f"a[href='/closing/{world.community.pk}/{month}']").first.click()
    expect(page.get_by_role("heading", name="结账清单")).to_be_visible()
    assert axe(page) == []
    page.locator("#cl-why").fill("月末核验排在下周")
    page.get_by_role("button", name="申请结账").click()
    page.get_by_role("button", name="提交结账").click()
    expect(page.locator("main").get_by_text("等另一位同事复核")).to_be_visible()
    decide(Request.objects.get().pk, approved=True, actor=world["lead"])
    page.reload()
    expect(page.get_by_text("及以前不能再入账")).to_be_visible()
    assert axe(page) == []
    assert closed_through(world.community.pk) == month.last
