"""How often and when people may be contacted. The defaults stand here and nowhere else; a firm may change them within
the bounds below (product rows G6, G8)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from wuyefei.foundation.kernel.errors import Invalid, Phrase

from .steps import CHANNEL_NAMES, Channel


@dataclass(frozen=True, slots=True)
class Cap:
    """At most ``day`` contacts on a day, ``week`` in seven days and ``month`` in thirty, the present one included."""

    day: int
    week: int
    month: int


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of a day from ``starts`` to ``ends`` (not included); over midnight where ``ends`` is earlier."""

    starts: dt.time
    ends: dt.time

    def holds(self, at: dt.time) -> bool:
        if self.starts <= self.ends:
            return self.starts <= at < self.ends
        return at >= self.starts or at < self.ends

    def __str__(self) -> str:
        return f"{self.starts:%H:%M}–{self.ends:%H:%M}"


def _caps() -> dict[Channel, Cap]:
    return {
        Channel.PHONE: Cap(1, 3, 8), Channel.SMS: Cap(1, 3, 6), Channel.WECHAT: Cap(1, 3, 8), Channel.EMAIL: Cap(1, 2, 6),
        Channel.APP: Cap(1, 3, 8), Channel.LETTER: Cap(1, 1, 3), Channel.VISIT: Cap(1, 1, 3),
    }  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """The rules of one firm. ``quiet``: no calls and messages; ``visits``: hours in which a visit may begin;
    ``meals``: no visits; ``rest_evening``: no visits after it on rest days; ``all_day``: contacts a day over all channels."""

    caps: dict[Channel, Cap] = field(default_factory=_caps)
    all_day: int = 2
    quiet: Window = Window(dt.time(21), dt.time(8))
    visits: Window = Window(dt.time(9), dt.time(20))
    meals: tuple[Window, ...] = (Window(dt.time(11, 30), dt.time(13, 30)), Window(dt.time(17, 30), dt.time(18, 30)))
    rest_evening: dt.time = dt.time(18)
    visitors: int = 2


DEFAULTS = Limits()
WIDEST = Cap(3, 7, 20)
QUIET_AT_LEAST = Window(dt.time(22), dt.time(7))
"""However a firm sets its hours, nobody is called between these."""


def check_limits(limits: Limits) -> Limits:
    """Raises ``Invalid`` naming what lies outside the bounds."""
    for channel, cap in limits.caps.items():
        name = CHANNEL_NAMES[channel]
        if not 0 <= cap.day <= cap.week <= cap.month:
            raise Invalid(field=name, reason="应为每天不多于每 7 天，每 7 天不多于每 30 天")
        for value, most in ((cap.day, WIDEST.day), (cap.week, WIDEST.week), (cap.month, WIDEST.month)):
            if value > most:
                raise Invalid(field=name, reason=Phrase("{value} 次太多，最多 {most} 次", value=value, most=most))
    if not 1 <= limits.all_day <= 4:
        raise Invalid(field="每天合计", reason="应为 1 到 4 次")
    for hour in (QUIET_AT_LEAST.starts, dt.time(0), dt.time(6, 59)):
        if not limits.quiet.holds(hour):
            raise Invalid(field="免打扰时段", reason=Phrase("至少应包含 {window}", window=str(QUIET_AT_LEAST)))
    if limits.visits.starts >= limits.visits.ends or limits.visits.starts < dt.time(8) or limits.visits.ends > dt.time(21):
        raise Invalid(field="上门时段", reason="应在 08:00 到 21:00 之间")
    if any(meal.starts >= meal.ends for meal in limits.meals):
        raise Invalid(field="用餐时间", reason="止应晚于起")
    if limits.visitors < 2:
        raise Invalid(field="上门人数", reason="至少两人")
    return limits


def to_plain(limits: Limits) -> dict[str, object]:
    """The limits as JSON holds them."""
    windows = [[f"{meal.starts:%H:%M}", f"{meal.ends:%H:%M}"] for meal in limits.meals]
    return {
        "caps": {channel.value: [cap.day, cap.week, cap.month] for channel, cap in limits.caps.items()},
        "all_day": limits.all_day, "quiet": [f"{limits.quiet.starts:%H:%M}", f"{limits.quiet.ends:%H:%M}"],
        "visits": [f"{limits.visits.starts:%H:%M}", f"{limits.visits.ends:%H:%M}"], "meals": windows,
        "rest_evening": f"{limits.rest_evening:%H:%M}", "visitors": limits.visitors,
    }  # fmt: skip


def of_plain(stored: dict[str, object]) -> Limits:
    """The limits from their stored form; what is missing keeps its default."""
    caps, facts = dict(DEFAULTS.caps), dict(stored)
    for name, values in dict(facts.pop("caps", {}) or {}).items():  # type: ignore[call-overload]
        caps[Channel(name)] = Cap(*values)
    found: dict[str, object] = {"caps": caps}
    for name in ("quiet", "visits"):
        if name in facts:
            found[name] = window(*facts[name])  # type: ignore[misc]
    if "meals" in facts:
        found["meals"] = tuple(window(*pair) for pair in facts["meals"])  # type: ignore[attr-defined]
    if "rest_evening" in facts:
        found["rest_evening"] = dt.time.fromisoformat(str(facts["rest_evening"]))
    found |= {name: facts[name] for name in ("all_day", "visitors") if name in facts}
    return Limits(**found)  # type: ignore[arg-type]


def window(starts: str, ends: str) -> Window:
    return Window(dt.time.fromisoformat(starts), dt.time.fromisoformat(ends))
