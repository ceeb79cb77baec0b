"""Common costs 公摊: a sum cut among participants, conserved to the fen (product row B2; Civil Code 283: as agreed, else
by the share of the exclusive area).

Who takes part and with what weight is frozen when the sheet is confirmed: whoever joins later never changes what was
cut before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from wuyefei.foundation.kernel.errors import DomainError, Invalid, Phrase
from wuyefei.foundation.kernel.money import MAX_FEN, allocate


class By(StrEnum):
    AREA = "area"
    UNIT = "unit"
    USAGE = "usage"
    PERSONS = "persons"
    AGREED = "agreed"


@dataclass(frozen=True, slots=True)
class Participant:
    """A property that takes part: what it measures (m², 1, units used, persons, the share agreed) and a factor (vacant 0.7, say)."""

    key: int
    code: str
    measure: Decimal | None
    factor: Decimal = Decimal(1)

    @property
    def weight(self) -> Decimal:
        assert self.measure is not None
        return self.measure * self.factor


@dataclass(frozen=True, slots=True)
class Share:
    key: int
    weight: Decimal
    amount_fen: int


class NobodyTakesPart(DomainError):
    code = "nobody_takes_part"
    message = "没有参与分摊的房屋，{total} 元无处可摊。"


class MeasureMissing(DomainError):
    code = "measure_missing"
    message = "有 {count} 户缺少分摊依据（如 {first}），请补录后再摊。"


def weigh(participants: Sequence[Participant], by: By) -> list[Participant]:
    """The participants with the measure that ``by`` needs. Raises ``MeasureMissing``, ``Invalid`` for a bad factor."""
    missing = [one for one in participants if by is not By.UNIT and one.measure is None]
    if missing:
        raise MeasureMissing(count=len(missing), first=missing[0].code)
    for one in participants:
        if not one.factor.is_finite() or not 0 <= one.factor <= 10:
            raise Invalid(field="系数", reason=Phrase("{code} 的系数应在 0 到 10 之间", code=one.code))
    return [Participant(one.key, one.code, Decimal(1) if by is By.UNIT else one.measure, one.factor) for one in participants]


def split(total_fen: int, participants: Sequence[Participant], by: By) -> list[Share]:
    """The total cut by largest remainder, ties in the order given. A participant of weight 0 bears nothing.

    Raises ``NobodyTakesPart``, ``MeasureMissing``, ``Invalid``.
    """
    if not 0 < total_fen <= MAX_FEN:
        raise Invalid(field="分摊总额", reason="必须大于 0")
    weighed = weigh(participants, by)
    if not weighed or not any(one.weight for one in weighed):
        raise NobodyTakesPart(total=f"{Decimal(total_fen) / 100:.2f}")
    parts = allocate(total_fen, [one.weight for one in weighed])
    return [Share(one.key, one.weight, fen) for one, fen in zip(weighed, parts, strict=True)]


def loss(master: Decimal, below: Sequence[Decimal]) -> Decimal:
    """The part of a master meter's use that no meter below it measured (总表减分表); less than nothing is refused."""
    rest = master - sum(below, Decimal(0))
    if rest < 0:
        raise Invalid(field="总表用量", reason=Phrase("分表合计 {below} 大于总表 {master}，请核对读数", below=sum(below, Decimal(0)), master=master))
    return rest
