"""From readings, participants and prices to the lines of a sheet. Pure: no database, no clock."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any
from unicodedata import normalize

from wuyefei.estate.tariffs.rules.public import By, Participant, split
from wuyefei.foundation.kernel.dates import DAY, Span
from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.kernel.money import FEN_PER_YUAN, MAX_FEN, parse_decimal, round_half_up

from .prices import price_json, stages_of
from .stages import Part, Stage, Stretched, charged, no_price, unpriced

Json = dict[str, Any]


class Kind(StrEnum):
    METERED = "metered"
    SHARED = "shared"
    EACH = "each"
    TURNOVER = "turnover"
    DEPOSIT = "deposit"


class Why(StrEnum):
    """Why a property has no line on a sheet."""

    NO_PAYER = "no_payer"
    HELD = "held"
    CARRIED = "carried"
    NOTHING = "nothing"
    OVERCHARGED = "overcharged"
    HAS_DEPOSIT = "has_deposit"


WHY_NAMES: dict[Why, str] = {
    Why.NO_PAYER: "没有缴费人",
    Why.HELD: "读数还没有核对",
    Why.CARRIED: "多估的用量还没有抵完，结转下次",
    Why.NOTHING: "金额不到一分",
    Why.HAS_DEPOSIT: "已收过这项押金，不重复收",
    Why.OVERCHARGED: "更正后多收的还没有抵完，结转下次",
}


class NothingToBill(DomainError):
    code = "nothing_to_bill"
    message = "没有可计费的房屋：{reason}。"


class PayerMissing(DomainError):
    code = "payer_missing"
    message = "有 {count} 户在 {day} 没有缴费人（如 {first}），请补录，或不让它们参加。"


class SheetState(DomainError):
    code = "sheet_state"
    message = "这张计费单的状态是「{state}」，不能{verb}。"


class SheetChanged(DomainError):
    code = "sheet_changed"
    message = "计费单的内容与提交时不一致，请退回后重新计算。"


@dataclass(frozen=True, slots=True)
class Piece:
    """The use between two readings of one meter, and who pays on the day of the second; None where nobody does."""

    reading_id: int
    property_id: int
    payer_id: int | None
    meter: str
    since: dt.date
    on: dt.date
    start: Decimal
    end: Decimal
    multiplier: Decimal
    used: Decimal
    rolled: bool = False
    band: str = ""

    def as_json(self) -> Json:
        return {
            "meter": self.meter, "since": str(self.since), "on": str(self.on), "start": str(self.start), "end": str(self.end),
            "multiplier": str(self.multiplier), "used": str(self.used), "rolled": self.rolled,
            **({"band": self.band} if self.band else {}),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line to be: ``inputs`` is all that ``amount_of`` needs to find the amount again."""

    property_id: int
    payer_id: int
    span: Span
    quantity: Decimal
    amount_fen: int
    inputs: Json
    reading_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Left:
    property_id: int
    why: Why
    quantity: Decimal | None = None


def parse_agreed(text: str) -> dict[str, Decimal]:
    """``1-1-101 0.8``, one a line or with commas. Raises ``Invalid`` naming the line."""
    found: dict[str, Decimal] = {}
    rows = [part.split() for part in re.split(r"[,;、\n]+", normalize("NFKC", text)) if part.strip()]
    for number, words in enumerate(rows, 1):
        if len(words) != 2:
            raise Invalid(field="约定系数", reason=Phrase("第 {number} 行应写作「房号 系数」，如 1-1-101 0.8", number=number))
        if words[0] in found:
            raise Invalid(field="约定系数", reason=Phrase("{code} 写了两行", code=words[0]))
        found[words[0]] = parse_decimal(words[1], "约定系数")
    return found


def metered(
    pieces: Sequence[Piece], stages: Sequence[Stage], before: Mapping[int, Decimal]
) -> tuple[list[Drawn], list[Left]]:
    """Lines by property and payer. ``before``: what each property has used in this stage and paid for already.

    Whose use comes to nothing or less, because an estimate was too high, has no line: the readings wait and are
    counted together with the next ones, so that no bill is ever negative and no unit is lost; so do all of a home of whose
    bands of the day one comes to less than nothing. Raises ``Invalid`` where a band has no price.
    """
    missing = unpriced({piece.band for piece in pieces}, stages)
    if missing is not None:
        raise no_price(missing)
    price = price_json(stages)
    homes: dict[int, dict[int | None, list[Piece]]] = {}
    for piece in sorted(pieces, key=lambda one: (one.on, one.reading_id)):
        homes.setdefault(piece.property_id, {}).setdefault(piece.payer_id, []).append(piece)
    drawn, left = [], []
    for property_id, groups in homes.items():
        start = before.get(property_id, Decimal(0))
        for payer_id, group in groups.items():
            used = sum((piece.used for piece in group), Decimal(0))
            if payer_id is None:
                left.append(Left(property_id, Why.NO_PAYER, used))
                continue
            uses = [Stretched(piece.since, piece.on, piece.used, piece.band) for piece in group]
            less = any(sum(one.quantity for one in uses if one.band == band) < 0 for band in {one.band for one in uses})
            amount = sum(part.amount_fen for part in charged(uses, stages, start)) if not less else 0
            if amount <= 0:
                left.append(Left(property_id, Why.CARRIED if less else Why.NOTHING, used))
                continue
            inputs: Json = {**price, "before": str(start), "pieces": [piece.as_json() for piece in group]}
            span = Span(min(piece.since for piece in group) + DAY, max(piece.on for piece in group))
            ids = tuple(piece.reading_id for piece in group)
            drawn.append(Drawn(property_id, payer_id, span, used, amount, inputs, ids))
            start += used
    return drawn, left


def shared(
    total_fen: int, by: By, participants: Sequence[Participant], payers: Mapping[int, int], span: Span
) -> list[Drawn]:
    """One sum cut among the participants, to the fen; those who bear nothing have no line. ``payers``: by property."""
    parts = split(total_fen, participants, by)
    whole = sum((part.weight for part in parts), Decimal(0))
    named = {one.key: one for one in participants}
    return [
        Drawn(
            part.key, payers[part.key], span, part.weight, part.amount_fen,
            {"total_fen": total_fen, "by": by.value, "measure": _text(named[part.key].measure), "factor": str(named[part.key].factor),
             "weight": str(part.weight), "whole": str(whole)},
        )
        for part in parts if part.amount_fen
    ]  # fmt: skip


def each(
    price: Decimal, by: By, participants: Sequence[Participant], payers: Mapping[int, int], span: Span
) -> list[Drawn]:
    """The same price for each property, or for each m² of it."""
    found = []
    for one in participants:
        quantity = Decimal(1) if by is By.UNIT else one.measure
        if quantity is None:
            raise Invalid(field="计费面积", reason=Phrase("{code} 没有面积", code=one.code))
        amount = each_fen(price, quantity)
        if not 0 < amount <= MAX_FEN:
            raise Invalid(field="单价", reason=Phrase("{code} 的金额应大于 0", code=one.code))
        inputs = {"price": str(price), "by": by.value, "quantity": str(quantity)}
        found.append(Drawn(one.key, payers[one.key], span, quantity, amount, inputs))
    return found


def each_fen(price: Decimal, quantity: Decimal) -> int:
    return round_half_up(price * quantity * FEN_PER_YUAN)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def parts_of(inputs: Json) -> list[Part]:
    """What a frozen metered line charges under each price."""
    return charged(
        [
            Stretched(dt.date.fromisoformat(piece["since"]), dt.date.fromisoformat(piece["on"]), Decimal(piece["used"]), piece.get("band", ""))
            for piece in inputs["pieces"]
        ],
        stages_of(inputs), Decimal(inputs["before"]),
    )  # fmt: skip


def participants_json(participants: Sequence[Participant]) -> list[list[Any]]:
    return [[one.key, one.code, _text(one.measure), str(one.factor)] for one in participants]


def shares_of(terms: Json) -> dict[int, int]:
    """The shares of a frozen sheet again: fen by property, those who bear nothing left out."""
    participants = [
        Participant(key, code, None if measure is None else Decimal(measure), Decimal(factor))
        for key, code, measure, factor in terms["participants"]
    ]
    parts = split(int(terms["total_fen"]), participants, By(terms["by"]))
    return {part.key: part.amount_fen for part in parts if part.amount_fen}
