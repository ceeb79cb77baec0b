"""Stepped prices 阶梯价: the more is used in a stage, the dearer the further unit (product row B2).

A stage is usually a year: what was used in it before counts towards the steps. A step's charge is cumulative and
rounded as the month's is (row B3)::

    charge(before → before + used) = round(exact(before + used)) − round(exact(before))

so that any cut of a stage's use adds up to the stage, to the fen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.kernel.money import FEN_PER_YUAN, round_half_up

MOST_STEPS = 12


@dataclass(frozen=True, slots=True)
class Step:
    """Use up to and with ``upto`` (None: without end) costs ``price`` yuan a unit."""

    upto: Decimal | None
    price: Decimal


@dataclass(frozen=True, slots=True)
class StepPart:
    """The part of a use that fell into one step: its quantity and its charge in fen."""

    number: int
    quantity: Decimal
    price: Decimal
    amount_fen: int


def check_steps(steps: Sequence[Step]) -> None:
    """Steps rise, the last alone is without end, prices are not negative. Raises ``Invalid``."""
    if not 1 <= len(steps) <= MOST_STEPS:
        raise Invalid(field="阶梯", reason=Phrase("应有 1 到 {most} 档", most=MOST_STEPS))
    below = Decimal(0)
    for number, step in enumerate(steps, 1):
        if step.price < 0 or not step.price.is_finite():
            raise Invalid(field="阶梯", reason=Phrase("第 {number} 档的单价不能是负数", number=number))
        last = number == len(steps)
        if last != (step.upto is None):
            raise Invalid(field="阶梯", reason="最后一档不设上限，其余各档都要有上限")
        if step.upto is not None:
            if not step.upto.is_finite() or step.upto <= below:
                raise Invalid(field="阶梯", reason=Phrase("第 {number} 档的上限要大于前一档", number=number))
            below = step.upto


def widen(steps: Sequence[Step], persons: int, from_person: int, per_person: Decimal) -> list[Step]:
    """Wider steps for a large household: from the ``from_person``-th on each person adds ``per_person`` to every limit.

    The rule of most cities for homes of five and more; the figures are the city's own and come in with the tariff.
    """
    more = max(0, persons - from_person + 1) * per_person
    return [Step(None if step.upto is None else step.upto + more, step.price) for step in steps]


def _exact(quantity: Decimal, steps: Sequence[Step]) -> Decimal:
    """The unrounded charge in fen for the first ``quantity`` units of a stage."""
    total, below = Decimal(0), Decimal(0)
    for step in steps:
        top = quantity if step.upto is None else min(quantity, step.upto)
        if top <= below:
            break
        total += (top - below) * step.price
        below = top
    return total * FEN_PER_YUAN


def tiered(used: Decimal, steps: Sequence[Step], before: Decimal = Decimal(0)) -> list[StepPart]:
    """The charge for ``used`` units after ``before`` units of the same stage, by step; steps not touched are left out.

    Raises ``Invalid`` for negative use or steps that are not steps.
    """
    _check(used, steps, before)
    found, below, end = [], Decimal(0), before + used
    for number, step in enumerate(steps, 1):
        top = end if step.upto is None else min(end, step.upto)
        start = max(before, below)
        if top > start:
            amount = round_half_up(_exact(top, steps)) - round_half_up(_exact(start, steps))
            found.append(StepPart(number, top - start, step.price, amount))
        below = step.upto if step.upto is not None else end
    return found


def tiered_fen(used: Decimal, steps: Sequence[Step], before: Decimal = Decimal(0)) -> int:
    """The sum of ``tiered`` in fen: its parts follow on one another, so that all between the first and the last cancels."""
    _check(used, steps, before)
    return round_half_up(_exact(before + used, steps)) - round_half_up(_exact(before, steps))


def _check(used: Decimal, steps: Sequence[Step], before: Decimal) -> None:
    check_steps(steps)
    if used < 0 or before < 0:
        raise Invalid(field="用量", reason="不能是负数")
