"""An owner inside WeChat: named without a tap, paid with three, and the service scored with one; on phone and desktop, light
and dark."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import AxeRun, OpenPage, SignIn
from tests.browser.test_portal import enter, fits, town
from tests.relations.owners import Town
from wuyefei.edges.sandbox.public import Sandbox, install, make
from wuyefei.foundation.access.models import User
from wuyefei.foundation.platform import clock
from wuyefei.relations.surveys.public import Answer, open_wave

__all__ = ["town"]
pytestmark = [pytest.mark.browser, pytest.mark.wide, pytest.mark.django_db(transaction=True)]
BRIDGE = Path(__file__).resolve().parents[2] / "src/wuyefei/edges/sandbox/static/sandbox/bridge.js"
AGENT = "Mozilla/5.0 (Linux; Android 14) Mobile MicroMessenger/8.0.50"


def simulate(page: Page, sandbox: Sandbox) -> None:
    """What the demo's own pages do for the counterpart: authorise, check what is handed over, and the wallet."""

    def authorize(route: Route) -> None:
        reply = sandbox.wechat.account.handle(f"/connect/oauth2/authorize?{urlsplit(route.request.url).query}&user=lu")
        route.fulfill(status=reply.status, headers=reply.headers)

    def handed(route: Route) -> None:
        params = {name: values[0] for name, values in parse_qs(urlsplit(route.request.url).query).items()}
        assert sandbox.wechat.handed_over(params) is not None
        route.fulfill(content_type="text/html; charset=utf-8", body=f'<form action="/sandbox/wallet/one"><input type="hidden" name="back" value="{params["back"]}"><button>确认支付</button></form>')

    def wallet(route: Route) -> None:
        (trade,) = sandbox.wechat.trades.values()
        sandbox.wechat.pay(trade.number, clock.now())
        back = parse_qs(urlsplit(route.request.url).query)["back"][0]
        route.fulfill(content_type="text/html; charset=utf-8", body=f'<meta http-equiv="refresh" content="0;url={back}">')

    page.route("**/sandbox/authorize**", authorize)
    page.route("**/sandbox/jsapi**", handed)
    page.route("**/sandbox/wallet/**", wallet)
    page.route("**/static/sandbox/bridge.js", lambda route: route.fulfill(content_type="text/javascript", body=BRIDGE.read_text("utf-8")))


def test_paid_inside_wechat_and_scored(
    town: Town, browser_page: OpenPage, sign_in: SignIn, axe: AxeRun, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = make()
    sandbox = Sandbox(keys, site_url=live_server.url).start()
    for name, value in (("WUYEFEI_DEMO", "1"), ("WUYEFEI_SANDBOX", sandbox.url), ("WUYEFEI_SITE", live_server.url)):
        monkeypatch.setenv(name, value)
    install(town.world.organisation.pk, keys)
    open_wave(town.world.community.pk, actor=town.world["manager"])
    try:
        page = browser_page(390, theme="dark")
        page.set_extra_http_headers({"User-Agent": AGENT})
        simulate(page, sandbox)
        enter(page, town)
        taps = 0
        for button in ("去缴费", re.compile("^微信支付"), "确认支付"):
            page.get_by_role("button", name=button).click()
            taps += 1
            if taps == 1:
                expect(page.get_by_text("openid")).to_be_visible()
                assert axe(page) == [] and fits(page)
        expect(page.get_by_text("缴好了，谢谢您")).to_be_visible()
        assert taps == 3
        page.get_by_role("link", name="完成").click()
        assert axe(page) == [] and fits(page)
        page.get_by_role("button", name="4 满意").click()
        expect(page.get_by_text("已经收到，谢谢您")).to_be_visible()
        assert axe(page) == [] and fits(page)
        assert Answer.objects.get().score == 4
        for width, theme in ((1366, "light"), (390, "light"), (1366, "dark")):
            desk = browser_page(width, theme=theme)
            sign_in(desk, User.objects.get(pk=town.world["manager"].user_id))
            for path in ("/surveys/", "/surveys/answers?view=all", "/briefing/"):
                desk.goto(path)
                assert axe(desk) == [] and fits(desk), (path, width, theme)
    finally:
        sandbox.stop()
