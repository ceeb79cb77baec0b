"""A round on a phone: the first look is written down, the next is one tap; what is wrong stands in the list."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_plans import picture, prepared, user
from wuyefei.estate.properties.public import Building
from wuyefei.relations.service.models import Inspection

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OpenPage = Callable[..., Page]


@pytest.mark.wide
def test_a_round_in_few_taps(browser_page: OpenPage, sign_in: Callable[[Page, object], None], axe: Callable[..., list[str]]) -> None:
    world = prepared()
    page = browser_page(390)
    sign_in(page, user(world, "keeper"))
    page.goto("/service/inspections")
    expect(page.get_by_text("还没有巡检记录")).to_be_visible()
    page.get_by_role("link", name="记巡检").click()
    page.get_by_label("记在哪里").select_option(str(Building.objects.earliest("pk").pk))
    page.get_by_label("点位").fill("电梯机房")
    page.get_by_label("有问题").check()
    page.get_by_label("情况").fill("温控失灵，已通知维保")
    assert axe(page) == []
    picture(page, "inspection-phone")
    page.get_by_role("button", name="记下").click()
    expect(page.get_by_text("已记下 电梯机房：有问题")).to_be_visible()
    expect(page.get_by_text("上次有问题")).to_be_visible()
    page.get_by_role("button", name="电梯机房 正常").click()
    expect(page.get_by_text("已记下 电梯机房：正常")).to_be_visible()
    assert list(Inspection.objects.order_by("pk").values_list("result", "building__name")) == [("wrong", "1"), ("fine", "1")]
    page.goto("/service/inspections?view=wrong")
    expect(page.get_by_role("link", name="电梯机房")).to_be_visible()
    assert axe(page) == [] and page.evaluate("document.documentElement.scrollWidth") <= 390
    picture(page, "inspection-list-phone")
    wide = browser_page(1366)
    sign_in(wide, user(world, "manager"))
    wide.goto("/service/inspections")
    expect(wide.get_by_role("cell", name="温控失灵，已通知维保")).to_be_visible()
    assert axe(wide) == []
    picture(wide, "inspection-list")
    wide.get_by_role("link", name="电梯机房").last.click()
    expect(wide.get_by_role("heading", name="关联工单")).to_be_visible()
    wide.goto("/service/inspections/sheet")
    assert axe(wide) == []
    picture(wide, "inspection-sheet")
