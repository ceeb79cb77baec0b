"""The arrears ledger in a real browser: filter, save the view, choose, export, open a line; on a phone as well."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_billing import OpenPage, picture, prepared, user
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import clock
from wuyefei.insight.arrears.models import SavedView
from wuyefei.money.billing.public import LateFeeHold, Receivable

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_ledger(browser_page: OpenPage, sign_in: Callable[[Page, object], None], axe: Callable[..., list[str]]) -> None:
    world, _month = prepared()
    held = Receivable.objects.filter(property=world.flats["B1-001"]).first()
    assert held is not None
    LateFeeHold.objects.create(
        organisation=world.organisation, community=world.community, receivable=held, starts_on=held.due_on, kind="by_hand",
        source_ref="request:0", reason="停用",
    )  # fmt: skip
    page = browser_page(1366)
    sign_in(page, user(world, "lead"))
    page.goto("/arrears/")
    due = sum(Receivable.objects.filter(due_on__lt=clock.today()).values_list("amount_fen", flat=True))
    expect(page.locator("#ar-totals")).to_contain_text(yuan_text(due))
    expect(page.locator("#ar-totals")).to_contain_text("全部 4 户")
    expect(page.locator("#ar-ages li").first).to_be_visible()
    assert axe(page) == []
    picture(page, "arrears-ledger")
    page.keyboard.press("f")
    page.get_by_label("业态").select_option("parking")
    page.get_by_label("已停计").check()
    assert axe(page) == []
    picture(page, "arrears-filter")
    page.locator(".ar-panel").get_by_role("button", name="筛选").click()
    expect(page.locator("#ar-totals")).to_contain_text("全部 1 户")
    expect(page.locator("table")).to_contain_text("B1-001")
    page.get_by_text("存为视图").first.click()
    page.get_by_label("视图名称").fill("停计的车位")
    page.get_by_label("企业里的人都能用").check()
    assert axe(page) == []
    picture(page, "arrears-save")
    page.get_by_role("button", name="存为视图").click()
    expect(page.get_by_role("link", name="停计的车位")).to_have_attribute("aria-current", "page")
    assert SavedView.objects.get().query == {"kind": "parking", "held": "1"}
    page.get_by_role("link", name="全部逾期").click()
    page.get_by_label("选择 1-1-101").check()
    page.get_by_label("选择 1-1-102").check()
    bar = page.locator("[data-bulk]")
    expect(bar).to_contain_text("已选 2 户")
    assert axe(page) == []
    picture(page, "arrears-chosen")
    with page.expect_download() as download:
        bar.get_by_role("button", name="导出所选").click()
    assert download.value.suggested_filename.startswith("欠费台账-")
    page.get_by_role("link", name="1-1-101", exact=True).click()
    drawer = page.locator("#wy-drawer")
    expect(drawer).to_contain_text("物业服务费")
    assert axe(page) == []
    picture(page, "arrears-drawer")
    drawer.locator(".ar-lines a").first.click()
    expect(page.locator("#content")).to_contain_text("违约金怎么算")


@pytest.mark.wide
def test_on_a_phone_and_in_the_dark(
    browser_page: OpenPage, sign_in: Callable[[Page, object], None], axe: Callable[..., list[str]]
) -> None:
    world, _month = prepared()
    home = world.flats["1-1-101"].pk
    for width, theme in ((390, "light"), (1366, "dark")):
        page = browser_page(width, theme=theme)
        sign_in(page, user(world, "lead"))
        for name, address in {
            "ledger": "/arrears/", "places": "/arrears/places", "house": f"/arrears/households/{home}", "movement": "/arrears/movement",
            "rows": "/arrears/movement/rows?kind=closing", "migration": "/arrears/migration",
        }.items():  # fmt: skip
            page.goto(address)
            page.wait_for_load_state("networkidle")
            assert axe(page) == [], address
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (address, wide)
            picture(page, f"arrears-{theme}-{name}")
