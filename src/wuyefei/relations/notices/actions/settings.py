"""Carriers, addresses of people, and how early a contract's bills are announced."""

from __future__ import annotations

import json
import re
import secrets

from django.db import transaction

from wuyefei.estate.contracts.public import get_contract
from wuyefei.estate.people.public import Person, people
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound, Phrase
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock, vault

from ..carriers import KINDS_OF, OPEN, SECRETS, secrets_of
from ..models import Address, Carrier, Lead, Manner
from ..queries import lead_days, manner_of
from ..rules.ladder import LEAD_LEAST, LEAD_MOST

NEEDED = {
    "tencent": ("secret_id", "app_id", "sign", "secret_key"), "aliyun": ("access_id", "sign", "access_secret"), "smtp": ("host", "port", "sender"), "wechat": ("app_id", "secret", "token"), "mini": ("app_id", "secret", "token"),
    "webhook": ("url", "secret"), "paper": ("return_address",),
}  # fmt: skip
ADDRESSED = ("email", "wechat", "mini", "app")
"""Channels whose addresses are kept here."""
_EMAIL = re.compile(r"[^\s@,;:<>\"()\[\]\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z]{2,}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{6,80}")


@transaction.atomic
def save_carrier(
    channel: str, values: dict[str, str], *, enabled: bool, per_second: int = 20, kind: str = "", actor: Actor
) -> Carrier:
    """Keep a channel's settings with one of its services, the usual one unless ``kind`` says another; blank secrets keep
    the ones held. Raises ``Invalid`` for what is missing."""
    actor.require_wide(Permission.ADMIN)
    if channel not in KINDS_OF:
        raise Invalid(field="方式", reason="请选一项")
    kind = kind or KINDS_OF[channel][0]
    if kind not in KINDS_OF[channel]:
        raise Invalid(field="服务商", reason="请选一项")
    row = Carrier.objects.select_for_update().filter(organisation_id=actor.organisation_id, channel=channel).first()
    row = row or Carrier(organisation_id=actor.organisation_id, channel=channel, hook=secrets.token_urlsafe(32))
    held = secrets_of(row) if row.kind == kind else {}
    row.kind = kind
    row.settings = {name: limited(values.get(name, ""), name, 200) for name in OPEN[kind] if values.get(name)}
    held |= {name: values[name] for name in SECRETS[kind] if values.get(name)}
    missing = [name for name in NEEDED[kind] if not {**row.settings, **held}.get(name)]
    if enabled and missing:
        raise Invalid(field=missing[0], reason="不能为空")
    if kind == "smtp" and not row.settings.get("port", "25").isdigit():
        raise Invalid(field="port", reason="应为数字")
    if not 1 <= per_second <= 1000:
        raise Invalid(field="每秒条数", reason="应为 1 到 1000")
    row.sealed = vault.seal_secret(json.dumps(held)) if held else None
    row.enabled, row.per_second = enabled, per_second
    row.save()
    audit.record(actor, "notice.carrier", row, after={"channel": channel, "enabled": enabled, **row.settings})
    return row


@transaction.atomic
def set_address(person_id: int, channel: str, value: str, *, actor: Actor) -> Address:
    """Where a person is reached on a channel, locked under their key; blank takes it away."""
    person = people(actor).select_for_update(no_key=True).filter(pk=person_id).first()
    if person is None:
        raise NotFound()
    actor.require(Permission.ESTATE_EDIT, person.community_id)
    clean = _clean(channel, value)
    if person.erased_at is not None:
        raise DomainError("erased_person", "个人信息已删除，不能再登记。")
    if person.key_id is None:
        raise DomainError("no_key", "这个人还没有个人信息密钥，请先在人员页保存一次资料。")
    locked = vault.lock(vault.subject_key(person.key_id), clean) if clean else None
    row, _made = Address.objects.update_or_create(
        person=person, channel=channel,
        defaults={
            "organisation_id": person.organisation_id, "community_id": person.community_id, "locked": locked,
            "mark": vault.fingerprint(person.organisation_id, channel, clean) if clean else "", "shown": shown(channel, clean),
            "changed_at": clock.now(),
        },
    )  # fmt: skip
    audit.record(actor, "notice.address", person, after={"channel": channel, "address": row.shown})
    return row


def _clean(channel: str, value: str) -> str:
    text = limited(value, "地址", 120)
    if channel not in ADDRESSED:
        raise Invalid(field="方式", reason="请选一项")
    pattern = _EMAIL if channel == "email" else _TOKEN
    if text and not pattern.fullmatch(text):
        raise Invalid(field="地址", reason=Phrase("「{value}」不是有效的地址", value=text[:30]))
    return text.lower() if channel == "email" else text


def shown(channel: str, value: str) -> str:
    """The address as pages show it: ``l***@example.com``, ``oAbc…``."""
    if not value:
        return ""
    if channel == "email":
        name, _at, host = value.partition("@")
        return f"{name[:1]}***@{host}"[:60]
    return f"{value[:4]}…"


def forget(person_id: int) -> None:
    """On erasure: addresses and habits go, and with them what was filled into messages."""
    from ..models import Habit, Message

    Habit.objects.filter(person_id=person_id).delete()
    Address.objects.filter(person_id=person_id).update(locked=None, mark="", shown="")
    Message.objects.filter(person_id=person_id).exclude(values={}).update(values={})


@transaction.atomic
def set_lead(contract_id: int, days: int, *, actor: Actor) -> Lead:
    """Announce a contract's bills so many days ahead (7 to 15), or 0 for not at all."""
    contract = get_contract(actor, contract_id)
    actor.require(Permission.NOTICE_SEND, contract.community_id)
    if days != 0 and not LEAD_LEAST <= days <= LEAD_MOST:
        raise Invalid(field="提前天数", reason=Phrase("应为 {least} 到 {most}，或者 0 表示不通知", least=LEAD_LEAST, most=LEAD_MOST))
    before = lead_days(contract.pk)
    row, _made = Lead.objects.update_or_create(
        contract=contract, defaults={"organisation_id": contract.organisation_id, "community_id": contract.community_id, "days": days}
    )
    audit.record(actor, "notice.lead", contract, community_id=contract.community_id, before={"days": before}, after={"days": days})
    return row


@transaction.atomic
def set_manner(*, timing: bool, smart_bill: bool, actor: Actor) -> Manner:
    """Whether bills are announced at each payer's best time, and by the smart text where one is approved."""
    actor.require_wide(Permission.NOTICE_SEND)
    before = manner_of(actor.organisation_id)
    row, _made = Manner.objects.update_or_create(
        organisation_id=actor.organisation_id,
        defaults={"timing": timing, "smart_bill": smart_bill, "changed_by_id": actor.user_id, "changed_at": clock.now()},
    )
    audit.record(
        actor, "notice.manner", row, before={"timing": before.timing, "smart_bill": before.smart_bill},
        after={"timing": timing, "smart_bill": smart_bill},
    )  # fmt: skip
    return row


def opened(person: Person, address: Address, secret: bytes) -> str:
    """An address in clear, for a carrier."""
    assert address.person_id == person.pk and address.locked is not None
    return vault.unlock(secret, bytes(address.locked))
