"""The mock wallet: a payer confirms, comes back, and the counterpart sends its notice over the wire."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, override_settings

from tests.money.channels.conftest import built, running, sandbox, sandbox_keys, world  # noqa: F401
from tests.money.channels.support import begin, deliver, side_of
from tests.world import World
from wuyefei.edges import sandbox as room
from wuyefei.edges.sandbox.apps import SandboxConfig
from wuyefei.edges.sandbox.public import Sandbox, keep
from wuyefei.money.channels.public import get_order


@pytest.fixture
def demo(sandbox: Sandbox) -> Iterator[Sandbox]:  # noqa: F811
    templates = [{**settings.TEMPLATES[0], "DIRS": [Path(room.__file__ or "").parent / "templates"]}]
    with override_settings(TEMPLATES=templates, ROOT_URLCONF="tests.edges.sandbox.urls"):
        yield sandbox


@pytest.mark.parametrize("channel", ["wechat", "alipay"])
def test_a_payer_confirms_and_comes_back(world: World, demo: Sandbox, channel: str, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    sent: list[str] = []
    monkeypatch.setattr(demo, "notify", lambda side, trade: sent.append(trade.number))
    order, client = begin(world, channel), Client()
    page = client.get(order.pay_url, follow=True)
    text = page.content.decode()
    assert "确认支付" in text and "模拟钱包" in text and order.number in text and re.search(r"253<span class=\"f\">\.75", text)
    wallet = page.redirect_chain[-1][0] if page.redirect_chain else order.pay_url
    done = client.post(wallet)
    assert done.headers["Location"] == "http://testserver/back" and sent == [order.number]
    assert deliver(demo, order) == 200 and get_order(order.token).state == "paid"
    assert "已支付" in client.get(wallet).content.decode()
    elsewhere = client.get(f"{wallet.partition('?')[0]}?redirect_url=https://evil.example/").content.decode()
    assert "evil.example" not in elsewhere


def test_half_or_closed(world: World, demo: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(demo, "notify", lambda side, trade: None)
    order, client = begin(world), Client()
    client.post(order.pay_url, {"how": "half"})
    assert side_of(demo, "wechat").trades[order.number].amount_fen == 12687
    other = begin(world, key="key-0002")
    side_of(demo, "wechat").trades[other.number].state = "closed"
    assert "已关闭或过期" in client.post(other.pay_url).content.decode()
    assert client.get("/sandbox/wallet/nothing").status_code == 404
    assert client.get("/sandbox/gateway.do?app_id=sandbox-app-0001&method=alipay.trade.wap.pay").status_code == 409


def test_outside_the_demo_it_does_not_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WUYEFEI_DEMO", raising=False)
    assert not apps.is_installed("wuyefei.edges.sandbox")
    assert Client().get("/sandbox/wallet/x").status_code in (302, 404)
    with pytest.raises(ImproperlyConfigured):
        SandboxConfig.create("wuyefei.edges.sandbox").ready()


def test_keys_trades_and_papers_outlive_a_restart(tmp_path) -> None:  # type: ignore[no-untyped-def]
    keys = keep(tmp_path)
    assert keep(tmp_path) == keys and (tmp_path / "sandbox-keys.json").stat().st_mode & 0o077 == 0
    from wuyefei.edges.sandbox.invoicing import Document
    from wuyefei.edges.sandbox.public import Trade

    first = Sandbox(keys)
    trade = first.wechat.open(Trade("wechat", "N1", 100, "物业费", "", "", ""))
    paper = first.invoices.documents["R1"] = Document("R1", "blue", "陆小满", "1.00", "0.06")
    first.keep_in(tmp_path)
    first.server.server_close()
    again = Sandbox(keys, folder=tmp_path)
    assert again.wechat.trades["N1"] == trade and again.invoices.documents["R1"] == paper
    again.server.server_close()
