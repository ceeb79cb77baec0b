"""The clients of the carriers against counterparts that check, bounce, throttle and break."""

from __future__ import annotations

import json

import pytest
from django.core.cache import cache

from wuyefei.relations.notices.channels import aliyun, push
from wuyefei.relations.notices.channels.aliyun import AliyunSms
from wuyefei.relations.notices.channels.base import (
    Misconfigured,
    Parcel,
    Refused,
    Throttled,
    Unclear,
    check_host,
)
from wuyefei.relations.notices.channels.mail import Smtp
from wuyefei.relations.notices.channels.push import Webhook
from wuyefei.relations.notices.channels.sms import TencentSms, signature
from wuyefei.relations.notices.channels.wechat import WechatAccount, WechatMini
from wuyefei.relations.notices.sandbox import OnlyInDemo, Sandbox


def senders(box: Sandbox) -> dict[str, tuple[object, str]]:
    return {
        "sms": (TencentSms(box.secret_id, box.secret_key, "1400", "桂语物业", endpoint=box.url), "19900000001"),
        "aliyun": (AliyunSms(box.secret_id, box.secret_key, "桂语物业", box.url), "19900000002"),
        "wechat": (WechatAccount(box.app_id, box.secret, endpoint=box.url), "oDemo-0001"),
        "app": (Webhook(f"{box.url}/push", box.secret), "device-0001"),
        "email": (Smtp("127.0.0.1", box.mail_port, "", "", "bill@example.com", "桂语物业"), "yi@example.com"),
    }  # fmt: skip


def parcel(to: str) -> Parcel:
    return Parcel("key-1", to, "账单", "正文 𠮷", ["陆小满", "250.00"], {"thing1": "物业费"}, "1001")


@pytest.mark.parametrize("channel", ["sms", "aliyun", "wechat", "app", "email"])
def test_moods_of_a_carrier(sandbox: Sandbox, channel: str) -> None:
    sender, to = senders(sandbox)[channel]
    assert sender.send(parcel(to))  # type: ignore[attr-defined]
    assert [(got.channel, got.to, got.key) for got in sandbox.got] == [("sms" if channel == "aliyun" else channel, to, "key-1")]
    refuse = Throttled if channel == "email" else Misconfigured
    for mood, error, kept in (("bounce", Refused, 1), ("throttle", Throttled, 1), ("lose", Unclear, 1), ("drop", Unclear, 2), ("refuse", refuse, 2)):
        sandbox.mood[to] = mood
        with pytest.raises(error):
            sender.send(parcel(to))  # type: ignore[attr-defined]
        assert len(sandbox.got) == kept, mood


def test_a_subscription_message_of_a_mini_program(sandbox: Sandbox) -> None:
    """The same client and token as the official account; who has not agreed to a message is refused it."""
    sender = WechatMini(sandbox.app_id, sandbox.secret, "pages/bill", sandbox.url)
    assert sender.send(parcel("oMini-0001")) == "7001"
    (got,) = sandbox.got
    assert got.body == {"touser": "oMini-0001", "template_id": "1001", "data": {"thing1": {"value": "物业费"}}, "lang": "zh_CN", "page": "pages/bill"}
    sandbox.valid.clear()
    assert sender.send(parcel("oMini-0001")) == "7002" and sandbox.tokens == 2
    for mood, error, kept in (("bounce", Refused, 2), ("throttle", Throttled, 2), ("lose", Unclear, 2), ("drop", Unclear, 3), ("refuse", Misconfigured, 3)):
        sandbox.mood["*"] = mood
        with pytest.raises(error):
            sender.send(parcel("oMini-0001"))
        assert len(sandbox.got) == kept, mood


def test_the_signature_of_the_published_example() -> None:
    """A fixed request gives a fixed signature, and a byte more another."""
    fixed = signature("secret", "sms.tencentcloudapi.com", b"{}", 1_700_000_000)
    assert len(fixed) == 64 and fixed != signature("secret", "sms.tencentcloudapi.com", b"{ }", 1_700_000_000)
    assert fixed != signature("secret", "sms.tencentcloudapi.com", b"{}", 1_700_086_400)


def test_the_signature_that_alibaba_cloud_publishes() -> None:
    """The fixed example of its description of the third signature (help.aliyun.com, V3 版本请求体&签名机制)."""
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com", "x-acs-action": "RunInstances", "x-acs-content-sha256": aliyun.EMPTY,
        "x-acs-date": "2023-10-26T10:22:32Z", "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d", "x-acs-version": "2014-05-26",
    }  # fmt: skip
    query = aliyun.query_of({"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"})
    assert aliyun.signature("YourAccessKeySecret", query, headers) == "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"


def test_alibaba_cloud_gets_named_values_and_no_request_twice(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values are p1, p2 in the order of our text, rare characters and all; the counterpart takes a nonce once."""
    sender = AliyunSms(sandbox.secret_id, sandbox.secret_key, "桂语物业", sandbox.url)
    assert sender.send(Parcel("key-2", "19900000002", "", "", ["陆小满𠮷 &=~*", "250.00"], template="SMS_1001")) == "80001^0"
    (got,) = sandbox.got
    assert (got.body["TemplateCode"], got.body["SignName"]) == ("SMS_1001", "桂语物业")
    assert json.loads(got.body["TemplateParam"]) == {"p1": "陆小满𠮷 &=~*", "p2": "250.00"}
    monkeypatch.setattr(aliyun.secrets, "token_hex", lambda _size: "again")
    sender.send(parcel("19900000002"))
    with pytest.raises(Refused):
        sender.send(parcel("19900000002"))
    assert len(sandbox.got) == 2


def test_a_wrong_secret_is_a_setting(sandbox: Sandbox) -> None:
    with pytest.raises(Misconfigured):
        TencentSms(sandbox.secret_id, "wrong", "1400", "桂语物业", endpoint=sandbox.url).send(parcel("19900000001"))
    with pytest.raises(Misconfigured):
        AliyunSms(sandbox.secret_id, "wrong", "桂语物业", sandbox.url).send(parcel("19900000001"))
    with pytest.raises(Misconfigured):
        WechatAccount(sandbox.app_id, "wrong", endpoint=sandbox.url).send(parcel("oDemo"))
    with pytest.raises(Misconfigured):
        Webhook(f"{sandbox.url}/push", "wrong").send(parcel("device-1"))
    assert sandbox.got == []


def test_the_token_is_kept_and_renewed_once(sandbox: Sandbox) -> None:
    account = WechatAccount(sandbox.app_id, sandbox.secret, endpoint=sandbox.url)
    for _ in range(3):
        account.send(parcel("oDemo-0001"))
    assert sandbox.tokens == 1
    sandbox.valid.clear()
    assert account.send(parcel("oDemo-0001")) and sandbox.tokens == 2
    cache.clear()
    account.send(parcel("oDemo-0001"))
    assert sandbox.tokens == 3


def test_the_days_quota_waits_an_hour(sandbox: Sandbox) -> None:
    sandbox.mood["*"] = "throttle"
    with pytest.raises(Throttled) as caught:
        WechatAccount(sandbox.app_id, sandbox.secret, endpoint=sandbox.url).send(parcel("oDemo-0001"))
    assert caught.value.seconds == 3600


def test_a_value_adds_no_header(sandbox: Sandbox) -> None:
    sender = Smtp("127.0.0.1", sandbox.mail_port, "", "", "bill@example.com")
    sender.send(Parcel("k", "yi@example.com", "账单\r\nBcc: all@example.com", "x"))
    assert "\nBcc:" not in sandbox.got[0].body["text"]
    with pytest.raises(Refused):
        sender.send(Parcel("k", "yi@example.com\r\nRCPT TO:<x@y.cn>", "账单", "x"))


def test_outside_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WUYEFEI_DEMO", raising=False)
    with pytest.raises(OnlyInDemo):
        Sandbox()
    for url in ("http://127.0.0.1:9", "https://127.0.0.1", "https://10.0.0.8", "https://[::1]/", "http://example.com", "file:///etc/passwd"):
        with pytest.raises(Misconfigured):
            check_host(url)


def test_a_signed_call_is_of_now() -> None:
    from wuyefei.foundation.platform import clock

    moment = int(clock.now().timestamp())
    good = push.sign("s", b"{}", moment)
    assert push.genuine("s", b"{}", good)
    for header in (push.sign("s", b"{}", moment - 400), push.sign("x", b"{}", moment), good + "0", "", "t=,v1=", "t=9,v1=abc"):
        assert not push.genuine("s", b"{}", header)
    assert not push.genuine("s", b"{ }", good) and not push.genuine("", b"{}", push.sign("", b"{}", moment))
