"""The amount of a line again, from its own inputs. Pure."""

from __future__ import annotations

from decimal import Decimal

from wuyefei.estate.tariffs.rules.public import DepositBy, DepositRule, deposit_fen

from .rules import Json, Kind, each_fen, parts_of
from .turnover import parts_fen


def amount_of(kind: str, inputs: Json) -> int | None:
    """The amount of one line again, from its inputs; None for a share, which follows from the whole sheet."""
    if kind == Kind.METERED:
        return sum(part.amount_fen for part in parts_of(inputs))
    if kind == Kind.EACH:
        return each_fen(Decimal(inputs["price"]), Decimal(inputs["quantity"]))
    if kind == Kind.TURNOVER:
        return parts_fen(inputs)
    if kind == Kind.DEPOSIT:
        return deposit_fen(DepositRule(DepositBy(inputs["by"]), Decimal(inputs["figure"])), Decimal(inputs["quantity"]))
    return None
