"""Kinds of objection, what to say in each step, which remedies fit, and what counts as converted (product row G7).

All wording is ours. Money in fen.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

WITHIN = 30
"""Days in which a payment counts as following from the talk."""
CENT = 1000


class Kind(StrEnum):
    SERVICE = "service"
    PRICE = "price"
    HARDSHIP = "hardship"
    AWAY = "away"
    CONTRACT = "contract"
    POLICY = "policy"


class Remedy(StrEnum):
    ORDER = "order"
    COMPARE = "compare"
    INSTALMENT = "instalment"
    RECORD = "record"
    NONE = "none"


KIND_NAMES: dict[Kind, str] = {
    Kind.SERVICE: "服务没做好", Kind.PRICE: "价格高", Kind.HARDSHIP: "缴费有困难", Kind.AWAY: "不常住", Kind.CONTRACT: "对合同有疑问", Kind.POLICY: "对政策有疑问",
}  # fmt: skip
REMEDY_NAMES: dict[Remedy, str] = {
    Remedy.ORDER: "开工单，48 小时内答复", Remedy.COMPARE: "出示可比小区价格", Remedy.INSTALMENT: "申请分期", Remedy.RECORD: "出示服务记录", Remedy.NONE: "说明清楚，不用另办",
}  # fmt: skip
FITTING: dict[Kind, tuple[Remedy, ...]] = {
    Kind.SERVICE: (Remedy.ORDER, Remedy.RECORD), Kind.PRICE: (Remedy.COMPARE, Remedy.RECORD), Kind.HARDSHIP: (Remedy.INSTALMENT, Remedy.NONE),
    Kind.AWAY: (Remedy.RECORD, Remedy.NONE), Kind.CONTRACT: (Remedy.ORDER, Remedy.NONE), Kind.POLICY: (Remedy.ORDER, Remedy.NONE),
}  # fmt: skip
"""The remedies offered for a kind, the usual one first."""
FIELD: dict[Kind, int] = {Kind.SERVICE: 850, Kind.PRICE: 750, Kind.HARDSHIP: 900, Kind.AWAY: 700}
"""Conversion that the field reports, in per mille; it states none for the other kinds."""
STEP_NAMES = ("倾听", "理解", "说明", "解决")
@dataclass(frozen=True, slots=True)
class Talk:
    """An objection for the count: overdue that day, and what was paid within ``WITHIN`` days of it."""

    kind: str
    opened_on: dt.date
    owed_fen: int
    paid_fen: int

    def converted(self) -> bool:
        return self.paid_fen >= self.owed_fen

    def counts(self, today: dt.date) -> bool:
        """Whether the verdict is final."""
        return self.converted() or (today - self.opened_on).days > WITHIN


@dataclass(frozen=True, slots=True)
class Rate:
    """``converted`` of ``settled``; ``waiting`` have days left. ``field`` in per mille, None where the field states none."""

    kind: Kind
    settled: int
    converted: int
    waiting: int
    field: int | None

    @property
    def permille(self) -> int | None:
        return (self.converted * 2 * CENT + self.settled) // (2 * self.settled) if self.settled else None


def rates(talks: list[Talk], today: dt.date) -> list[Rate]:
    """Conversion by kind, every kind in its order."""
    found = []
    for kind in Kind:
        mine = [one for one in talks if one.kind == kind.value]
        settled = [one for one in mine if one.counts(today)]
        found.append(Rate(kind, len(settled), sum(one.converted() for one in settled), len(mine) - len(settled), FIELD.get(kind)))
    return found
