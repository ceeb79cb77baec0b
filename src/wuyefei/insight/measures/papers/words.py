"""How figures are written on paper."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from wuyefei.foundation.kernel.money import yuan_text

from ..rules import Period, Unit

NONE = "—"


def percent(value: Decimal | None) -> str:
    return NONE if value is None else f"{(value * 100).quantize(Decimal('0.1'), rounding=ROUND_HALF_UP)}%"


def gap(ours: Decimal | None, theirs: Decimal | None) -> str:
    """A difference in points: +1.2 个点."""
    if ours is None or theirs is None:
        return NONE
    exact = ((ours - theirs) * 100).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    sign = "+" if exact > 0 else "−" if exact < 0 else ""
    return f"{sign}{abs(exact)} 个点"


def money(fen: int | None) -> str:
    return NONE if fen is None else yuan_text(fen)


def title(period: Period) -> str:
    if period.unit is Unit.WEEK:
        return f"收缴周报 {period.year} 年第 {period.number} 周"
    return f"收缴月报 {period.year} 年 {period.number} 月"
