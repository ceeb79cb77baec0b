"""A channel's settings made into the carrier that does the sending. Rooms and tests may register further kinds."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from wuyefei.foundation import environment
from wuyefei.foundation.platform import vault

from .channels.aliyun import ENDPOINT as ALIYUN_ENDPOINT
from .channels.aliyun import AliyunSms
from .channels.base import Carrier as Sender
from .channels.mail import Smtp
from .channels.push import Webhook
from .channels.sms import ENDPOINT as SMS_ENDPOINT
from .channels.sms import TencentSms
from .channels.wechat import ENDPOINT as WECHAT_ENDPOINT
from .channels.wechat import WechatAccount, WechatMini
from .models import Carrier

SECRETS: dict[str, tuple[str, ...]] = {
    "tencent": ("secret_key",), "aliyun": ("access_secret",), "smtp": ("password",), "wechat": ("secret", "token"), "mini": ("secret", "token"),
    "webhook": ("secret",), "paper": (),
}  # fmt: skip
OPEN: dict[str, tuple[str, ...]] = {
    "tencent": ("secret_id", "app_id", "sign", "region", "endpoint"), "aliyun": ("access_id", "sign", "endpoint"), "smtp": ("host", "port", "user", "sender", "name"),
    "wechat": ("app_id", "url", "endpoint"), "mini": ("app_id", "page", "endpoint"), "webhook": ("url",), "paper": ("return_address",),
}  # fmt: skip
"""The settings of each kind; secrets are locked and never shown again."""
KINDS_OF: dict[str, tuple[str, ...]] = {
    "sms": ("tencent", "aliyun"), "email": ("smtp",), "wechat": ("wechat",), "mini": ("mini",), "app": ("webhook",), "letter": ("paper",),
}  # fmt: skip
"""The services that a channel may go by, the usual one first."""


def secrets_of(row: Carrier) -> dict[str, str]:
    """The locked settings in clear."""
    if row.sealed is None:
        return {}
    found: dict[str, str] = json.loads(vault.open_secret(bytes(row.sealed)))
    return found


SANDBOX = "sandbox:"
"""In place of a service's address or host: the counterpart on this machine, which starts in demo mode alone."""


def _at_home(values: dict[str, Any]) -> dict[str, Any]:
    """Settings that name the sandbox, led to where it listens."""
    names = [name for name in ("endpoint", "url", "host") if str(values.get(name, "")).startswith(SANDBOX)]
    if not names:
        return values
    from .sandbox import shared

    box = shared()
    found = {"endpoint": box.url, "url": f"{box.url}/push", "host": "127.0.0.1"}
    keys = {
        "secret_id": box.secret_id, "secret_key": box.secret_key, "secret": box.secret, "access_id": box.secret_id,
        "access_secret": box.secret_key,
    }  # fmt: skip
    more = {"port": box.mail_port} if "host" in names else {}
    return {**values, **{name: found[name] for name in names}, **{name: keys[name] for name in keys if name in values}, **more}


def _sms(values: dict[str, Any]) -> Sender:
    return TencentSms(
        values["secret_id"], values["secret_key"], values["app_id"], values["sign"], values.get("region") or "ap-guangzhou",
        values.get("endpoint") or SMS_ENDPOINT,
    )  # fmt: skip


def _aliyun(values: dict[str, Any]) -> Sender:
    return AliyunSms(values["access_id"], values["access_secret"], values["sign"], values.get("endpoint") or ALIYUN_ENDPOINT)


def _mail(values: dict[str, Any]) -> Sender:
    return Smtp(values["host"], int(values["port"]), values.get("user", ""), values.get("password", ""), values["sender"], values.get("name", ""))


def _wechat(values: dict[str, Any]) -> Sender:
    return WechatAccount(values["app_id"], values["secret"], values.get("url") or environment.owners_url("wechat"), values.get("endpoint") or WECHAT_ENDPOINT)


def _mini(values: dict[str, Any]) -> Sender:
    return WechatMini(values["app_id"], values["secret"], values.get("page", ""), values.get("endpoint") or WECHAT_ENDPOINT)


def _push(values: dict[str, Any]) -> Sender:
    return Webhook(values["url"], values["secret"])


_makers: dict[str, Callable[[dict[str, Any]], Sender]] = {
    "tencent": _sms, "aliyun": _aliyun, "smtp": _mail, "wechat": _wechat, "mini": _mini, "webhook": _push,
}  # fmt: skip


def sender_of(row: Carrier) -> Sender:
    """The carrier that these settings describe. Raises ``KeyError`` for a kind that sends nothing by itself (paper)."""
    return _makers[row.kind](_at_home({**row.settings, **secrets_of(row)}))
