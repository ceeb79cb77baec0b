"""A text with its fields filled in and its reader's address, for the carrier alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from wuyefei.estate.people.public import Person, open_mobiles, people
from wuyefei.foundation import environment
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import clock, vault
from wuyefei.money.billing.public import Receivable

from ..channels.base import Parcel
from ..models import Address, Version
from ..queries import news_of
from ..rules import texts
from ..rules.texts import greeting_at
from ..telling import phrase_of, pictured


def values_from(
    channel: str, community: Community, organisation: str, names: Iterable[str], rooms: Iterable[str], bills: Sequence[Receivable],
    due_on: dt.date,
) -> dict[str, str]:  # fmt: skip
    """What stands in the fields, from the bills that are open now."""
    months = sorted({bill.service_from.replace(day=1) for bill in bills})
    span = f"{months[0]:%Y-%m}" if len(months) == 1 else f"{months[0]:%Y-%m}～{months[-1]:%Y-%m}"
    values = {
        **dict.fromkeys(texts.FIELDS, ""), "称呼": "、".join(dict.fromkeys(names)), "房号": "、".join(dict.fromkeys(rooms)), "小区": community.name,
        "项目": "、".join(dict.fromkeys(bill.item.name for bill in bills)), "账期": span,
        "金额": yuan_text(sum(bill.outstanding_fen for bill in bills)), "到期日": f"{due_on:%Y-%m-%d}",
        "企业": organisation, "电话": community.phone, "网址": environment.owners_url(channel),
    }  # fmt: skip
    return plain_for(channel, values)


def smart_values(version: Version, bills: Sequence[Receivable]) -> dict[str, str]:
    """The fields of the smart bill that a text names, from the largest of the bills; looked up only where it names them."""
    named = [name for name in texts.SMART if name in texts.fields_of(f"{version.subject}\n{version.body}")]
    if not named or not bills:
        return {}
    bill, now = max(bills, key=lambda one: (one.amount_fen, -one.pk)), clock.now()
    own = {
        "问候": lambda: greeting_at(now.astimezone(CHINA).hour), "比上期": lambda: _beside_last(bill),
        "社区预告": lambda: news_of(bill.community_id, now.astimezone(CHINA).date()),
    }  # fmt: skip
    return {name: own[name]() if name in own else phrase_of(name, bill) for name in named}


def _beside_last(bill: Receivable) -> str:
    """The bill beside the one before it: same home, payer, item and tariff."""
    if bill.tariff_id is None:
        return ""
    last = (
        Receivable.objects.filter(
            property_id=bill.property_id, payer_id=bill.payer_id, item_id=bill.item_id, tariff_id=bill.tariff_id, reversed_at__isnull=True,
            service_from__lt=bill.service_from,
        ).order_by("-service_from", "-pk").first()
    )  # fmt: skip
    if last is None:
        return ""
    more = bill.amount_fen - last.amount_fen
    return "和上期一样。" if not more else f"比上期{'多' if more > 0 else '少'} {yuan_text(abs(more))} 元。"


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


def parcel_with(key: str, channel: str, to: str, version: Version, values: dict[str, str], community_id: int) -> Parcel:
    """The parcel; an e-mail whose text says what the fee is made of carries the picture of it."""
    keyed = channel in texts.KEYED
    named = channel == "email" and texts.PICTURED in texts.fields_of(version.body)
    picture, words = (pictured(texts.PICTURED, values, community_id) if named else None) or (b"", "")
    return Parcel(
        key, to, texts.fill(version.subject, values), "" if keyed else texts.fill(version.body, values),
        [] if keyed else texts.ordered(version.body, values), texts.wechat_data(version.body, values) if keyed else {},
        version.carrier_template, picture, words,
    )  # fmt: skip
