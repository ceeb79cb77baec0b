"""What a yuan of fee pays for. Pure: no clock, no database."""

from __future__ import annotations

from dataclasses import dataclass

from wuyefei.foundation.kernel.money import allocate


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the fee: ``percent`` of it, and what it pays for in words."""

    name: str
    percent: int
    note: str


PARTS = (
    Part("人员工资", 60, "保安、保洁、工程、管家"),
    Part("公共能耗", 15, "路灯、电梯、水泵用电"),
    Part("设施维保", 10, "电梯、消防、监控"),
    Part("绿化保洁", 10, "花木、清扫、清运"),
    Part("管理费用", 5, "办公、税费、保险"),
)
"""The default composition (product row E5): staff 60, common energy 15, equipment 10, green and cleaning 10,
management 5."""


def compose(amount_fen: int, parts: tuple[Part, ...] = PARTS) -> list[tuple[Part, int]]:
    """The fee cut into its parts, conserving it to the fen."""
    shares = allocate(amount_fen, [part.percent for part in parts])
    return list(zip(parts, shares, strict=True))
