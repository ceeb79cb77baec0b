"""An objection is talked through on a phone in a real browser: the kind, the four steps, the work order it opens."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_plans import prepared
from wuyefei.collection.followup.public import Case, reckon
from wuyefei.collection.objections.public import Objection
from wuyefei.foundation.access.models import User
from wuyefei.foundation.platform import clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.wide
def test_four_steps_and_a_work_order(
    browser_page: Callable[..., Page], sign_in: Callable[[Page, User], None], axe: Callable[..., list[str]]
) -> None:
    world = prepared()
    reckon(world.community.pk, clock.today())
    page = browser_page(390)
    sign_in(page, User.objects.get(pk=world["collector"].user_id))
    page.goto(f"/followup/cases/{Case.objects.get().pk}")
    page.get_by_role("link", name="谈异议").click()
    page.get_by_role("link", name="服务没做好").click()
    assert axe(page) == []
    page.get_by_role("button", name="登记，开出所选的办法").click()
    assert not Objection.objects.exists()  # the first step cannot be left empty
    for label, words in (("业主怎么说", "电梯常停"), ("怎么回应的", "您着急是应该的"), ("说明了什么", "看了维保记录"), ("谈成什么", "本周答复")):
        page.get_by_label(label).fill(words)
    expect(page.get_by_label("开工单，48 小时内答复")).to_be_checked()
    page.get_by_role("button", name="登记，开出所选的办法").click()
    expect(page.get_by_text("已登记 1-1-101 的异议").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("电梯常停")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert Objection.objects.get().ticket is not None
