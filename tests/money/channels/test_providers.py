"""The clients against their counterparts: ways, bills, keys, addresses, and what is refused."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest

from tests.world import World
from wuyefei.edges.sandbox.public import Keyring, Sandbox
from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.money.channels.models import ChannelSetup
from wuyefei.money.channels.providers import http, keys
from wuyefei.money.channels.providers.alipay import fen_of, yuan_of
from wuyefei.money.channels.providers.base import Forged, ProviderError, ProviderRefused
from wuyefei.money.channels.providing import SandboxElsewhere, provider_of
from wuyefei.money.channels.public import channels_for

from .support import NOON, begin, deliver, pay


@pytest.mark.parametrize(
    ("channel", "entry_point", "kind"),
    [("wechat", "phone", "redirect"), ("wechat", "desktop", "qr"), ("wechat", "qr", "qr"), ("wechat", "in_app", "jsapi"),
     ("alipay", "phone", "redirect"), ("alipay", "desktop", "redirect"), ("alipay", "qr", "qr")],
)  # fmt: skip
def test_every_way_to_the_wallet(world: World, sandbox: Sandbox, channel: str, entry_point: str, kind: str) -> None:
    order = begin(world, channel, entry_point=entry_point, openid=sandbox.wechat.account.openid_of("one"))
    assert order.way_kind == kind
    if kind == "jsapi":
        assert set(order.script_params) == {"appId", "timeStamp", "nonceStr", "package", "signType", "paySign"}
    else:
        assert order.pay_url


def test_inside_wechat_needs_an_openid(world: World) -> None:
    with pytest.raises(ProviderRefused, match="openid"):
        begin(world, entry_point="in_app")


def test_a_days_bill_is_what_was_paid(world: World, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for channel in ("wechat", "alipay"):
        order = begin(world, channel, f"bill-{channel}", code="1-1-101" if channel == "wechat" else "1-1-102")
        pay(sandbox, order)
        deliver(sandbox, order)
        text = provider_of(order.setup).bill(NOON.date())
        if channel == "alipay":
            with zipfile.ZipFile(io.BytesIO(text)) as packed:
                text = packed.read(packed.namelist()[0]).decode("gbk").encode()
        assert order.number in text.decode() and order.transaction_id in text.decode()
        assert yuan_of(order.amount_fen) in text.decode()
    monkeypatch.setattr(sandbox.wechat, "bill_text", lambda day: hashlib.sha256(sandbox_noise()).digest())
    with pytest.raises(ProviderError):
        provider_of(ChannelSetup.objects.get(channel="wechat")).bill(NOON.date())


def sandbox_noise(count: list[int] = [0]) -> bytes:  # noqa: B006
    """Other bytes each time: the file is not the one that the digest was made of."""
    count[0] += 1
    return bytes(count)


@pytest.mark.parametrize("text", ["0", "-1.00", "1.005", "一百", "NaN", "1e20", "", None])
def test_what_is_no_amount(text: object) -> None:
    with pytest.raises(Forged):
        fen_of(text)


def test_amounts_of_text() -> None:
    assert [fen_of(text) for text in ("253.75", "0.01", "88", "1.50", "1.5")] == [25375, 1, 8800, 150, 150]
    assert yuan_of(25375) == "253.75" and yuan_of(5) == "0.05"


def test_keys_in_every_form(sandbox_keys: Keyring) -> None:
    bare = "".join(line for line in sandbox_keys.merchant_private.splitlines() if not line.startswith("-----"))
    signature = keys.sign(keys.private_key(bare), b"words")
    public = "".join(line for line in sandbox_keys.merchant_public.splitlines() if not line.startswith("-----"))
    assert keys.signed_by(keys.public_key(public), b"words", signature)
    assert not keys.signed_by(keys.public_key(public), b"word", signature)
    assert not keys.signed_by(keys.public_key(public), b"words", "不是签名")
    for wrong in ("", "abc", sandbox_keys.merchant_public):
        with pytest.raises(Invalid):
            keys.private_key(wrong)
    with pytest.raises(Invalid):
        keys.public_key("-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----")


@pytest.mark.parametrize("url", ["https://127.0.0.1/x", "https://10.0.0.8/x", "https://localhost/x", "https://[::1]/x", "https://169.254.169.254/", "http://example.com/", "ftp://example.com/", "https:///x"])
def test_private_addresses_are_refused_outside_the_demo(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WUYEFEI_DEMO", raising=False)
    with pytest.raises(ProviderError, match="内部网络|HTTPS|解析"):
        http.send("GET", url, {})


def test_a_sandbox_is_nothing_outside_the_demo(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    order = begin(world)
    monkeypatch.delenv("WUYEFEI_DEMO")
    assert channels_for(world.community.pk) == []
    with pytest.raises(SandboxElsewhere):
        provider_of(order.setup)
    with pytest.raises(DomainError, match="还没有开通"):
        begin(world, key="key-0002")
    assert deliver_refused(order) == 400


def deliver_refused(order: object) -> int:
    from .support import post

    return post(order.setup.token, {"Content-Type": "application/json"}, b"{}")  # type: ignore[attr-defined]


def test_a_slow_provider_is_not_waited_for(world: World, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", 0.2)
    sandbox.wechat.faults.slow_seconds = 0.5
    with pytest.raises(ProviderError, match="超时"):
        begin(world)
    sandbox.wechat.faults.slow_seconds = 0
    assert begin(world).pay_url, "the same request tries again, under the same number"
    assert len(sandbox.wechat.trades) == 1
