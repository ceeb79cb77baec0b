"""What the ledger may be asked for, the limitation period, and how a movement is told month by month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum

from wuyefei.foundation.kernel.dates import DAY, Month
from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.kernel.money import parse_yuan, yuan
from wuyefei.foundation.kernel.text import whole_number

LIMITATION_YEARS = 3
"""Civil Code article 188: three years, here from the due date; what interrupts it (article 195) is not counted."""
LIMITATION_NEAR = 90
"""Days before its end from which the limitation date is shown."""
MAX_TEXT = 40
MAX_DAYS = 36_500


class State(StrEnum):
    LATE = "late"
    DUE = "due"
    OPEN = "open"
    FEE = "fee"


STATE_NAMES: dict[State, str] = {
    State.LATE: "逾期",
    State.DUE: "未到期",
    State.OPEN: "未缴（含未到期）",
    State.FEE: "仅剩违约金",
}


class By(StrEnum):
    PROPERTY = "property"
    LINE = "line"


SORTS = ("room", "payer", "due", "late", "total", "days")
"""What rows may be sorted by; a minus before it turns the order."""
ADDRESS_KINDS = ("residential", "shop", "office", "parking", "storage")


@dataclass(frozen=True, slots=True)
class Filter:
    """A question to the ledger; an empty field does not narrow. Amounts in fen are of the row: principal and late fee
    of a household, or of a line. Days count from the due date, both ends included."""

    by: By = By.PROPERTY
    state: State = State.LATE
    region: int | None = None
    community: int | None = None
    building: int | None = None
    entrance: int | None = None
    home: int | None = None
    item: int | None = None
    kind: str = ""
    bucket: str = ""
    days_from: int | None = None
    days_to: int | None = None
    amount_from: int | None = None
    amount_to: int | None = None
    text: str = ""
    held: bool = False
    partial: bool = False
    limit: bool = False
    sort: str = ""

    @property
    def query(self) -> dict[str, str]:
        """The filter as an address says it, without what is as by default."""
        found = {}
        for field in fields(self):
            value = getattr(self, field.name)
            bound = field.name == "state" and bool(self.bucket)  # an address with a bucket and no state means every state
            if not bound and (value is None or value is False or value == field.default):
                continue
            money = field.name.startswith("amount_")
            found[field.name] = yuan(value) if money else "1" if value is True else str(value)
        return found

    @property
    def narrowed(self) -> bool:
        return bool(set(self.query) - {"by", "sort"})


NUMBERS = ("region", "community", "building", "entrance", "home", "item")
FLAGS = ("held", "partial", "limit")
DAY_FIELDS = {"days_from": "逾期天数从", "days_to": "逾期天数到"}
MONEY_FIELDS = {"amount_from": "欠费从", "amount_to": "欠费到"}


def read_filter(query: Mapping[str, str], buckets: frozenset[str]) -> tuple[Filter, list[Invalid]]:
    """The filter of an address, and what in it could not be read: that does not narrow. Unknown words are no filter."""
    found: dict[str, object] = {}
    wrong: list[Invalid] = []
    for name in NUMBERS:
        text = query.get(name, "")
        if whole_number(text) is not None:
            found[name] = int(text)
    for name in FLAGS:
        found[name] = query.get(name) == "1"
    for name, label in (DAY_FIELDS | MONEY_FIELDS).items():
        text = query.get(name, "").strip()
        try:
            found[name] = (parse_yuan(text, label) if name in MONEY_FIELDS else _days(text, label)) if text else None
        except Invalid as error:
            wrong.append(error)
    for low, high in (("days_from", "days_to"), ("amount_from", "amount_to")):
        first, last = found.get(low), found.get(high)
        if isinstance(first, int) and isinstance(last, int) and first > last:
            wrong.append(Invalid(field=(DAY_FIELDS | MONEY_FIELDS)[low], reason="起点大于终点"))
            found[high] = None
    return replace(Filter(**found), **_words(query, buckets)), wrong  # type: ignore[arg-type]


def _days(text: str, label: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= MAX_DAYS):
        raise Invalid(field=label, reason=Phrase("「{value}」不是天数，应为如 180 的整数", value=text[:20]))
    return int(text)


def _words(query: Mapping[str, str], buckets: frozenset[str]) -> dict[str, object]:
    state, by, kind, bucket, sort = (query.get(name, "") for name in ("state", "by", "kind", "bucket", "sort"))
    return {
        "state": State(state) if state in State._value2member_map_ else State.OPEN if bucket in buckets else State.LATE,
        "by": By.LINE if by == By.LINE else By.PROPERTY,
        "kind": kind if kind in ADDRESS_KINDS else "",
        "bucket": bucket if bucket in buckets else "",
        "sort": sort if sort.removeprefix("-") in SORTS else "",
        "text": query.get("text", "").strip()[:MAX_TEXT],
    }


BUILT_IN: tuple[tuple[str, Filter], ...] = (
    ("全部逾期", Filter()),
    ("1 万元以上", Filter(amount_from=1_000_000)),
    ("超过 180 天", Filter(days_from=181)),
    ("快到时效", Filter(limit=True)),
    ("部分已缴", Filter(partial=True)),
    ("仅剩违约金", Filter(state=State.FEE)),
    ("含未到期", Filter(state=State.OPEN)),
)
"""The views everybody has."""


def limitation_on(due: dt.date) -> dt.date:
    """The last day on which the debt may be claimed in court: three years after the due date; from a 29 February the
    28th."""
    return Month(due.year + LIMITATION_YEARS, due.month).day(due.day)


def limitation_left(due: dt.date, today: dt.date) -> int:
    """Days to the limitation date, negative once it has passed."""
    return (limitation_on(due) - today).days


def due_for_limitation(day: dt.date) -> dt.date:
    """The earliest due date whose limitation date is not before ``day``."""
    first = Month(day.year - LIMITATION_YEARS, day.month).day(day.day)
    while limitation_on(first - DAY) >= day:
        first -= DAY
    while limitation_on(first) < day:
        first += DAY
    return first


@dataclass(frozen=True, slots=True)
class Movement:
    """Principal in arrears (due and unpaid) in fen: ``new`` is what fell due unpaid, ``cleared`` what was paid of
    arrears, ``adjusted`` what adjustments and reversals took off (negative where they added)."""

    first: dt.date
    last: dt.date
    opening_fen: int
    new_fen: int
    cleared_fen: int
    adjusted_fen: int

    @property
    def closing_fen(self) -> int:
        return self.opening_fen + self.new_fen - self.cleared_fen - self.adjusted_fen


def slices(first: dt.date, last: dt.date) -> list[tuple[dt.date, dt.date]]:
    """The months of a stretch of days, the first and the last perhaps cut."""
    found, month = [], Month.of(first)
    while month.first <= last:
        found.append((max(first, month.first), min(last, month.last)))
        month = month.plus(1)
    return found


def told(
    first: dt.date, last: dt.date, opening_fen: int, changes: Mapping[dt.date, tuple[int, int, int]]
) -> list[Movement]:
    """Month by month from the opening; ``changes`` are (new, cleared, adjusted) by the first day of their month."""
    found = []
    for start, end in slices(first, last):
        new, cleared, adjusted = changes.get(start.replace(day=1), (0, 0, 0))
        found.append(Movement(start, end, opening_fen, new, cleared, adjusted))
        opening_fen = found[-1].closing_fen
    return found


def added(movements: list[Movement]) -> Movement:
    """Of the same days in several communities."""
    return Movement(
        movements[0].first, movements[0].last, sum(m.opening_fen for m in movements), sum(m.new_fen for m in movements),
        sum(m.cleared_fen for m in movements), sum(m.adjusted_fen for m in movements),
    )  # fmt: skip


def joined(movements: list[Movement]) -> Movement:
    """Of months that follow each other."""
    return Movement(
        movements[0].first, movements[-1].last, movements[0].opening_fen, sum(m.new_fen for m in movements),
        sum(m.cleared_fen for m in movements), sum(m.adjusted_fen for m in movements),
    )  # fmt: skip
