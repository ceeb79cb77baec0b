"""What the person importing chose on the page or the command line, in a form that can be kept as JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from wuyefei.foundation.kernel.errors import Invalid

from .headers import Field
from .options import Options

CHARGE_ITEM = Options().charge_item


@dataclass(frozen=True, slots=True)
class Choices:
    """How a file is read and applied.

    ``mapping`` (column from 0 → field or None) replaces every guess. ``takeover_on`` is the first day billed here.
    ``late_fee_clause`` empty: the contract gets no late fee. Totals are whole fen; None: not stated.
    ``only_valid``: rows with errors are left out; otherwise one error refuses the file.
    """

    takeover_on: dt.date
    sheet: str | None = None
    header_row: int | None = None
    number_rows: bool = False
    mapping: Mapping[int, Field | None] | None = field(default=None, hash=False)
    charge_item: str = CHARGE_ITEM
    cycle_months: int = 1
    due_day: int = 15
    late_fee_clause: str = ""
    only_valid: bool = False
    arrears_total_fen: int | None = None
    prepayments_total_fen: int | None = None

    def check(self) -> None:
        """Raises ``Invalid`` for what cannot be chosen."""
        if not 1 <= self.cycle_months <= 12:
            raise Invalid(field="收费周期", reason="应为 1 到 12 个月")
        if not 1 <= self.due_day <= 31:
            raise Invalid(field="缴费日", reason="应为 1 到 31 日")

    def options(self, known: frozenset[str]) -> Options:
        """For the reader, with the codes that the estate holds already."""
        return Options(
            sheet=self.sheet, header_row=self.header_row, number_rows=self.number_rows, charge_item=self.charge_item,
            known_properties=known,
        )  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        kept = asdict(self)
        kept["takeover_on"] = self.takeover_on.isoformat()
        if self.mapping is not None:
            kept["mapping"] = {str(column): one.value if one else None for column, one in self.mapping.items()}
        return kept


def from_json(kept: Mapping[str, Any], today: dt.date) -> Choices:
    """The choices as kept; without any, the takeover is the first day of this month."""
    facts = dict(kept)
    first = facts.pop("takeover_on", None)
    mapping = facts.pop("mapping", None)
    fields = {int(column): Field(one) if one else None for column, one in mapping.items()} if mapping is not None else None
    return Choices(dt.date.fromisoformat(first) if first else today.replace(day=1), mapping=fields, **facts)
