"""From a setup to its provider's client."""

from __future__ import annotations

import json

from django.urls import reverse

from wuyefei.foundation import environment
from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.foundation.platform import vault

from .models import ChannelSetup
from .providers import alipay, keys, login, wechat
from .providers.base import Provider
from .queries import setups_of

API_KEY_LENGTH = 32
SANDBOX_AUTHORIZE = "/sandbox/authorize"
SANDBOX_PAGE = "/sandbox/gateway.do"
"""Where the sandbox's wallet takes over from Alipay's: on our own address, so that the browser needs no other."""


class SandboxElsewhere(DomainError):
    code = "sandbox_outside_demo"
    message = "沙箱渠道只能在演示模式使用，不能收真实的钱。"


def provider_of(setup: ChannelSetup) -> Provider:
    """The client of a setup. Raises ``Invalid`` for a key that is none, ``SandboxElsewhere`` outside demo mode."""
    base_url = ""
    if setup.mode == ChannelSetup.Mode.SANDBOX:
        base_url = environment.sandbox_url()
        if not base_url:
            raise SandboxElsewhere()
    secrets = json.loads(vault.open_secret(bytes(setup.secrets)))
    if setup.channel == ChannelSetup.Channel.WECHAT:
        return _wechat(setup, secrets, base_url)
    return alipay.Alipay(
        setup.app_id, setup.merchant_id, keys.private_key(secrets.get("merchant_key", ""), "应用私钥"),
        keys.public_key(setup.facts.get("platform_key", ""), "支付宝公钥"),
        f"{base_url}/gateway.do" if base_url else alipay.LIVE, SANDBOX_PAGE if base_url else alipay.LIVE,
    )  # fmt: skip


def _wechat(setup: ChannelSetup, secrets: dict[str, str], base_url: str) -> wechat.WeChatPay:
    api_key = secrets.get("api_key", "").encode()
    if len(api_key) != API_KEY_LENGTH:
        raise Invalid(field="APIv3 密钥", reason="应为 32 个字符")
    platform = keys.public_key(setup.facts.get("platform_key", ""))
    return wechat.WeChatPay(
        setup.app_id, setup.merchant_id, setup.facts.get("serial", ""), keys.private_key(secrets.get("merchant_key", "")), api_key,
        {setup.facts.get("platform_serial", ""): platform}, base_url or wechat.LIVE,
    )  # fmt: skip


def notify_url(setup: ChannelSetup) -> str:
    """Where the provider sends its notices of this setup."""
    site = environment.site_url() if setup.mode == ChannelSetup.Mode.SANDBOX else setup.site_url
    return site.rstrip("/") + reverse("channels:notify", args=[setup.token])


def login_of(setup: ChannelSetup) -> login.WeChatLogin | None:
    """The official account of a setup of WeChat Pay; None where its AppSecret is not filled in, and for Alipay."""
    secret = json.loads(vault.open_secret(bytes(setup.secrets))).get("app_secret", "")
    if setup.channel != ChannelSetup.Channel.WECHAT or not secret:
        return None
    if setup.mode != ChannelSetup.Mode.SANDBOX:
        return login.WeChatLogin(setup.app_id, secret, setup.site_url)
    if not environment.sandbox_url():
        raise SandboxElsewhere()
    return login.WeChatLogin(setup.app_id, secret, environment.site_url(), SANDBOX_AUTHORIZE, environment.sandbox_url())


def login_for(community_id: int) -> login.WeChatLogin | None:
    """The official account through which payers of a community pay inside WeChat, if there is one."""
    setup = setups_of(community_id).get(ChannelSetup.Channel.WECHAT)
    return login_of(setup) if setup is not None else None
