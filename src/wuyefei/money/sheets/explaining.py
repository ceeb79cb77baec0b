"""A line in plain words, step by step, for staff and for the owner."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from wuyefei.estate.tariffs.public import tiered
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.money.billing.public import Receivable

from .models import Line, Sheet
from .queries import line_of
from .rules import Json, steps_of

Words = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of a calculation: what, how, and its amount in fen where it has one."""

    what: str
    how: str
    amount_fen: int | None = None


def plain(value: Decimal | str) -> str:
    text = f"{Decimal(value):f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")


def steps(kind: str, inputs: Json, amount_fen: int) -> list[StepLine]:
    """How a line's amount came about."""
    if kind == Sheet.Kind.METERED:
        return _metered(inputs)
    if kind == Sheet.Kind.SHARED:
        return _shared(inputs, amount_fen)
    unit = _("㎡") if inputs["by"] == "area" else _("户")
    how = _("%(price)s 元 × %(quantity)s %(unit)s") % {"price": plain(inputs["price"]), "quantity": plain(inputs["quantity"]), "unit": unit}
    return [StepLine(_("单价 × 数量"), how, amount_fen)]


def _metered(inputs: Json) -> list[StepLine]:
    found = []
    for piece in inputs["pieces"]:
        times = f" × {plain(piece['multiplier'])}" if Decimal(piece["multiplier"]) != 1 else ""
        facts = {"start": plain(piece["start"]), "end": plain(piece["end"]), "times": times, "used": plain(piece["used"])}
        if piece["rolled"]:
            facts["end"] = _("%(end)s 加一整圈") % facts
        what = _("表 %(meter)s，%(since)s 至 %(on)s") % piece
        found.append(StepLine(what, _("（%(end)s − %(start)s）%(times)s → 用量 %(used)s") % facts))
    used = sum((Decimal(piece["used"]) for piece in inputs["pieces"]), Decimal(0))
    rows, before = steps_of(inputs["steps"]), Decimal(inputs["before"])
    if before and len(rows) > 1:
        found.append(StepLine(_("本阶梯周期先前已用"), plain(before)))
    for part in tiered(used, rows, before):
        name = _("第 %(number)s 档") % {"number": part.number} if len(rows) > 1 else _("用量 × 单价")
        how = _("%(quantity)s × %(price)s 元") % {"quantity": plain(part.quantity), "price": plain(part.price)}
        found.append(StepLine(name, how, part.amount_fen))
    return found


def _shared(inputs: Json, amount_fen: int) -> list[StepLine]:
    names = {"unit": _("按户"), "area": _("按面积"), "usage": _("按用量"), "persons": _("按人数")}
    how = _("总额 %(total)s 元 × 本户 %(weight)s ÷ 合计 %(whole)s") % {
        "total": yuan_text(inputs["total_fen"]), "weight": plain(inputs["weight"]), "whole": plain(inputs["whole"]),
    }  # fmt: skip
    found = [StepLine(_("分摊，%(by)s") % {"by": names[inputs["by"]]}, how, amount_fen)]
    if Decimal(inputs["factor"]) != 1:
        found.append(StepLine(_("空置系数"), plain(inputs["factor"])))
    return found


def steps_of_line(line: Line) -> list[StepLine]:
    return steps(line.sheet.kind, line.inputs, line.amount_fen)


def steps_of_bill(row: Receivable) -> list[StepLine]:
    """How a bill that came from a sheet was worked out; empty for any other. For callers that have checked its place."""
    line = line_of(row.pk) if row.kind == Receivable.Kind.SHEET else None
    return steps_of_line(line) if line else []


def explanation_slot(request: HttpRequest, row: Receivable) -> str:
    """How a bill that came from a sheet was worked out."""
    if row.kind != Receivable.Kind.SHEET:
        return ""
    line = line_of(row.pk)
    if line is None:
        return ""
    return render_to_string("sheets/_steps.html", {"steps": steps_of_line(line), "line": line}, request=request)


def sheet_address(request: Request) -> str:
    return reverse("sheets:sheet", args=[request.subject_id])


def describe_sheet(request: Request) -> Words:
    """The figures as they were submitted."""
    sheet = Sheet.objects.select_related("community", "item", "made_by").get(pk=request.subject_id)
    return [
        (_("小区"), sheet.community.name),
        (_("计费单"), f"{sheet.title}（{sheet.get_kind_display()}）"),
        (_("收费项目"), sheet.item.name),
        (_("行数"), f"{request.payload['lines']:,}"),
        (_("金额"), _("%(sum)s 元") % {"sum": yuan_text(request.payload["amount_fen"])}),
        (_("到期日"), str(sheet.due_on)),
        (_("制单"), sheet.made_by.name),
    ]
