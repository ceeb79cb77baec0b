"""Trying a charge out: figures typed by hand, each step of the calculation shown, nothing written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from django.utils.translation import gettext as _

from wuyefei.estate.tariffs.rules.public import (
    By,
    DepositBy,
    DepositRule,
    Dial,
    Escalation,
    Figure,
    Participant,
    Parts,
    Rent,
    RentStep,
    Source,
    TariffPrice,
    Turnover,
    all_values,
    deposit_fen,
    prices,
    schedule,
    share_of_month,
    split,
    stretch,
)
from wuyefei.foundation.kernel.dates import DAY, Span, parse_day
from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.kernel.money import parse_decimal, parse_yuan, yuan_text
from wuyefei.money.billing.public import Convention, Price, charge_by_month, explain

from .explaining import StepLine, deposit_line, plain, price_lines
from .stages import Stage, Stretched, charged, check_stages, unpriced

Data = dict[str, Any]
MOST_ROWS = 60
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Tried:
    """The steps and what they come to: fen, or None where the outcome is a table of prices or a bare number."""

    steps: list[StepLine]
    total_fen: int | None = None


def rows(text: str, field: str, least: int, most: int) -> list[list[str]]:
    """Lines, or parts after commas, each cut at spaces. Raises ``Invalid`` naming the line."""
    found = [part.split() for part in re.split(r"[,;、\n]+", normalize("NFKC", text)) if part.strip()]
    if not 1 <= len(found) <= MOST_ROWS:
        raise Invalid(field=field, reason=Phrase("应有 1 到 {most} 行", most=MOST_ROWS))
    for number, words in enumerate(found, 1):
        if not least <= len(words) <= most:
            raise Invalid(field=field, reason=Phrase("第 {number} 行写得不对", number=number))
    return found


def area(data: Data) -> Tried:
    """A monthly price by area over some days, month by month."""
    span = Span(data["first"], data["last"])
    found = charge_by_month(span, data["quantity"], [Price(span.first.replace(day=1), data["price"])], Convention(data["convention"]))
    monthly = _("整月 %(price)s 元 × %(quantity)s") % {"price": plain(data["price"]), "quantity": plain(data["quantity"])}
    steps = [StepLine(str(month), _how(span, month, monthly), fen) for month, fen in found[:MOST_ROWS]]
    return Tried(steps, sum(fen for _month, fen in found))


def _how(span: Span, month: Any, monthly: str) -> str:
    part = span.overlap(Span(month.first, month.last))
    days = part.days if part else 0
    whole = month.last.day
    return monthly if days == whole else monthly + _("，%(days)s ÷ %(whole)s 天") % {"days": days, "whole": whole}


def quantity(data: Data) -> Tried:
    """So many at a monthly price each."""
    return area(data | {"convention": "calendar"})


def daily(data: Data) -> Tried:
    """A price by the day: a month costs by its own number of days."""
    span = Span(data["first"], data["last"])
    found = charge_by_month(span, data["quantity"], [Price(span.first.replace(day=1), data["price"], daily=True)])
    facts = {"price": plain(data["price"]), "quantity": plain(data["quantity"])}
    steps = []
    for month, fen in found[:MOST_ROWS]:
        part = span.overlap(Span(month.first, month.last))
        days = {"days": str(part.days if part else 0)}
        steps.append(StepLine(str(month), _("%(price)s 元 × %(quantity)s × %(days)s 天") % (facts | days), fen))
    return Tried(steps, sum(fen for _month, fen in found))


def per_head(data: Data) -> Tried:
    """So much for each who lives there, by day."""
    heads = []
    for words in rows(data["heads"], "居住人数", 2, 2):
        count = parse_decimal(words[1], "居住人数")
        if not 0 <= count <= 1000 or count != int(count):
            raise Invalid(field="居住人数", reason="应为整数")
        heads.append((parse_day(words[0], "居住人数"), int(count)))
    return _by_day("per_head", data, TariffPrice(data["first"], data["price"], ZERO, 1), heads=tuple(sorted(heads)))


def parking_own(data: Data) -> Tried:
    """One space that is rented until a day and owned from it."""
    owned = ((data["owned_from"], True),) if data["owned_from"] else ()
    return _by_day("parking_own", data, TariffPrice(data["first"], data["own"], ZERO, 1, {"rented": str(data["rented"])}), owned=owned)


def _by_day(method: str, data: Data, price: TariffPrice, **parts: Any) -> Tried:
    """A price that follows from the property, stretch by stretch."""
    span = Span(data["first"], data["last"])
    found = [Price(row.since, row.per_unit, row.fixed) for row in schedule(method, [price], Parts(span, **parts))]
    steps = []
    for piece in explain(span, Decimal(1), found, Convention.CALENDAR, {}):
        how = _("整月 %(price)s 元") % {"price": plain(piece.monthly)}
        share = "" if piece.whole else _("，%(days)s ÷ %(whole)s 天") % {"days": piece.parts, "whole": piece.of}
        steps.append(StepLine(f"{piece.span.first} – {piece.span.last}", how + share, piece.amount_fen))
    return Tried(steps[:MOST_ROWS], sum(fen for _month, fen in charge_by_month(span, Decimal(1), found)))


def metered(data: Data) -> Tried:
    """From two readings to a use, and from the use to a charge."""
    source = Source.ESTIMATED if data["estimated"] else Source.READ
    day = Span(DAY_ONE, DAY_ONE + DAY)
    piece = stretch(
        Dial("", data["multiplier"]), Figure(day.first, data["start"], source), Figure(day.last, data["end"], Source.READ, data["rolled"])
    )
    facts = {"start": plain(data["start"]), "end": plain(data["end"]), "times": f" × {plain(data['multiplier'])}", "used": plain(piece.quantity)}
    if data["rolled"]:
        facts["end"] = _("%(end)s 加一整圈") % facts
    steps = [StepLine(_("用量"), _("（%(end)s − %(start)s）%(times)s → 用量 %(used)s") % facts)]
    if piece.quantity <= 0:
        return Tried([*steps, StepLine(_("金额"), _("没有可收的用量；多估的留到下次抵"))], 0)
    stages = [Stage(None, data["steps"].steps, bands=data["steps"].bands), *(data["changes"] or ())]
    check_stages(stages)
    if unpriced([""], stages) is not None:
        raise Invalid(field="单价", reason="分时的价请用「峰平谷分时」试算")
    first, last = (data["since"], data["on"]) if data["since"] and data["on"] else (day.first, day.last)
    parts = charged([Stretched(first, last, piece.quantity)], stages, data["before"])
    steps += price_lines(parts, len(stages) > 1)
    return Tried(steps, sum(part.amount_fen for part in parts))


DAY_ONE = parse_day("2000-01-01", "")


def shared(data: Data) -> Tried:
    """A sum cut among properties: a line each with code, measure and perhaps a factor."""
    found = []
    for number, words in enumerate(rows(data["participants"], "参加的房屋", 1, 3)):
        measure = parse_decimal(words[1], "参加的房屋") if len(words) > 1 else Decimal(1)
        factor = parse_decimal(words[2], "参加的房屋") if len(words) > 2 else Decimal(1)
        found.append(Participant(number, words[0], measure, factor))
    parts = split(data["total"], found, By.AREA)
    whole = plain(sum((part.weight for part in parts), Decimal(0)))
    steps = [
        StepLine(found[part.key].code, f"{yuan_text(data['total'])} × {plain(part.weight)} ÷ {whole}", part.amount_fen) for part in parts
    ]
    return Tried(steps, sum(part.amount_fen for part in parts))


def rent(data: Data) -> Tried:
    """A lease's monthly rent by date, and what its days come to."""
    steps = [
        RentStep(parse_day(words[0], "分档"), parse_yuan(words[1], "分档")) for words in rows(data["rent_steps"], "分档", 2, 2)
    ]
    free = []
    if data["free"].strip():
        free = [Span(parse_day(words[0], "免租期"), parse_day(words[1], "免租期")) for words in rows(data["free"], "免租期", 2, 2)]
    escalation = Escalation(data["months"], data["share"] / 100) if data["months"] and data["share"] else None
    term = Span(data["first"], data["last"])
    found = prices(Rent(term, steps, escalation, free))
    charged = charge_by_month(term, Decimal(1), [Price(step.since, Decimal(0), Decimal(step.monthly_fen) / 100) for step in found], Convention.CALENDAR)
    table = [StepLine(str(step.since), _("起每月 %(sum)s 元") % {"sum": yuan_text(step.monthly_fen)}) for step in found]
    return Tried(table, sum(fen for _month, fen in charged))


def turnover(data: Data) -> Tried:
    """The higher of a share of turnover and the minimum."""
    bands = []
    for words in rows(data["bands"], "分成", 1, 2):
        upto = None if len(words) == 1 or words[0] == "不限" else parse_yuan(words[0], "分成")
        bands.append((upto, parse_decimal(words[-1], "分成") / 100))
    days, free = int(data["days"] or 30), int(data["free_days"] or 0)
    earned, beyond = share_of_month(data["turnover"], Turnover(bands), data["minimum"], days, free)
    how = _("营业额 %(sum)s 元按各档比例") % {"sum": yuan_text(data["turnover"])}
    if free:
        how += _("，%(days)s ÷ %(whole)s 天") % {"days": days - free, "whole": days}
    before = data["before"] or 0
    steps = [StepLine(_("分成额"), how, earned), StepLine(_("保底，随月租出账"), "", data["minimum"])]
    if before:
        steps.append(StepLine(_("更正前已收的分成"), "", -before))
    return Tried([*steps, StepLine(_("保底之外应收"), "", beyond - before)], max(earned, data["minimum"]) - before)


def formula(data: Data) -> Tried:
    """A formula with its parts filled in."""
    parts = {}
    if data["parts"].strip():
        parts = {words[0]: parse_decimal(words[1], "各部分") for words in rows(data["parts"], "各部分", 2, 2)}
    value = all_values({"": data["formula"]}, parts)[""]
    steps = [StepLine(name, plain(number)) for name, number in parts.items()]
    return Tried([*steps, StepLine(data["formula"], f"= {plain(value)}")])


def deposit(data: Data) -> Tried:
    """A deposit by its policy."""
    rule = DepositRule(DepositBy(data["deposit_by"]), data["figure"])
    quantity = data["of"] * 100 if rule.by is DepositBy.MONTHS else (Decimal(1) if rule.by is DepositBy.PROPERTY else data["of"])
    amount = deposit_fen(rule, quantity)
    inputs = {"by": rule.by.value, "figure": str(rule.figure), "quantity": str(quantity.quantize(Decimal(1)) if rule.by is DepositBy.MONTHS else quantity)}
    return Tried([deposit_line(inputs, amount)], amount)
