"""The statements 交割单 of a transfer: what each side owes as of today, and what was moved."""

from __future__ import annotations

from pathlib import Path

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.typesetting import typeset
from wuyefei.money.billing.public import OpenBill, open_bills
from wuyefei.money.deposits.public import held_of
from wuyefei.money.payments.public import balance_fen

from .models import Transfer

TEMPLATE = Path(__file__).with_name("statement.typ")
SIDES = {"former": "原业主交割单", "new": "新业主交割单"}


def statement(actor: Actor, row: Transfer, side: str) -> bytes:
    """A PDF/A in Chinese for one side (``former`` or ``new``): open bills of the homes, late fee as of today."""
    today = clock.today()
    person = row.seller if side == "former" else row.buyer
    homes = [home.property for home in row.homes.select_related("property").order_by("pk")]
    ids = [home.pk for home in homes]
    bills = [bill for bill in open_bills(actor, today, property_ids=ids) if bill.payer_id == person.pk]
    held = sum(balance_fen(person.pk, pk) for pk in ids)
    data = {
        "title": SIDES[side], "organisation": row.organisation.name, "on": str(today),
        "facts": [
            ["小区", row.community.name], ["房屋", "、".join(home.code for home in homes)],
            ["原业主", row.seller.name], ["新业主", row.buyer.name],
            ["过户日期", str(row.on)], ["依据", f"{row.get_basis_display()} {row.document}".strip()],
        ],
        "rule": f"{row.on} 以前的费用由原业主承担，这一天起由新业主承担；跨这一天的账单按日拆分。违约金由逾期的一方承担。",
        "rows": [_row(bill) for bill in bills],
        "total": [yuan_text(sum(bill.outstanding_fen for bill in bills)), yuan_text(sum(bill.late_fee_fen for bill in bills)),
                  yuan_text(sum(bill.total_fen for bill in bills))],
        "held": yuan_text(held), "deposits": yuan_text(sum(int(one.held_fen) for one in held_of(person.pk, ids))),
         "person": person.name,
    }  # fmt: skip
    return typeset(TEMPLATE, data, on=today)


def _row(bill: OpenBill) -> list[str]:
    return [
        f"{bill.property_code} {bill.item_name}", f"{bill.service_from} 至 {bill.service_to}", str(bill.due_on),
        yuan_text(bill.outstanding_fen), yuan_text(bill.late_fee_fen), yuan_text(bill.total_fen),
    ]  # fmt: skip
