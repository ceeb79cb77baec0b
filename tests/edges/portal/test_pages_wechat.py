"""Paying inside WeChat: asked once and silently who the session is, what is signed is what the counterpart checks, and
nothing that comes back wrong is believed."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import signing
from django.test import Client

from tests.edges.portal.test_pages_paying import fields, shop
from tests.money.channels.conftest import running, sandbox, sandbox_keys
from tests.money.channels.support import books_hold, deliver, pay
from tests.relations.owners import LU, SHEN, Town, phone, place
from wuyefei.edges.sandbox.public import Sandbox
from wuyefei.foundation.platform import clock, vault
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.money.billing.public import Receivable
from wuyefei.money.channels.public import Order
from wuyefei.relations.accounts.actions.wechat import forget_identities
from wuyefei.relations.accounts.models import Session, WechatIdentity

__all__ = ["running", "sandbox", "sandbox_keys", "shop"]
pytestmark = pytest.mark.django_db
WECHAT = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) Mobile MicroMessenger/8.0.50"}


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wuyefei.relations.accounts.rules.refuse_too_often", lambda *args: None)


def pay_path(town: Town) -> str:
    bill = Receivable.objects.get(property=town.world.flats["1-1-101"], service_from__month=2)
    return f"/h5/p/{place(town, LU, '1-1-101').token}/pay?bill={bill.pk}"


def leave(client: Client, path: str) -> str:
    """Where the confirmation sends a browser that WeChat has not named yet."""
    answer = client.get(path, headers=WECHAT)
    assert answer.status_code == 200
    way = str(answer.headers["Refresh"]).removeprefix("0;url=")
    assert way.startswith("/sandbox/authorize?") and way.endswith("#wechat_redirect")
    return way


def back_from(sandbox: Sandbox, way: str, user: str = "lu") -> str:
    """WeChat sends the browser back; the address it opens then."""
    query = urlsplit(way).query
    answer = sandbox.wechat.account.handle(f"/connect/oauth2/authorize?{query}&user={user}")
    assert answer.status == 302
    return answer.headers["Location"].removeprefix("http://testserver")


def named(client: Client, sandbox: Sandbox, path: str) -> None:
    answer = client.get(back_from(sandbox, leave(client, path)), headers=WECHAT)
    assert (answer.status_code, answer.headers["Location"]) == (302, path)


def start(client: Client, path: str) -> str:
    """Confirm; the page that hands the order to WeChat's script."""
    sent = fields(client.get(path, headers=WECHAT).content.decode())
    answer = client.post(urlsplit(path).path, {**sent, "channel": "wechat"}, headers=WECHAT)
    assert answer.status_code == 200, answer.content.decode()[-500:]
    return answer.content.decode()


def handed(page: str) -> dict[str, str]:
    found = re.search(r'data-wechat="([^"]+)"', page)
    assert found is not None
    params: dict[str, str] = json.loads(html.unescape(found[1]))
    return params


def test_named_once_and_paid_inside_wechat(shop: Town, sandbox: Sandbox) -> None:
    """The bill of 250.63: no tap is added; only Tencent's wallet is offered; the receipt is the next page."""
    client, path = phone(shop, LU), pay_path(shop)
    named(client, sandbox, path)
    confirm = client.get(path, headers=WECHAT)
    assert "Refresh" not in confirm.headers
    assert "openid" in confirm.content.decode() and "支付宝" not in confirm.content.decode()
    page = start(client, path)
    order = Order.objects.get()
    assert (order.entry_point, order.way_kind, order.amount_fen) == ("in_app", "jsapi", 25063)
    trade = sandbox.wechat.handed_over(handed(page))
    assert trade is not None and trade.number == order.number
    assert sandbox.wechat.handed_over({**handed(page), "package": "prepay_id=wxother"}) is None
    waiting = client.get(order.return_url.removeprefix("http://testserver")).content.decode()
    assert "还没付，回到钱包" in waiting
    again = client.post(urlsplit(path).path, fields(waiting) | {"channel": "wechat"}, headers=WECHAT).content.decode()
    assert handed(again) == handed(page) and Order.objects.count() == 1
    pay(sandbox, order)
    assert deliver(sandbox, order) == 200
    text = client.get(order.return_url.removeprefix("http://testserver")).content.decode()
    assert "缴好了，谢谢您" in text and "贰佰伍拾元陆角叁分" in text
    books_hold(shop.world)


def test_what_is_kept_is_sealed_and_goes_with_the_session(shop: Town, sandbox: Sandbox) -> None:
    client = phone(shop, LU)
    named(client, sandbox, pay_path(shop))
    row, openid = WechatIdentity.objects.get(), sandbox.wechat.account.openid_of("lu")
    assert openid.encode() not in bytes(row.openid_locked) and vault.open_secret(bytes(row.openid_locked)) == openid
    (told,) = AuditEntry.objects.filter(action="account.wechat")
    assert told.after == {"app_id": "sandbox-app-0001", "purpose": "pay"} and openid not in str(told.after)
    assert "只用于在微信里支付" in client.get("/h5/me").content.decode()
    forget = client.post("/h5/wechat/forget", {"next": "https://evil.example/"})
    assert (forget.headers["Location"], WechatIdentity.objects.count()) == ("/h5/", 0)
    named(client, sandbox, pay_path(shop))
    client.post("/h5/sign-out")
    assert not WechatIdentity.objects.exists()
    other = phone(shop, LU)
    named(other, sandbox, pay_path(shop))
    Session.objects.filter(ended_at__isnull=True).update(seen_at=clock.now() - dt.timedelta(days=15))
    assert forget_identities() == 1


def spoiled(client: Client, sandbox: Sandbox, what: str, back: str) -> str:
    """What comes back, made wrong in one way."""
    if what == "state":
        return re.sub(r"state=\w+", "state=0", back)
    if what == "no_state":
        return re.sub(r"&state=\w+", "", back)
    if what == "no_cookie":
        del client.cookies["wy_wechat"]
    elif what == "used":
        code = parse_qs(urlsplit(back).query)["code"][0]
        asked = {"appid": "sandbox-app-0001", "secret": sandbox.wechat.account.secret, "code": code, "grant_type": "authorization_code"}
        assert sandbox.wechat.account._judged(asked)[0] == 0
    elif what == "forged":
        kept = signing.loads(client.cookies["wy_wechat"].value, salt="portal.wechat")
        client.cookies["wy_wechat"] = signing.dumps({**kept, "next": "https://evil.example/"}, key="another", salt="portal.wechat")
    elif what == "late":
        sandbox.wechat.clock = lambda: clock.now() + dt.timedelta(minutes=6)
    return back


def test_what_comes_back_wrong_is_not_believed(shop: Town, sandbox: Sandbox) -> None:
    client, other, path = phone(shop, LU), phone(shop, SHEN), pay_path(shop)
    for what in ("state", "no_state", "no_cookie", "used", "forged", "other_session", "late"):
        back = spoiled(client, sandbox, what, back_from(sandbox, leave(client, path)))
        who = other if what == "other_session" else client
        if who is other:
            other.cookies["wy_wechat"] = client.cookies["wy_wechat"].value
        answer = who.get(back, headers=WECHAT)
        text = answer.content.decode()
        assert answer.status_code == 409 and "钱没有动" in text and "再试一次" in text and "evil.example" not in text, what
        assert answer.cookies["wy_wechat"]["max-age"] == 0, what
        assert not WechatIdentity.objects.exists(), what


def test_what_wechat_refuses_is_said_plainly(shop: Town, sandbox: Sandbox) -> None:
    client, path = phone(shop, LU), pay_path(shop)
    for error, words in ((40125, "公众号的设置不对"), (40029, "请再试一次"), (-1, "微信 -1"), (500, "微信应答 500")):
        back = back_from(sandbox, leave(client, path))
        sandbox.wechat.account.error, sandbox.wechat.faults.status = (0, 500) if error == 500 else (error, 0)
        try:
            answer = client.get(back, headers=WECHAT)
        finally:
            sandbox.wechat.account.error = sandbox.wechat.faults.status = 0
        assert answer.status_code == 409 and words in answer.content.decode()
        assert not WechatIdentity.objects.exists()
    named(client, sandbox, path)


def test_where_the_account_is_not_set_up_the_page_says_how_to_go_on(shop: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wuyefei.edges.portal.pages.paying.login_for", lambda community_id: None)
    answer = phone(shop, LU).get(pay_path(shop), headers=WECHAT)
    assert "Refresh" not in answer.headers and "在浏览器打开" in answer.content.decode()
