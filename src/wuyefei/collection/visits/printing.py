"""Papers of a route: the sheet that is carried openly, and the bills that are carried sealed."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import segno

from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.typesetting import typeset
from wuyefei.money.billing.public import OpenBill

from .models import Route, Stop
from .rules import READINESS

TEMPLATE = Path(__file__).with_name("paper.typ")


def sheet_pdf(route: Route, stops: Sequence[Stop], panic: str) -> bytes:
    """A4, for the clipboard: neither a name nor an amount stands on it."""
    data = _head(route) | {
        "paper": "sheet", "panic": panic, "readiness": list(READINESS.values()),
        "stops": [{"number": str(one.number), "door": one.property.code, "floor": one.property.floor} for one in stops],
    }  # fmt: skip
    return typeset(TEMPLATE, data, route.on)


def papers_pdf(route: Route, bills: Mapping[Stop, Sequence[OpenBill]], address: str) -> bytes:
    """Two pages a door, printed on both sides of a sheet: the bill, and on its back the cover that stays outside when the
    sheet is folded and closed. Doors where nothing is asked for any more are left out."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", border=1, xmldecl=False, svgclass=None, lineclass=None)
    data = _head(route) | {
        "paper": "papers", "qr": out.getvalue().decode(), "today": clock.today().isoformat(), "phone": route.community.phone,
        "doors": [_door(stop, rows) for stop, rows in bills.items() if rows],
    }  # fmt: skip
    return typeset(TEMPLATE, data, route.on)


def _head(route: Route) -> dict[str, Any]:
    return {
        "community": route.community.name, "organisation": route.community.organisation.name, "on": route.on.isoformat(),
        "begins": f"{route.begins_at.astimezone(CHINA):%H:%M}", "people": f"{route.first.name}、{route.second.name}",
    }  # fmt: skip


def _door(stop: Stop, bills: Sequence[OpenBill]) -> dict[str, Any]:
    return {
        "door": stop.property.code, "person": stop.person.name,
        "rows": [
            {
                "item": bill.item_name, "door": bill.property_code, "span": f"{bill.service_from} 至 {bill.service_to}", "due": bill.due_on.isoformat(),
                "left": yuan_text(bill.outstanding_fen), "late": yuan_text(bill.late_fee_fen),
            }
            for bill in bills
        ],
        "left": yuan_text(sum(bill.outstanding_fen for bill in bills)), "late": yuan_text(sum(bill.late_fee_fen for bill in bills)),
        "total": yuan_text(sum(bill.total_fen for bill in bills)),
    }  # fmt: skip
