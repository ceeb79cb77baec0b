"""The life of one receivable, told from its stored facts: how it was computed and what became of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.money.billing.public import Adjustment, LateFeeHold, LateFeeWaiver, Receivable
from wuyefei.money.payments.public import Allocation, allocations_of


@dataclass(frozen=True)
class Event:
    """One thing that happened: ``on`` is its value date, ``fen`` the change of what is owed (None: none)."""

    on: dt.date
    icon: str
    tone: str
    title: str
    text: str
    fen: int | None = None


def events(actor: Actor, row: Receivable) -> list[Event]:
    """Latest first."""
    found = [
        *_settled(actor, row),
        *_adjusted(row),
        *_held(row),
        *_waived(row),
        _born(row),
    ]
    return sorted(found, key=lambda event: event.on, reverse=True)


def _born(row: Receivable) -> Event:
    day = row.booked_at.astimezone(CHINA).date()
    run = f"{row.run.community.name} {row.run.period:%Y-%m} {_('出账')}" if row.run else row.memo
    return Event(day, "bill", "", str(row.get_kind_display()), run, row.amount_fen)


def _settled(actor: Actor, row: Receivable) -> list[Event]:
    found = []
    for part in allocations_of(actor, row.pk):
        receipt = part.payment.receipt
        words = {
            Allocation.Part.PRINCIPAL: _("核销本金"), Allocation.Part.LATE_FEE: _("核销违约金"), Allocation.Part.COST: _("核销费用"),
        }[Allocation.Part(part.part)]  # fmt: skip
        title = _("收款作废，核销撤回") if part.amount_fen < 0 else words
        detail = f"{words} {yuan_text(part.amount_fen)}"
        if receipt:
            detail += " · " + _("收据 %(number)s") % {"number": receipt.number}
        fen = -part.amount_fen if part.part == Allocation.Part.PRINCIPAL else None
        tone = "owed" if part.amount_fen < 0 else "paid"
        found.append(Event(part.value_date, "undo" if part.amount_fen < 0 else "cash", tone, title, detail, fen))
    return found


def _adjusted(row: Receivable) -> list[Event]:
    rows = Adjustment.objects.filter(receivable=row).order_by("id")
    return [
        Event(item.value_date, "edit", "hold", str(item.get_kind_display()), item.reason, item.amount_fen) for item in rows
    ]


def _held(row: Receivable) -> list[Event]:
    found = []
    for hold in LateFeeHold.objects.filter(receivable=row).order_by("id"):
        until = hold.ends_on.isoformat() if hold.ends_on else _("今后")
        text = _("%(first)s 至 %(last)s 不计违约金") % {"first": hold.starts_on, "last": until}
        found.append(Event(hold.starts_on, "clock", "hold", _("违约金停计"), f"{text} {hold.reason}".strip()))
    return found


def _waived(row: Receivable) -> list[Event]:
    rows = LateFeeWaiver.objects.filter(receivable=row).order_by("id")
    return [
        Event(item.value_date, "check", "paid", _("减免违约金"), f"{yuan_text(item.amount_fen)} · {item.reason}")
        for item in rows
    ]


@dataclass(frozen=True)
class Priced:
    """One price of the calculation, as frozen in the bill."""

    since: str
    per_unit: Decimal
    fixed: Decimal
    version: str


def prices(row: Receivable) -> list[Priced]:
    return [
        Priced(str(item.get("since", "")), Decimal(str(item.get("per_unit", 0))), Decimal(str(item.get("fixed", 0))), str(item.get("version", "")))
        for item in row.prices
        if isinstance(item, dict)
    ]
