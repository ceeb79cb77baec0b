"""One search over what the actor may see: properties, people, plates, receipts, contracts and runs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from wuyefei.estate.contracts.public import contracts
from wuyefei.estate.occupancy.public import payers, ties
from wuyefei.estate.people.public import Person, find_people, people
from wuyefei.estate.properties.public import Property, find_properties, find_vehicles
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Month, Span
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.text import tidy
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import runs
from wuyefei.money.payments.public import payments

from ..links import address
from .owed import owed_by_property

LIMIT = 8


@dataclass(frozen=True)
class Hit:
    """One line: ``fen`` is what is owed there today, None where it does not apply."""

    url: str
    text: str
    note: str
    fen: int | None = None


@dataclass(frozen=True)
class Group:
    label: str
    hits: list[Hit] = field(default_factory=list)


def find(actor: Actor, words: str) -> list[Group]:
    """Groups with at least one hit; nothing for an empty text."""
    text = tidy(words)[:60]
    if not text:
        return []
    groups = [
        Group(_("房屋"), _homes(actor, text)),
        Group(_("业主与住户"), _persons(actor, text)),
        Group(_("车辆"), _cars(actor, text)),
        Group(_("收据"), _receipts(actor, text)),
        Group(_("合同"), _contracts(actor, text)),
        Group(_("出账"), _runs(actor, text)),
    ]
    return [group for group in groups if group.hits]


def _homes(actor: Actor, text: str) -> list[Hit]:
    return home_hits(actor, find_properties(actor, text, limit=LIMIT))


def home_hits(actor: Actor, homes: list[Property]) -> list[Hit]:
    """Properties with today's payer and what is owed there, in three queries for all of them."""
    today, ids = clock.today(), [home.pk for home in homes]
    spans = payers(ids, Span(today, today)) if ids else {}
    named = {
        person.pk: person.name
        for person in people(actor).filter(pk__in={found[0][0] for found in spans.values() if found})
    }
    owed = owed_by_property(actor, ids, today) if actor.may(Permission.BILLING_VIEW) else {}
    hits = []
    for home in homes:
        payer = named.get(spans[home.pk][0][0], "") if spans.get(home.pk) else ""
        note = " · ".join(part for part in (payer, home.community.name) if part)
        hits.append(Hit(property_url(home.pk), home.code, note, owed[home.pk].total_fen if home.pk in owed else None))
    return hits


def property_url(property_id: int) -> str:
    return reverse("backoffice:property", args=[property_id])


def _persons(actor: Actor, text: str) -> list[Hit]:
    found = find_people(actor, text, limit=LIMIT)
    today = clock.today()
    present = ties(actor).filter(person_id__in=[person.pk for person in found]).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today), starts_on__lte=today
    )
    codes: dict[int, list[str]] = {}
    for person_id, code in present.order_by("property__sort_key").values_list("person_id", "property__code").distinct():
        codes.setdefault(person_id, []).append(code)
    return [_person(person, codes.get(person.pk, [])) for person in found]


def _person(person: Person, codes: list[str]) -> Hit:
    homes = "、".join(codes[:3]) + (_(" 等 %(count)s 处") % {"count": len(codes)} if len(codes) > 3 else "")
    note = " · ".join(part for part in (person.mobile_shown, homes, person.community.name) if part)
    return Hit(reverse("backoffice:person", args=[person.pk]), person.name, note)


def _cars(actor: Actor, text: str) -> list[Hit]:
    return [
        Hit(property_url(car.property_id), car.plate, f"{car.property.code} · {car.community.name}")
        for car in find_vehicles(actor, text, limit=LIMIT)
    ]


def _receipts(actor: Actor, text: str) -> list[Hit]:
    """By the whole number or its last digits (at least three): the payment's property says where it belongs."""
    number = text.upper().replace(" ", "")
    if not re.fullmatch(r"[A-Z0-9-]{3,30}", number) or not re.search(r"\d", number):
        return []
    match = Q(receipt__number=number) | Q(receipt__number__endswith=f"-{number.zfill(6)}") if number.isdigit() else Q(
        receipt__number__startswith=number
    )
    rows = payments(actor).filter(match).select_related("receipt", "property", "community").order_by("-id")[:LIMIT]
    return [
        Hit(f"{property_url(row.property_id)}#payments", row.receipt.number if row.receipt else "",
            f"{row.property.code} · {row.community.name}" + (" · " + _("已作废") if row.voided_at else ""))
        for row in rows
    ]  # fmt: skip


def _contracts(actor: Actor, text: str) -> list[Hit]:
    if len(text) < 2:
        return []
    rows = contracts(actor).filter(Q(number__icontains=text) | Q(title__icontains=text)).select_related("community")
    return [
        Hit(reverse("backoffice:contract", args=[row.pk]), row.number, f"{row.title} · {row.community.name} · {row.get_state_display()}")
        for row in rows.order_by("number")[:LIMIT]
    ]


def _runs(actor: Actor, text: str) -> list[Hit]:
    """By month: ``2026-11``. Only where this installation has pages for runs."""
    try:
        month = Month.parse(text)
    except Invalid:
        return []
    found = []
    for run in runs(actor).filter(period=month.first)[:LIMIT]:
        url = address("billing:run", pk=run.pk)
        if url:
            name = f"{run.community.name} {run.period:%Y-%m} {_('出账')}"
            found.append(Hit(url, name, str(run.get_state_display())))
    return found
