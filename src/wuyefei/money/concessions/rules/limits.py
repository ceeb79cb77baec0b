"""Within what a plan to pay in parts may be granted (product rows C3, C5). A firm may set its own; here stand the figures
that hold until it does, and the bounds of what may be set. Pure; money in fen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from wuyefei.foundation.kernel.errors import Invalid, Phrase


@dataclass(frozen=True, slots=True)
class Limits:
    """``large_fen``: what counts as a large fee, the least principal of a plan by policy. ``relief_*``: how much of the late
    fee a payer in difficulty may be let off, in percent; a plan by policy lets off none. ``grace_days``: how late a part may
    be before the plan is broken. ``first_within``: within how many days of asking the first part falls due."""

    policy_least: int = 3
    policy_most: int = 6
    hardship_least: int = 3
    hardship_most: int = 12
    large_fen: int = 200_000
    relief_least: int = 50
    relief_most: int = 100
    grace_days: int = 3
    first_within: int = 31

    def months(self, hardship: bool) -> tuple[int, int]:
        return (self.hardship_least, self.hardship_most) if hardship else (self.policy_least, self.policy_most)


DEFAULTS = Limits()

NAMES: dict[str, str] = {
    "policy_least": "大额分期最少期数", "policy_most": "大额分期最多期数", "hardship_least": "困难分期最少期数", "hardship_most": "困难分期最多期数",
    "large_fen": "大额分期的本金起点", "relief_least": "违约金减免最少百分比", "relief_most": "违约金减免最多百分比", "grace_days": "宽限天数",
    "first_within": "首期最迟天数",
}  # fmt: skip

BOUNDS: dict[str, tuple[int, int]] = {
    "policy_least": (2, 24), "policy_most": (2, 24), "hardship_least": (2, 36), "hardship_most": (2, 36), "large_fen": (0, 100_000_000),
    "relief_least": (0, 100), "relief_most": (0, 100), "grace_days": (0, 30), "first_within": (1, 62),
}  # fmt: skip
"""What a firm may set at all. A part that may be a month late would be late for ever, so no grace reaches the next part."""


def check_limits(limits: Limits) -> None:
    """Raises ``Invalid`` naming the field."""
    for name, (least, most) in BOUNDS.items():
        if not least <= getattr(limits, name) <= most:
            raise Invalid(field=NAMES[name], reason=_between(name, least, most))
    for low, high in (("policy_least", "policy_most"), ("hardship_least", "hardship_most"), ("relief_least", "relief_most")):
        if getattr(limits, low) > getattr(limits, high):
            raise Invalid(field=NAMES[high], reason=Phrase("不能小于「{least}」", least=NAMES[low]))


def _between(name: str, least: int, most: int) -> Phrase:
    if name == "large_fen":
        return Phrase("应在 {least} 到 {most} 元之间", least=least // 100, most=most // 100)
    return Phrase("应在 {least} 到 {most} 之间", least=least, most=most)


def to_plain(limits: Limits) -> dict[str, int]:
    return asdict(limits)


def of_plain(values: Mapping[str, int]) -> Limits:
    """The inverse of ``to_plain``; what an older row did not know has its default."""
    return Limits(**{one.name: int(values[one.name]) for one in fields(Limits) if one.name in values})
