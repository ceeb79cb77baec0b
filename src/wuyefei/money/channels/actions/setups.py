"""Whose merchant account a community uses (product row D1). Secrets go into the vault and never come out on a page."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction

from wuyefei.foundation import environment
from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.foundation.platform import audit, clock, vault

from ..models import ChannelSetup, Order
from ..providers import keys
from ..providers.login import LoginOver
from ..providing import API_KEY_LENGTH, SandboxElsewhere, login_of, provider_of
from ..queries import get_setup
from ..rules import OrderState, Said

NO_SUCH = "WYTEST0000000000"
"""The number asked for by the connection test: no order ever has it."""


class SetupBusy(DomainError):
    code = "setup_busy"
    message = "还有 {count} 张待支付订单用着这个商户号，等它们支付或关闭后再换。"


@dataclass(frozen=True)
class SetupDraft:
    """What is entered. An empty secret keeps the one there is. ``site_url``: our own address, for the provider's notices."""

    channel: str
    mode: str
    app_id: str
    merchant_id: str
    site_url: str = ""
    serial: str = ""
    platform_serial: str = ""
    platform_key: str = ""
    merchant_key: str = ""
    api_key: str = ""
    app_secret: str = ""
    enabled: bool = True


@transaction.atomic
def save_setup(draft: SetupDraft, *, actor: Actor, community_id: int | None, setup_id: int | None = None) -> ChannelSetup:
    """Make or change a setup. Raises ``Invalid`` naming the field, ``SetupBusy``, ``SandboxElsewhere``."""
    if community_id is None:
        actor.require_wide(Permission.CHANNEL_SETUP)
    else:
        get_community(actor, community_id, Permission.CHANNEL_SETUP)
    row = _locked(setup_id, actor) if setup_id else _new(draft, actor, community_id)
    before = None if row.pk is None else _told(row)
    _check(draft)
    changed = (row.app_id, row.merchant_id, row.mode) != (draft.app_id, draft.merchant_id, draft.mode)
    busy = Order.objects.filter(setup=row, state=OrderState.CREATED).count() if row.pk and changed else 0
    if busy:
        raise SetupBusy(count=busy)
    kept = json.loads(vault.open_secret(bytes(row.secrets))) if row.pk else {}
    fresh = {name: value.strip() for name, value in (("merchant_key", draft.merchant_key), ("api_key", draft.api_key), ("app_secret", draft.app_secret)) if value.strip()}
    row.mode, row.app_id, row.merchant_id, row.site_url = draft.mode, draft.app_id, draft.merchant_id, draft.site_url.rstrip("/")
    row.facts = {
        "serial": draft.serial, "platform_serial": draft.platform_serial,
        "platform_key": draft.platform_key.strip() or row.facts.get("platform_key", ""),
    }  # fmt: skip
    row.secrets = vault.seal_secret(json.dumps(kept | fresh))
    row.enabled, row.changed_at, row.tested_at, row.test_result, row.test_passed = draft.enabled, clock.now(), None, "", False
    if draft.mode == ChannelSetup.Mode.LIVE:
        provider_of(row)  # raises for a key that is none, before anything is kept
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise DomainError("setup_exists", "这里已经设置过这种支付渠道，请直接修改。") from error
    audit.record(actor, "channel.setup", row, before=before, after=_told(row) | {"secrets_changed": sorted(fresh)})
    return row


def _locked(setup_id: int, actor: Actor) -> ChannelSetup:
    get_setup(actor, setup_id)
    return ChannelSetup.objects.select_for_update().get(pk=setup_id)


def _new(draft: SetupDraft, actor: Actor, community_id: int | None) -> ChannelSetup:
    return ChannelSetup(
        organisation_id=actor.organisation_id, community_id=community_id, channel=draft.channel, token=secrets.token_urlsafe(24)
    )


def _told(row: ChannelSetup) -> dict[str, object]:
    """What the trail says of a setup: never a secret."""
    return {"mode": row.mode, "app_id": row.app_id, "merchant_id": row.merchant_id, "site_url": row.site_url, "enabled": row.enabled}


def _check(draft: SetupDraft) -> None:
    if draft.channel not in ChannelSetup.Channel.values or draft.mode not in ChannelSetup.Mode.values:
        raise Invalid(field="支付渠道", reason="不认识")
    for value, field in ((draft.app_id, "应用号"), (draft.merchant_id, "商户号")):
        if not value or len(value) > 32 or not value.isascii() or not value.replace("_", "").replace("-", "").isalnum():
            raise Invalid(field=field, reason="应为字母和数字，最多 32 位")
    if draft.mode == ChannelSetup.Mode.SANDBOX:
        if not environment.demo_mode():
            raise SandboxElsewhere()
        return
    parts = urlsplit(draft.site_url)
    if parts.scheme != "https" or not parts.hostname or parts.path.strip("/") or len(draft.site_url) > 200:
        raise Invalid(field="本系统网址", reason="应为 https:// 开头的公网网址，支付渠道要能访问到")
    if draft.channel == ChannelSetup.Channel.WECHAT and not (draft.serial and draft.platform_serial):
        raise Invalid(field="证书序列号", reason="商户证书和平台公钥（证书）的序列号都要填")
    if draft.channel == ChannelSetup.Channel.WECHAT and draft.api_key and len(draft.api_key.strip()) != API_KEY_LENGTH:
        raise Invalid(field="APIv3 密钥", reason="应为 32 个字符")
    if draft.platform_key:
        keys.public_key(draft.platform_key)


def test_connection(setup_id: int, *, actor: Actor) -> ChannelSetup:
    """Ask the provider for an order that does not exist: only a right account and right keys get that answer, signed."""
    row = get_setup(actor, setup_id)
    try:
        report = provider_of(row).query(NO_SUCH)
    except DomainError as error:
        passed, result = False, error.text
    else:
        passed = report.said is Said.UNKNOWN
        result = "连接正常：商户号、密钥和平台公钥都对得上。" if passed else "渠道的回答出乎意料，请核对商户号。"
    if passed:
        passed, result = _test_login(row, result)
    row.tested_at, row.test_passed, row.test_result = clock.now(), passed, result[:200]
    with transaction.atomic():
        row.save(update_fields=["tested_at", "test_passed", "test_result"])
        audit.record(actor, "channel.test", row, after={"passed": passed, "result": result[:200]})
    return row


def _test_login(row: ChannelSetup, result: str) -> tuple[bool, str]:
    """Of an official account besides: a code that is none is refused as such only where account and secret are right."""
    login = login_of(row)
    if login is None:
        return True, result
    try:
        login.openid(NO_SUCH)
    except LoginOver:
        return True, "连接正常：商户号、密钥、平台公钥和公众号都对得上，业主可以在微信里直接支付。"
    except DomainError as error:
        return False, error.text
    return False, "渠道的回答出乎意料，请核对商户号。"
