"""The owner's phone in a browser: sign in, look, choose, in the size of a small phone and in large type."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import AxeRun, OpenPage
from tests.relations.owners import LU, Town, listen, make_town
from wuyefei.edges.sandbox.public import Sandbox, install, make
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.models import Receivable
from wuyefei.money.billing.public import place_hold
from wuyefei.relations.service.public import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Town:
    made = make_town()
    listen(made, monkeypatch)
    return made


def enter(page: Page, town: Town) -> None:
    page.goto("/h5/")
    page.get_by_label("手机号").fill(LU)
    page.get_by_role("button", name="发送验证码").click()
    page.get_by_label("验证码").fill(town.last_code(LU))
    page.get_by_role("button", name="进入").click()
    expect(page.get_by_role("heading", name="1-1-101")).to_be_visible()


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.wide
@pytest.mark.parametrize(("width", "theme"), [(390, "light"), (320, "dark")])
def test_an_owner_looks_around(town: Town, browser_page: OpenPage, axe: AxeRun, width: int, theme: str) -> None:
    """Every page fits the phone, in usual and in large type, and axe finds nothing serious; the sum follows the choice."""
    page = browser_page(width, theme=theme)
    enter(page, town)
    home = page.url
    whole = page.locator("[data-sum]").inner_text()
    said = page.locator("[data-count]").inner_text()
    page.locator("input[name=bill]").first.uncheck()
    expect(page.locator("[data-sum]")).not_to_have_text(whole)
    expect(page.locator("[data-count]")).not_to_have_text(said)
    for box in page.locator("input[name=bill]").all():
        box.uncheck()
    expect(page.locator("[data-count]")).to_have_text("还没有勾选账单")
    expect(page.get_by_role("button", name="去缴费")).to_be_disabled()
    page.get_by_role("button", name="全选").click()
    expect(page.locator("[data-sum]")).to_have_text(re.compile(re.escape(whole.replace("\n", ""))))
    expect(page.locator("[data-count]")).to_have_text(said)
    assert axe(page) == []
    page.get_by_role("button", name="大字").click()
    expect(page.locator("html.large")).to_be_visible()
    assert fits(page)
    assert axe(page) == []
    argued = Receivable.objects.filter(property=town.world.flats["1-1-101"], outstanding_fen__gt=0).earliest("pk")
    place_hold(argued.pk, clock.today(), None, kind="dispute", source_ref="objection:1", actor=town.world["finance"])
    page.goto(home)
    box = page.locator(f"input[name=bill][value='{argued.pk}']")
    for _twice in range(2):
        expect(box).not_to_be_checked()
        page.get_by_role("button", name="全选").click()
    expect(box).not_to_be_checked()
    expect(page.locator("input[name=bill]:checked")).to_have_count(page.locator("input[name=bill]").count() - 1)
    aims = [link.get_attribute("href") or "" for link in page.locator("a[href^='/h5/']").all()]
    for aim in sorted(set(aims)):
        page.goto(aim)
        assert fits(page), aim
        assert theme == "dark" or axe(page) == [], aim
    page.goto(home)
    page.get_by_role("button", name="标准字").click()
    page.get_by_role("link", name="缴费记录").click()
    page.locator(".list a[href*='/receipts/']").first.click()
    expect(page.get_by_label("电子收据")).to_contain_text("贰佰元整")
    # a long line leaves its figure room
    page.locator("dl.dl dt").last.evaluate("one => one.textContent = '临时收费（2026 年第 3 季度公共照明用电）2026-07 至 2026-09'")
    assert fits(page)
    assert axe(page) == []


def test_the_first_screen_is_one_light_answer(town: Town, browser_page: OpenPage) -> None:
    """One document, under 60 kB with all it needs; nothing is asked for afterwards."""
    page = browser_page(390)
    enter(page, town)
    seen: list[tuple[str, int]] = []
    page.on("response", lambda answer: seen.append((answer.request.resource_type, len(answer.body()))))
    page.context.clear_cookies(name="none")
    page.reload(wait_until="networkidle")
    kinds = [kind for kind, _size in seen]
    assert kinds.count("document") == 1
    assert "xhr" not in kinds
    assert "fetch" not in kinds
    assert sum(size for _kind, size in seen) < 60_000, seen


def test_three_taps_from_the_first_screen_to_paid(
    town: Town, browser_page: OpenPage, axe: AxeRun, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """去缴费, 微信支付, the wallet's 确认: then the receipt is there. Nothing else is tapped."""
    keys = make()
    sandbox = Sandbox(keys, site_url=live_server.url).start()
    for name, value in (("WUYEFEI_DEMO", "1"), ("WUYEFEI_SANDBOX", sandbox.url), ("WUYEFEI_SITE", live_server.url)):
        monkeypatch.setenv(name, value)
    install(town.world.organisation.pk, keys)

    def wallet(route: Route) -> None:
        """The wallet's page: one button; confirmed, the payer is led back."""
        back = parse_qs(urlsplit(route.request.url).query)["redirect_url"][0]
        if route.request.method == "POST":
            (trade,) = sandbox.wechat.trades.values()
            sandbox.wechat.pay(trade.number, clock.now())
            route.fulfill(content_type="text/html; charset=utf-8", body=f'<meta http-equiv="refresh" content="0;url={back}">')
        else:
            route.fulfill(content_type="text/html; charset=utf-8", body='<form method="post"><button>确认支付</button></form>')

    try:
        page = browser_page(390)
        page.set_extra_http_headers({"User-Agent": "Mozilla/5.0 (Linux; Android 14) Mobile"})
        page.route("**/sandbox/wallet/**", wallet)
        enter(page, town)
        taps = 0
        for button in ("去缴费", re.compile("^微信支付"), "确认支付"):
            page.get_by_role("button", name=button).click()
            taps += 1
        expect(page.get_by_text("缴好了，谢谢您")).to_be_visible()
        assert taps == 3
        assert axe(page) == []
        assert fits(page)
        page.get_by_role("link", name="完成").click()
        expect(page.get_by_text("都缴清了")).to_be_visible()
    finally:
        sandbox.stop()


@pytest.mark.wide
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_the_phone_says_when_the_network_fails_half_way(town: Town, browser_page: OpenPage, axe: AxeRun, theme: str) -> None:
    """A page that does not open says that nothing has happened; a form under way, that it is not certain; a slow answer, that it
    is still awaited. With the network back, the way on leads home and nothing was done twice."""
    page = browser_page(320, theme=theme, workers="allow")
    enter(page, town)
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    page.context.set_offline(True)
    page.get_by_role("link", name="历年账单").click()
    expect(page.get_by_role("alert")).to_contain_text("钱没有动")
    assert fits(page)
    assert axe(page) == []
    page.context.set_offline(False)
    page.get_by_role("link", name="再试一次").click()
    expect(page.get_by_role("heading", name="历年账单")).to_be_visible()
    page.goto("/h5/")
    page.get_by_role("link", name="报修投诉").click()
    page.get_by_role("link", name="报修投诉").click()
    page.get_by_role("radio").first.check()
    page.get_by_role("textbox").first.fill("楼道灯不亮")
    page.context.set_offline(True)
    page.locator("form[data-once] button").click()
    expect(page.get_by_role("alert")).to_contain_text("不能确定")
    assert axe(page) == []
    page.context.set_offline(False)
    page.get_by_role("link", name="回到我的账单").click()
    expect(page.get_by_role("button", name="去缴费")).to_be_visible()
    assert not Ticket.objects.exists()
    for _again in range(2):
        page.get_by_role("link", name="报修投诉").click()
    page.get_by_role("radio").first.check()
    page.get_by_role("textbox").first.fill("楼道灯不亮")
    page.locator("form[data-once] button").click()
    expect(page.get_by_text("等待答复")).to_be_visible()
    assert Ticket.objects.count() == 1
