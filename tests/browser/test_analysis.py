"""The dashboard in a browser: look, open a figure's rows, narrow, set a target; both widths and themes."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import AxeRun, OpenPage, SignIn
from tests.edges.backoffice.conftest import pay, publish
from tests.world import World, make_world
from wuyefei.foundation.access.models import User
from wuyefei.foundation.platform import clock
from wuyefei.insight.measures.public import Target
from wuyefei.money.cashdesk.public import open_shift

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world() -> World:
    """January billed, and 200.00 of it paid today."""
    with clock.at(dt.date(2026, 1, 2)):
        made = make_world()
        publish(made, "2026-01")
    open_shift(made.community.pk, 0, actor=made["cashier"])
    pay(made, 20000)
    return made


@pytest.mark.wide
@pytest.mark.parametrize("width", [1366, 390])
def test_look_open_and_narrow(world: World, browser_page: OpenPage, sign_in: SignIn, axe: AxeRun, width: int) -> None:
    page = browser_page(width)
    sign_in(page, User.objects.get(pk=world["manager"].user_id))
    page.goto("/analysis/?period=2026")
    expect(page.get_by_role("heading", name="当期收缴率走势")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert axe(page) == []
    page.emulate_media(color_scheme="dark")
    assert axe(page) == []
    page.get_by_label("清欠率的口径").click()
    expect(page.get_by_text("期初欠费为期初时已到期未缴的应收")).to_be_visible()
    assert axe(page) == []
    page.keyboard.press("Escape")
    page.locator("summary", has_text="筛选").click()
    page.get_by_label("物业类型").select_option(label="车位")
    assert axe(page) == []
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_role("link", name="车位", exact=True).first).to_be_visible()
    page.locator("#table td a.figure").first.click()
    expect(page.locator("tbody tr").first).to_contain_text("B1-001")
    assert axe(page) == []
    for address in ("/analysis/packs", "/analysis/received"):
        page.goto(address)
        assert axe(page) == [], address
    page.goto("/analysis/targets")
    page.get_by_label("项目").select_option(label="桂语花园")
    page.get_by_label("账期").fill("2026")
    page.get_by_label("目标收缴率").fill("91")
    assert axe(page) == []
    page.get_by_role("button", name="设定目标").click()
    expect(page.locator("tbody").first).to_contain_text("91.0")
    assert Target.objects.get().months == 12
