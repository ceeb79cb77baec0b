"""The blocks a paper is made of, and the tables that several papers share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.money.billing.public import OpenBill

from ..models import Matter

NAME, MOBILE, IDENTITY = "⟦name⟧", "⟦mobile⟧", "⟦identity⟧"
"""Marks for what printing fills in: a kept paper holds nobody's name or number."""

Block = dict[str, Any]


def h(text: str) -> Block:
    return {"k": "h", "t": text}


def p(text: str) -> Block:
    return {"k": "p", "t": text}


def line(text: str) -> Block:
    return {"k": "line", "t": text}


def facts(*rows: tuple[str, str]) -> Block:
    return {"k": "facts", "rows": [list(row) for row in rows]}


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = (), widths: Sequence[int] = ()) -> Block:
    """``right``: columns aligned right; ``widths``: shares of the width, 0 for what the column needs."""
    return {"k": "table", "head": list(head), "rows": [list(row) for row in rows], "right": list(right), "widths": list(widths) or [0] * len(head)}


def sign(*lines: str) -> Block:
    return {"k": "sign", "lines": list(lines)}


def part(title: str, *blocks: Block) -> dict[str, Any]:
    return {"title": title, "blocks": list(blocks)}


def paper(matter: Matter, title: str, number: str, parts: Sequence[dict[str, Any]], *, cover: Sequence[Block] = (), index: bool = False) -> dict[str, Any]:
    return {"title": title, "organisation": creditor(matter), "number": number, "parts": list(parts), "cover": list(cover), "index": index}


def creditor(matter: Matter) -> str:
    return matter.organisation.seal_name or matter.organisation.name


def day(on: dt.date) -> str:
    """``2026年11月25日``."""
    return f"{on.year}年{on.month}月{on.day}日"


def bill_table(bills: Sequence[OpenBill], as_of: dt.date) -> Block:
    """What is owed bill by bill, with its sum. A column of late fees only where there are any."""
    fees = any(bill.late_fee_fen for bill in bills)
    rows = []
    for number, bill in enumerate(sorted(bills, key=lambda one: (one.due_on, one.id)), 1):
        row = [str(number), bill.property_code, bill.item_name, f"{bill.service_from} 至 {bill.service_to}", str(bill.due_on), yuan_text(bill.outstanding_fen)]
        rows.append([*row, yuan_text(bill.late_fee_fen), yuan_text(bill.total_fen)] if fees else row)
    whole = ["", "合计", "", "", "", yuan_text(sum(bill.outstanding_fen for bill in bills))]
    if fees:
        whole += [yuan_text(sum(bill.late_fee_fen for bill in bills)), yuan_text(sum(bill.total_fen for bill in bills))]
    head = ["序号", "房号", "项目", "服务期", "到期日", "本金（元）"] + (["违约金（元）", "合计（元）"] if fees else [])
    return table(head, [*rows, whole], right=range(5, len(head)), widths=[0, 2, 2, 3, 0, 2, *([2, 2] if fees else [])])
