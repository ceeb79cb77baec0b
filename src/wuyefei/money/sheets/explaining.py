"""A line in plain words, step by step, for staff and for the owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from wuyefei.estate.tariffs.public import tiered
from wuyefei.estate.tariffs.rules.public import BAND_NAMES
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.money.billing.public import Receivable, share_text

from .models import Line, Sheet
from .prices import REST, stages_of
from .queries import line_of, photos_of_bill
from .rules import Json, parts_of
from .stages import Part
from .turnover import part_fen

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
    """How a line's amount came about, and the payer's share of it where several pay."""
    if "share" in inputs:
        low, high, of = inputs["share"]
        part = StepLine(_("本人份额"), _("%(whole)s 元 × %(share)s") % {"whole": yuan_text(inputs["whole_fen"]), "share": share_text((low, high, of))}, amount_fen)
        return [*_whole(kind, inputs, int(inputs["whole_fen"])), part]
    return _whole(kind, inputs, amount_fen)


def _whole(kind: str, inputs: Json, amount_fen: int) -> list[StepLine]:
    if kind == Sheet.Kind.METERED:
        return _metered(inputs)
    if kind == Sheet.Kind.SHARED:
        return _shared(inputs, amount_fen)
    if kind == Sheet.Kind.TURNOVER:
        return [line for part in inputs["parts"] for line in _turnover(part)]
    if kind == Sheet.Kind.DEPOSIT:
        return [deposit_line(inputs, amount_fen), StepLine(_("押金，按规定退还，不是收入"), _("%(since)s 起的标准") % inputs)]
    unit = _("㎡") if inputs["by"] == "area" else _("户")
    how = _("%(price)s 元 × %(quantity)s %(unit)s") % {"price": plain(inputs["price"]), "quantity": plain(inputs["quantity"]), "unit": unit}
    return [StepLine(_("单价 × 数量"), how, amount_fen)]


def deposit_line(inputs: Json, amount_fen: int) -> StepLine:
    """A deposit by its policy."""
    by, figure, quantity = inputs["by"], plain(inputs["figure"]), inputs["quantity"]
    if by == "months":
        how = _("月租金 %(rent)s 元 × %(months)s 个月") % {"rent": yuan_text(int(quantity)), "months": figure}
        return StepLine(_("几个月租金"), how, amount_fen)
    facts = {"figure": figure, "quantity": plain(quantity)}
    if by == "property":
        return StepLine(_("每户"), _("%(figure)s 元") % facts, amount_fen)
    if by == "area":
        return StepLine(_("每平方米"), _("%(figure)s 元 × %(quantity)s ㎡") % facts, amount_fen)
    return StepLine(_("每件"), _("%(figure)s 元 × %(quantity)s 件") % facts, amount_fen)


def _metered(inputs: Json) -> list[StepLine]:
    found = []
    for piece in inputs["pieces"]:
        times = f" × {plain(piece['multiplier'])}" if Decimal(piece["multiplier"]) != 1 else ""
        facts = {"start": plain(piece["start"]), "end": plain(piece["end"]), "times": times, "used": plain(piece["used"])}
        if piece["rolled"]:
            facts["end"] = _("%(end)s 加一整圈") % facts
        band = f"（{_(BAND_NAMES[piece['band']])}）" if piece.get("band") else ""
        what = _("表 %(meter)s，%(since)s 至 %(on)s") % piece + band
        found.append(StepLine(what, _("（%(end)s − %(start)s）%(times)s → 用量 %(used)s") % facts))
    parts, before = parts_of(inputs), Decimal(inputs["before"])
    stages = stages_of(inputs)
    if before and any(len(stage.steps) > 1 for stage in stages):
        found.append(StepLine(_("本阶梯周期先前已用"), plain(before)))
    return found + price_lines(parts, len(stages) > 1)


def price_lines(parts: Sequence[Part], changed: bool) -> list[StepLine]:
    """The use under each price, step by step."""
    found = []
    for part in parts:
        if changed:
            found.append(StepLine(_stage_words(part), plain(part.quantity)))
        found += _priced(part)
    return found


def _stage_words(part: Part) -> str:
    since = part.stage.since
    if part.stage.name:
        name = part.stage.name if part.stage.name != REST else _("其余日子")
        words = _("%(name)s，%(day)s 起，用量按日分") % {"name": name, "day": since} if since else _("%(name)s，用量按日分") % {"name": name}
    else:
        words = _("%(day)s 起新价，用量按日分") % {"day": since} if since else _("换价以前，用量按日分")
    return f"{_(BAND_NAMES[part.band])}：{words}" if part.band else words


def _priced(part: Part) -> list[StepLine]:
    """The use under one price, step by step."""
    found = []
    steps = part.stage.steps_for(part.band)
    for step in tiered(part.quantity, steps, part.before):
        name = _("第 %(number)s 档") % {"number": step.number} if len(steps) > 1 else _("用量 × 单价")
        if part.band:
            name = _("%(band)s时段，用量 × 单价") % {"band": _(BAND_NAMES[part.band])}
        how = _("%(quantity)s × %(price)s 元") % {"quantity": plain(step.quantity), "price": plain(step.price)}
        found.append(StepLine(name, how, step.amount_fen))
    return found


def _turnover(part: Json) -> list[StepLine]:
    """One month's share beyond the minimum."""
    earned, amount = part_fen(part)
    month = part["month"]
    bands = "，".join(
        (_("至 %(upto)s 元 %(share)s%%") if upto else _("其余 %(share)s%%")) % {"upto": upto and yuan_text(int(upto)), "share": plain(Decimal(share) * 100)}
        for upto, share in part["bands"]
    )  # fmt: skip
    found = [StepLine(_("%(month)s 营业额 %(sum)s 元") % {"month": month, "sum": yuan_text(part["turnover_fen"])}, bands)]
    if part["free"]:
        facts = {"free": part["free"], "left": part["days"] - part["free"], "days": part["days"]}
        found.append(StepLine(_("免租 %(free)s 天不分成") % facts, _("按 %(left)s ÷ %(days)s 天") % facts))
    minimum = yuan_text(part["minimum_fen"])
    if earned > part["minimum_fen"]:
        how = _("分成 %(earned)s − 已出账的保底 %(minimum)s") % {"earned": yuan_text(earned), "minimum": minimum}
    else:
        how = _("分成 %(earned)s 没有超出保底 %(minimum)s") % {"earned": yuan_text(earned), "minimum": minimum}
    if part["before_fen"]:
        how += _("，更正前已收 %(before)s") % {"before": yuan_text(part["before_fen"])}
    return [*found, StepLine(_("保底之外"), how, amount)]


def _shared(inputs: Json, amount_fen: int) -> list[StepLine]:
    names = {"unit": _("按户"), "area": _("按面积"), "usage": _("按用量"), "persons": _("按居住人数"), "agreed": _("按约定系数")}
    how = _("总额 %(total)s 元 × 本户 %(weight)s ÷ 合计 %(whole)s") % {
        "total": yuan_text(inputs["total_fen"]), "weight": plain(inputs["weight"]), "whole": plain(inputs["whole"]),
    }  # fmt: skip
    found = [StepLine(_("分摊，%(by)s") % {"by": names[inputs["by"]]}, how, amount_fen)]
    if Decimal(inputs["factor"]) != 1:
        found.append(StepLine(_("系数"), plain(inputs["factor"])))
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
    return render_to_string("sheets/_steps.html", {"steps": steps_of_line(line), "line": line, "photos": photos_of_bill(row.pk)}, request=request)


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
