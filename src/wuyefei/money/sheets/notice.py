"""The notice-board sheet 公示单 of a shared cost: what was shared, how, and each property's part. No names."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform.typesetting import typeset

from .models import Line, Sheet

TEMPLATE = Path(__file__).with_name("notice.typ")
BY = {"unit": "按户平均", "area": "按建筑面积", "usage": "按用量", "persons": "按居住人数", "agreed": "按约定系数"}
DRAFT = "草稿，尚未复核"


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def notice(sheet: Sheet) -> bytes:
    """A PDF/A in Chinese, the same bytes for the same sheet."""
    rows = Line.objects.filter(sheet=sheet).order_by("property__sort_key", "pk")
    parts = [
        [code, _plain(weight), yuan_text(fen)] for code, weight, fen in rows.values_list("property__code", "quantity", "amount_fen")
    ]
    whole = sum((Decimal(weight) for _, weight, _ in parts), Decimal(0))
    made = (sheet.billed_at or sheet.made_at).astimezone(CHINA).date()
    data = {
        "title": f"{sheet.community.name}{sheet.title}公示", "organisation": sheet.organisation.name,
        "facts": [
            ["收费项目", sheet.item.name], ["服务期", f"{sheet.service_from} 至 {sheet.service_to}"],
            ["总额", f"{yuan_text(int(sheet.terms['total_fen']))} 元"], ["分摊方式", BY[sheet.terms["by"]]],
            ["户数", f"{len(parts)}"], ["到期日", str(sheet.due_on)],
        ],
        "rows": parts, "whole": _plain(whole), "total": yuan_text(sheet.amount_fen), "on": str(made),
        "state": "" if sheet.state == Sheet.State.BILLED else DRAFT,
    }  # fmt: skip
    return typeset(TEMPLATE, data, on=made)
