"""Lines of a property that several pay by share, each payer's apart (product row A4). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from wuyefei.money.billing.rules.public import Share, share_of

from .rules import Drawn

TEN_THOUSANDTHS = Decimal(10_000)


def by_share(drawn: Sequence[Drawn], owing: Mapping[tuple[int, object], Sequence[tuple[int, Share]]]) -> list[Drawn]:
    """``owing``: (payer, share) by property and last day of a line. Amount and quantity are conserved; the readings stay
    with the first of the lines, which they all stand for."""
    found: list[Drawn] = []
    for row in drawn:
        shares = owing.get((row.property_id, row.span.last))
        if not shares:
            found.append(row)
            continue
        parts = [_part(row, payer_id, share) for payer_id, share in shares]
        parts = [part for part in parts if part.amount_fen]
        found += [replace(part, reading_ids=row.reading_ids if not number else ()) for number, part in enumerate(parts)]
    return found


def _part(row: Drawn, payer_id: int, share: Share) -> Drawn:
    units = share_of(int(row.quantity * TEN_THOUSANDTHS), share)
    inputs = row.inputs | {"share": list(share), "whole_fen": row.amount_fen}
    return replace(row, payer_id=payer_id, quantity=Decimal(units) / TEN_THOUSANDTHS, amount_fen=share_of(row.amount_fen, share), inputs=inputs)
