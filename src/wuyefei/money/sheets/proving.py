"""The amount of a line again, from its own inputs. Pure."""

from __future__ import annotations

from decimal import Decimal

from wuyefei.estate.tariffs.rules.public import DepositBy, DepositRule, deposit_fen
from wuyefei.money.billing.rules.public import share_of

from .rules import Json, Kind, each_fen, parts_of
from .turnover import parts_fen


def amount_of(kind: str, inputs: Json) -> int | None:
    """The amount of one line again, from its inputs; None for a shared sum, which follows from the whole sheet."""
    whole = _whole(kind, inputs)
    return whole if whole is None else one_part(whole, inputs)


def one_part(whole_fen: int, inputs: Json) -> int:
    """A payer's part of what a property owes, where several pay it by share."""
    if "share" not in inputs:
        return whole_fen
    low, high, of = inputs["share"]
    return share_of(whole_fen, (int(low), int(high), int(of)))


def _whole(kind: str, inputs: Json) -> int | None:
    if kind == Kind.METERED:
        return sum(part.amount_fen for part in parts_of(inputs))
    if kind == Kind.EACH:
        return each_fen(Decimal(inputs["price"]), Decimal(inputs["quantity"]))
    if kind == Kind.TURNOVER:
        return parts_fen(inputs)
    if kind == Kind.DEPOSIT:
        return deposit_fen(DepositRule(DepositBy(inputs["by"]), Decimal(inputs["figure"])), Decimal(inputs["quantity"]))
    return None
