"""One bill paper over all that a payer owes, a line per property: for the head office of many shops (product row A4)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform.typesetting import typeset
from wuyefei.money.billing.public import OpenBill, open_bills

TEMPLATE = Path(__file__).with_name("statement.typ")


@dataclass(frozen=True, slots=True)
class Shop:
    """What a payer owes at one property, by due date. Money in fen."""

    property_id: int
    code: str
    bills: list[OpenBill]

    @property
    def principal_fen(self) -> int:
        return sum(bill.outstanding_fen for bill in self.bills)

    @property
    def late_fee_fen(self) -> int:
        return sum(bill.late_fee_fen for bill in self.bills)

    @property
    def total_fen(self) -> int:
        return self.principal_fen + self.late_fee_fen

    @property
    def disputed(self) -> bool:
        return any(bill.held for bill in self.bills)

    @property
    def due_on(self) -> dt.date:
        """The earliest due date."""
        return min(bill.due_on for bill in self.bills)

    @property
    def items(self) -> list[str]:
        return list(dict.fromkeys(bill.item_name for bill in self.bills))


@dataclass(frozen=True, slots=True)
class Statement:
    """All that a payer owes in a community as of a day; ``until``: only what is due by then."""

    person: Person
    as_of: dt.date
    until: dt.date | None
    shops: list[Shop]

    @property
    def principal_fen(self) -> int:
        return sum(shop.principal_fen for shop in self.shops)

    @property
    def late_fee_fen(self) -> int:
        return sum(shop.late_fee_fen for shop in self.shops)

    @property
    def total_fen(self) -> int:
        return self.principal_fen + self.late_fee_fen

    @property
    def bills(self) -> int:
        return sum(len(shop.bills) for shop in self.shops)


def statement_of(actor: Actor, person: Person, as_of: dt.date, until: dt.date | None = None) -> Statement:
    """By the order of the properties. For a person whom the actor may see; bills elsewhere stay out of sight."""
    found: dict[int, list[OpenBill]] = defaultdict(list)
    for bill in open_bills(actor, as_of, payer_ids=[person.pk]):
        if until is None or bill.due_on <= until:
            found[bill.property_id].append(bill)
    homes = Property.objects.filter(pk__in=found).order_by("sort_key", "pk").values_list("pk", "code")
    shops = [Shop(pk, code, sorted(found[pk], key=lambda bill: (bill.due_on, bill.id))) for pk, code in homes]
    return Statement(person, as_of, until, shops)


def statement_pdf(row: Statement) -> bytes:
    """A PDF/A in Chinese, A4: a line per property with its sums, then each property's bills."""
    person, place = row.person, row.person.community
    scope = f"{row.until} 及以前到期的账单" if row.until else "全部未缴账单，含还没到期的"
    data = {
        "title": "汇总账单", "organisation": place.organisation.seal_name or place.organisation.name, "on": str(row.as_of),
        "facts": [["小区", place.name], ["缴费人", person.name], ["房屋", f"{len(row.shops)} 套"], ["范围", scope]],
        "shops": [
            [shop.code, "、".join(shop.items), str(shop.due_on), yuan_text(shop.principal_fen), yuan_text(shop.late_fee_fen), yuan_text(shop.total_fen)]
            for shop in row.shops
        ],
        "total": [yuan_text(row.principal_fen), yuan_text(row.late_fee_fen), yuan_text(row.total_fen)],
        "details": [[shop.code, [_row(bill) for bill in shop.bills]] for shop in row.shops],
    }  # fmt: skip
    return typeset(TEMPLATE, data, on=row.as_of)


def _row(bill: OpenBill) -> list[str]:
    name = f"{bill.item_name}（争议暂停）" if bill.held else bill.item_name
    return [
        name, f"{bill.service_from} 至 {bill.service_to}", str(bill.due_on), yuan_text(bill.outstanding_fen), yuan_text(bill.late_fee_fen),
        yuan_text(bill.total_fen),
    ]  # fmt: skip
