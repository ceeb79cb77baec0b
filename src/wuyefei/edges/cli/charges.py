"""The rules of kinds of charges for ``wuyefei calc``: steps, meters, shared costs, rent, formulas."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from wuyefei.estate.tariffs.rules.public import (
    By,
    Dial,
    Escalation,
    Figure,
    Participant,
    Rent,
    RentStep,
    Source,
    Step,
    all_values,
    prices,
    split,
    stretch,
    tiered,
)
from wuyefei.foundation.kernel.dates import DAY, parse_day
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.foundation.kernel.money import yuan

from .documents import MAX_WEIGHTS, Document, amount_of, got, known, number_of, rows_of, span_of

FIRST = dt.date(2000, 1, 1)
"""The days between two readings do not change the use: any two will do."""


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def tiers(document: Document) -> Document:
    """The charge of a use by steps, after what the stage has used before."""
    known(document, {"steps", "used", "before"})
    steps = []
    for number, row in enumerate(rows_of(document, "steps")):
        where = f"steps[{number}]."
        known(row, {"upto", "price"}, where)
        upto = None if row.get("upto") is None else number_of(row["upto"], f"{where}upto")
        steps.append(Step(upto, number_of(got(row, "price", where), f"{where}price")))
    parts = tiered(number_of(got(document, "used"), "used"), steps, number_of(document.get("before", "0"), "before"))
    return {
        "total": yuan(sum(part.amount_fen for part in parts)),
        "parts": [{"step": part.number, "quantity": _plain(part.quantity), "amount": yuan(part.amount_fen)} for part in parts],
    }


def usage(document: Document) -> Document:
    """The use between two figures of a dial."""
    known(document, {"start", "end", "multiplier", "digits", "rolled", "estimated"})
    for name in ("rolled", "estimated"):
        if not isinstance(document.get(name, False), bool):
            raise Invalid(field=name, reason="应为 true 或 false")
    digits = number_of(document.get("digits", "5"), "digits")
    dial = Dial("", number_of(document.get("multiplier", "1"), "multiplier"), int(digits))
    source = Source.ESTIMATED if document.get("estimated", False) else Source.READ
    start = Figure(FIRST, number_of(got(document, "start"), "start"), source)
    end = Figure(FIRST + DAY, number_of(got(document, "end"), "end"), Source.READ, document.get("rolled", False))
    return {"used": _plain(stretch(dial, start, end).quantity)}


def shared(document: Document) -> Document:
    """A sum cut among participants by unit, area, usage, persons or agreed shares."""
    known(document, {"total", "by", "participants"})
    by = document.get("by", By.AREA.value)
    if by not in list(By):
        raise Invalid(field="by", reason="应为 area、unit、usage、persons 或 agreed")
    found = []
    for number, row in enumerate(rows_of(document, "participants", MAX_WEIGHTS)):
        where = f"participants[{number}]."
        known(row, {"code", "measure", "factor"}, where)
        measure = number_of(row["measure"], f"{where}measure") if row.get("measure") is not None else None
        code = str(row.get("code", number + 1))
        found.append(Participant(number, code, measure, number_of(row.get("factor", "1"), f"{where}factor")))
    parts = split(amount_of(got(document, "total"), "total"), found, By(by))
    return {"parts": [{"code": found[part.key].code, "weight": _plain(part.weight), "amount": yuan(part.amount_fen)} for part in parts]}


def rent(document: Document) -> Document:
    """The monthly rent by date: steps, escalation, free days."""
    known(document, {"from", "to", "steps", "escalation", "free"})
    term = span_of({name: got(document, name) for name in ("from", "to")}, "")
    steps = []
    for number, row in enumerate(rows_of(document, "steps")):
        where = f"steps[{number}]."
        known(row, {"from", "monthly"}, where)
        steps.append(RentStep(parse_day(got(row, "from", where), f"{where}from"), amount_of(got(row, "monthly", where), f"{where}monthly")))
    escalation = None
    if document.get("escalation") is not None:
        row = document["escalation"]
        known(row, {"months", "share"}, "escalation.")
        months = number_of(got(row, "months", "escalation."), "escalation.months")
        escalation = Escalation(int(months), number_of(got(row, "share", "escalation."), "escalation.share"))
    free = [span_of(row, f"free[{number}].") for number, row in enumerate(rows_of(document, "free"))]
    found = prices(Rent(term, steps, escalation, free))
    return {"prices": [{"from": str(step.since), "monthly": yuan(step.monthly_fen)} for step in found]}


def formula(document: Document) -> Document:
    """The value of a formula with its parts filled in."""
    known(document, {"formula", "parts"})
    text, parts = got(document, "formula"), document.get("parts", {})
    if not isinstance(text, str):
        raise Invalid(field="formula", reason="应为文字")
    if not isinstance(parts, dict):
        raise Invalid(field="parts", reason="应为 JSON 对象")
    values = {name: number_of(value, f"parts.{name}") for name, value in parts.items()}
    return {"value": _plain(all_values({"": text}, values)[""])}
