"""What a price says beyond two figures: the terms of a formula, a lease, rented spaces (product rows B2, J5).

They are kept as JSON, numbers as text, and never changed once a version stands::

    quantity     {"unit": "台"}
    parking_own  {"rented": "300"}                       yuan a month for a space its user rents; ``per_unit`` for one owned
    formula      {"formulas": [["名称", "公式"], …]}      the last is the sum of a month in yuan
    rent         {"by": "total" | "area", "steps": [["1", "8000"], …], "escalation": ["12", "0.05"] | null,
                  "free": [["1", "3"], …], "turnover": [["200000", "0.08"], ["", "0.05"]]}

Those of ``SEASONAL`` methods may have ``seasons`` besides: [name, first, last, per_unit, fixed] each, see ``seasons``; and a
``score`` to which a part of the price is linked, see ``score``.

Months of a lease are counted from its first day, month 1 the first: one tariff can serve many shops. A step is (month
from which it holds, yuan a month or yuan per m² and month), an escalation (every how many months, share), a free
stretch (month from which, how many months), a turnover band (up to yuan or without end, share).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from wuyefei.foundation.kernel.dates import DAY, Month, Span
from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.kernel.money import FEN_PER_YUAN, parse_decimal, round_half_up

from .formula import BadFormula, in_order, names, parse
from .pricing import FORMULA, MAX_PRICE, PARKING_OWN, QUANTITY, RENT, SEASONAL
from .rent import MOST_YEARS, Escalation, Rent, RentStep, Turnover, check_rent, turnover_rent
from .score import FIELD as SCORE
from .score import check_score
from .seasons import FIELD as SEASONS
from .seasons import check_seasons

PARTS = ("建筑面积", "套内面积", "居住人数", "计费数量")
"""What a formula may name of a property, besides the formulas before and after it."""
ENGLISH_PARTS = {"building_area": "建筑面积", "inner_area": "套内面积", "residents": "居住人数", "quantity": "计费数量"}
"""The same parts by their English names."""
MOST_FORMULAS, MOST_ROWS = 20, 40
TOTAL, BY_AREA = "total", "area"
Terms = Mapping[str, Any]


def check_terms(method: str, terms: Terms) -> dict[str, Any]:
    """The terms as they are kept. Raises ``Invalid`` and ``BadFormula`` naming what is wrong."""
    kept = _own_terms(method, {name: value for name, value in terms.items() if name not in ("seasons", "score")})
    if terms.get("seasons"):
        if method not in SEASONAL:
            raise Invalid(field=SEASONS, reason="这种计费方式的价格不分季")
        kept["seasons"] = check_seasons(method, terms["seasons"])
    if terms.get("score"):
        if method not in SEASONAL:
            raise Invalid(field=SCORE, reason="这种计费方式的价格不和考核挂钩")
        kept["score"] = check_score(terms["score"])
    return kept


def _own_terms(method: str, terms: Terms) -> dict[str, Any]:
    """What the method itself needs."""
    checks = {QUANTITY: _unit, PARKING_OWN: _rented, FORMULA: _formulas, RENT: _rent}
    check = checks.get(method)
    if check is None:
        if terms:
            raise Invalid(field="收费条款", reason="这种计费方式没有另外的条款")
        return {}
    unknown = set(terms) - {"unit", "rented", "formulas", "by", "steps", "escalation", "free", "turnover"}
    if unknown:
        raise Invalid(field="收费条款", reason=Phrase("不认识「{name}」", name=min(unknown)))
    return check(terms)


def _unit(terms: Terms) -> dict[str, Any]:
    unit = str(terms.get("unit", "")).strip()
    if len(unit) > 6:
        raise Invalid(field="数量单位", reason="最多 6 个字")
    return {"unit": unit} if unit else {}


def _price(value: Any, field: str) -> Decimal:
    price = parse_decimal(str(value), field)
    if not 0 <= price <= MAX_PRICE or price != round(price, 4):
        raise Invalid(field=field, reason=Phrase("应在 0 到 {max_price} 之间，最多四位小数", max_price=MAX_PRICE))
    return price


def _rented(terms: Terms) -> dict[str, Any]:
    if not str(terms.get("rented", "")).strip():
        raise Invalid(field="租用单价", reason="请填写租用车位每月的价格")
    return {"rented": str(_price(terms["rented"], "租用单价"))}


def _formulas(terms: Terms) -> dict[str, Any]:
    rows = [(str(name).strip(), str(text).strip()) for name, text in terms.get("formulas", ())]
    if not 1 <= len(rows) <= MOST_FORMULAS:
        raise Invalid(field="公式", reason=Phrase("应有 1 到 {most} 行", most=MOST_FORMULAS))
    given = [name for name, _ in rows]
    for name in given:
        if not name or given.count(name) > 1 or name in PARTS or name in ENGLISH_PARTS:
            raise Invalid(field="公式", reason=Phrase("名称「{name}」为空、重复，或与房屋数据同名", name=name))
    trees = {name: parse(text) for name, text in rows}
    in_order(trees)
    for tree in trees.values():
        unknown = names(tree) - set(PARTS) - set(ENGLISH_PARTS) - set(given)
        if unknown:
            raise BadFormula(reason=Phrase("不知道「{name}」是什么，可用的有 {known}", name=min(unknown), known="、".join(PARTS)))
    return {"formulas": [list(row) for row in rows]}


def parts_named(terms: Terms) -> set[str]:
    """The parts of a property that a formula's terms need, as they are named there."""
    return set[str]().union(*(names(parse(text)) for _name, text in terms["formulas"])) & {*PARTS, *ENGLISH_PARTS}


def _whole(value: Any, field: str, least: int = 1, most: int = MOST_YEARS * 12) -> int:
    number = parse_decimal(str(value), field)
    if number != int(number) or not least <= number <= most:
        raise Invalid(field=field, reason=Phrase("月数应为 {least} 到 {most} 的整数", least=least, most=most))
    return int(number)


def _rent(terms: Terms) -> dict[str, Any]:
    by = terms.get("by", TOTAL)
    if by not in (TOTAL, BY_AREA):
        raise Invalid(field="租金口径", reason="应为整间或按面积")
    for name in ("steps", "free", "turnover"):
        if len(terms.get(name) or ()) > MOST_ROWS:
            raise Invalid(field="租金", reason=Phrase("最多 {most} 行", most=MOST_ROWS))
    raised = terms.get("escalation") or None
    kept = {
        "by": by,
        "steps": [[str(_whole(month, "租金")), str(_rent_sum(price))] for month, price in terms.get("steps") or ()],
        "escalation": [str(_whole(raised[0], "递增周期", 1, 120)), str(parse_decimal(str(raised[1]), "递增比例"))] if raised else None,
        "free": [[str(_whole(month, "免租期")), str(_whole(count, "免租期", 1, 60))] for month, count in terms.get("free") or ()],
        "turnover": [[str(upto or ""), str(parse_decimal(str(share), "分成"))] for upto, share in terms.get("turnover") or ()],
    }
    check_rent(lease(kept, dt.date(2000, 1, 1)))
    if kept["turnover"]:
        turnover_rent(0, turnover(kept), 0)
    return kept


def _rent_sum(value: Any) -> Decimal:
    price = parse_decimal(str(value), "租金")
    if not 0 <= price <= 100_000_000 or price != round(price, 4):
        raise Invalid(field="租金", reason="应在 0 到 1 亿元之间，最多四位小数")
    return price


def turnover(terms: Terms) -> Turnover:
    """The bands of a lease's share of turnover."""
    bands = [
        (round_half_up(parse_decimal(upto, "分成") * FEN_PER_YUAN) if upto else None, Decimal(share)) for upto, share in terms["turnover"]
    ]
    return Turnover(bands)


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day of a later month, the last where that month is shorter."""
    return Month.of(day).plus(months).day(day.day)


def lease(terms: Terms, first: dt.date, area: Decimal = Decimal(1)) -> Rent:
    """The rent of a shop whose lease began on ``first``, as far ahead as rents are looked at; ``area`` m² for a rent by
    area. The contract line alone says when it ends: a rent of a day does not depend on that."""
    times = (area if terms["by"] == BY_AREA else Decimal(1)) * FEN_PER_YUAN
    steps = [RentStep(months_after(first, int(month) - 1), round_half_up(Decimal(price) * times)) for month, price in terms["steps"]]
    free = []
    for month, count in terms["free"]:
        begins = months_after(first, int(month) - 1)
        free.append(Span(begins, months_after(first, int(month) - 1 + int(count)) - DAY))
    raised = terms["escalation"]
    term = Span(first, months_after(first, MOST_YEARS * 12) - DAY)
    return Rent(term, steps, Escalation(int(raised[0]), Decimal(raised[1])) if raised else None, free)
