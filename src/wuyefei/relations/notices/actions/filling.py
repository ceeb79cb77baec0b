"""A text with its fields filled in and its reader's address, for the carrier alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from wuyefei.estate.people.public import Person, open_mobiles, people
from wuyefei.foundation import environment
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import vault
from wuyefei.money.billing.public import Receivable

from ..channels.base import Parcel
from ..models import Address, Version
from ..rules import texts


def values_from(
    channel: str, community: Community, organisation: str, names: Iterable[str], rooms: Iterable[str], bills: Sequence[Receivable],
    due_on: dt.date,
) -> dict[str, str]:  # fmt: skip
    """What stands in the fields, from the bills that are open now."""
    months = sorted({bill.service_from.replace(day=1) for bill in bills})
    span = f"{months[0]:%Y-%m}" if len(months) == 1 else f"{months[0]:%Y-%m}～{months[-1]:%Y-%m}"
    values = {
        "称呼": "、".join(dict.fromkeys(names)), "房号": "、".join(dict.fromkeys(rooms)), "小区": community.name,
        "项目": "、".join(dict.fromkeys(bill.item.name for bill in bills)), "账期": span,
        "金额": yuan_text(sum(bill.outstanding_fen for bill in bills)), "到期日": f"{due_on:%Y-%m-%d}",
        "企业": organisation, "电话": community.phone, "网址": environment.owners_url(channel), "验证码": "",
    }  # fmt: skip
    return plain_for(channel, values)


def plain_for(channel: str, values: dict[str, str]) -> dict[str, str]:
    """The values fit for the channel."""
    return {name: texts.without_emoji(value) for name, value in values.items()} if channel == "sms" else values


def reach(channel: str, person_id: int, actor: Actor) -> str:
    """Where the person is reached on a channel; blank where they are not."""
    if channel == "sms":
        return open_mobiles([person_id], actor=actor).get(person_id, "")
    person: Person | None = people(actor).filter(pk=person_id, erased_at__isnull=True).first()
    row = Address.objects.filter(person_id=person_id, channel=channel, locked__isnull=False).first()
    if person is None or row is None or row.locked is None or person.key_id is None:
        return ""
    return vault.unlock(vault.subject_key(person.key_id), bytes(row.locked))


def parcel_with(key: str, channel: str, to: str, version: Version, values: dict[str, str]) -> Parcel:
    keyed = channel in texts.KEYED
    return Parcel(
        key, to, texts.fill(version.subject, values), "" if keyed else texts.fill(version.body, values),
        [] if keyed else texts.ordered(version.body, values), texts.wechat_data(version.body, values) if keyed else {},
        version.carrier_template,
    )  # fmt: skip
