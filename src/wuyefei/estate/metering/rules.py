"""What a round of readings may say (product row B2). The arithmetic itself is the tariffs room's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from wuyefei.foundation.kernel.errors import DomainError

USUAL_OF = 6
"""How many earlier stretches say what a meter usually uses."""


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """A figure as somebody types it, at the end of ``on``."""

    meter_id: int
    on: dt.date
    value: Decimal
    rolled: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Installed:
    """A meter as it was put on: the figure it began with, and what its dial means; ``band`` where it counts one part of the day."""

    on: dt.date
    value: Decimal
    multiplier: Decimal = Decimal(1)
    digits: int = 5
    band: str = ""


class NoDial(DomainError):
    code = "no_dial"
    message = "表 {meter} 还没有登记底数和倍率，请先登记再抄表。"


class HasDial(DomainError):
    code = "has_dial"
    message = "表 {meter} 已登记过底数；如换了表请用「换表」。"


class OtherFigure(DomainError):
    code = "other_figure"
    message = "表 {meter} 在 {day} 已有读数 {value}；如抄错了请先作废它。"


class HeldBefore(DomainError):
    code = "held_before"
    message = "表 {meter} 在 {day} 的读数还没有核对，请先核对再抄下一次。"


class NotLatest(DomainError):
    code = "not_latest"
    message = "只能作废这块表最后一次读数，之后还有 {day} 的。"


class ReadingBilled(DomainError):
    code = "reading_billed"
    message = "这次读数已经计费，不能作废；请先红冲那笔账单。"


class WrongReadingState(DomainError):
    code = "reading_state"
    message = "这条读数的状态是「{state}」，不能{verb}。"


class FutureReading(DomainError):
    code = "future_reading"
    message = "抄表日 {day} 还没有到。"


class Doubtful(DomainError):
    code = "doubtful"
    message = "用量 {quantity}：{doubts}。请再看一眼表盘。"
