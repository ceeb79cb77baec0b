"""The legal road in a real browser: letter, delivery, mediation, suit, judgment, enforcement, recovery; on a phone as well."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextvars import ContextVar

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_billing import OpenPage, picture
from tests.collection.legal.conftest import at, bills_of
from tests.collection.legal.test_actions_legal import settle_up
from tests.scenarios.month import first_finding, publish
from tests.world import World, actor_of, make_world
from wuyefei.collection.legal.models import Letter, Matter
from wuyefei.collection.legal.public import make_letter, open_matter, watch
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.platform import clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world() -> World:
    """January and February are unpaid. The clock of the test and of the server's threads is set by ``set_to``."""
    with clock.at(dt.date(2026, 1, 2)):
        made = make_world()
        publish(made, "2026-01")
    with clock.at(dt.date(2026, 2, 2)):
        publish(made, "2026-02")
    made.actors["legal"] = actor_of(made.organisation, "legal", Role.LEGAL)
    return made


def do(page: Page, name: str, **facts: str) -> None:
    """An act by its form: the link on the matter, its fields by label, and back."""
    page.locator(".lg-more").get_by_role("link", name=name, exact=True).click()
    for label, value in facts.items():
        field = page.get_by_label(label, exact=False).first
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)
    page.get_by_role("button", name="登记").click()
    expect(page.locator("body")).to_contain_text("已登记")


@pytest.mark.wide
def test_the_whole_road(
    world: World, browser_page: OpenPage, sign_in: Callable[[Page, object], None], axe: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def set_to(month: int, day: int) -> None:
        moment = at(dt.date(2026, month, day))
        monkeypatch.setattr(clock, "_set", ContextVar("clock", default=moment))

    set_to(9, 1)
    page, legal = browser_page(1366), User.objects.get(username="legal")
    sign_in(page, legal)
    page.goto("/legal/eligible")
    page.get_by_label("选择 1-1-101").check()
    page.get_by_role("button", name="立案并出具催款函").click()
    expect(page.locator("body")).to_contain_text("已出具 1 封催款函")
    page.goto("/legal/")
    page.locator(".lg-card", has_text="1-1-101").click()
    expect(page.get_by_role("button", name="出具催款函")).to_have_count(0)  # one waits to be posted
    page.get_by_label("邮件号").fill("EX900000001CN")
    page.get_by_role("button", name="已交寄").click()
    expect(page.locator(".lg-letter")).to_contain_text("没有启用短信通道")
    set_to(9, 4)
    sign_in(page, legal)
    page.reload()
    page.get_by_label("凭证").fill("本人签收")
    page.get_by_role("button", name="已送达").click()
    expect(page.locator("body")).to_contain_text("送达后回访")
    page.get_by_role("button", name="已回访").click()
    expect(page.locator(".lg-letter")).to_contain_text("已回访 09-04")
    do(page, "申请调解", 调解机构="街道调解委员会")
    do(page, "调解不成")
    expect(page.locator("#lg-court")).to_contain_text("起诉前先登记财产查询")
    set_to(9, 21)
    sign_in(page, legal)
    page.reload()
    do(page, "财产查询", 从哪里查到="不动产登记机构", 查到的财产="房屋一处", 抵押="银行抵押", 查封="无", 预计可收回="2000")
    expect(page.locator("#lg-court")).to_contain_text("不动产登记机构")
    expect(page.locator("#lg-court .lg-ways")).to_contain_text("25.00")
    assert axe(page) == []
    picture(page, "legal-before-court")
    do(page, "决定提前起诉", 理由="财产可能转移", 依据="正在卖房")
    do(page, "起诉", 法院="某区人民法院", 程序="小额诉讼，预计 1–3 个月", 诉讼费="25")
    do(page, "判决、裁定生效", 文书号="（2026）示 1 号", 履行期限="2026-10-10", 判决金额="840")
    set_to(10, 12)
    sign_in(page, legal)
    page.reload()
    do(page, "申请执行", 法院="某区人民法院")
    do(page, "执行措施", 措施="冻结、划拨账户")
    expect(page.locator("main")).to_contain_text("执行")
    settle_up(world, "陆小满")
    watch(world.organisation.pk)
    page.reload()
    expect(page.locator("main")).to_contain_text("已缴清")
    page.goto("/legal/results")
    expect(page.locator("table")).to_contain_text("100.0")
    matter = Matter.objects.get()
    assert matter.step == "closed" and Letter.objects.get().sms == "held" and first_finding(world) == ""
    assert bills_of(world, "陆小满") == []


@pytest.mark.wide
def test_on_a_phone_and_in_the_dark(
    world: World, browser_page: OpenPage, sign_in: Callable[[Page, object], None], axe: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = at(dt.date(2026, 9, 1))
    monkeypatch.setattr(clock, "_set", ContextVar("clock", default=moment))

    matter = open_matter(bills_of(world, "陆小满"), actor=world["legal"])
    make_letter(matter.pk, actor=world["legal"])
    for width, theme in ((390, "light"), (1366, "dark")):
        page = browser_page(width, theme=theme)
        sign_in(page, User.objects.get(username="legal"))
        for name, address in {
            "board": "/legal/", "eligible": "/legal/eligible", "matter": f"/legal/matters/{matter.pk}", "do": f"/legal/matters/{matter.pk}/do/assets",
            "limitation": "/legal/limitation", "results": "/legal/results",
        }.items():  # fmt: skip
            page.goto(address)
            page.wait_for_load_state("networkidle")
            assert axe(page) == [], address
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
            title = page.locator("h1").first
            assert title.evaluate("one => one.scrollWidth <= one.clientWidth + 1"), (address, title.inner_text())
            picture(page, f"legal-{theme}-{name}")
