"""Figures made ready for the page: words, addresses of the rows behind them, and charts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.shell.charts import LineChart, Piece, Series, line_chart, shares

from ..queries.dashboard import Dashboard
from ..queries.groups import Dimension, Group
from ..queries.rows import Figure
from ..queries.trend import seen_on
from ..rules import BUCKET_NAMES, DEFINED, DSO_BAND, Bucket, Figures, Measure, Period
from .asked import Asked

SHOWN = 60
"""Groups on the page; all of them are in the export."""
HEAT = ((Decimal(0), 5), (Decimal("-0.04"), 4), (Decimal("-0.08"), 3), (Decimal("-0.15"), 2))
"""From which distance to the target on a cell has which colour; below the last it has the first."""
TENTH = Decimal("0.1")


def percent(value: Decimal | None) -> str:
    """0.8137 → 81.4; a dash where there is none."""
    return "—" if value is None else f"{(value * 100).quantize(TENTH, rounding=ROUND_HALF_UP)}"


def points(value: Decimal | None) -> str:
    """A difference in points, with its sign: +1.2, −0.4, 0.0."""
    if value is None:
        return "—"
    exact = (value * 100).quantize(TENTH, rounding=ROUND_HALF_UP)
    return f"+{exact}" if exact > 0 else f"−{-exact}" if exact < 0 else "0.0"


@dataclass(frozen=True)
class Change:
    """Against what, by how much, and whether that is good (None: neither)."""

    label: str
    text: str
    good: bool | None


@dataclass(frozen=True)
class Kpi:
    measure: Measure
    label: str
    definition: str
    figure: str
    unit: str
    changes: list[Change]
    parts: list[tuple[str, int, str]]
    """What it is computed from: the word, the sum in fen, the address of its rows (empty where they may not be opened)."""
    counts: tuple[int, int, str, str] | None = None
    """Households: paid, billed, and the addresses of their rows."""


@dataclass(frozen=True)
class TableRow:
    group: Group
    url: str
    due_url: str
    paid_url: str
    arrears_url: str
    current: str
    gap: str
    gap_good: bool | None
    household: str
    clearance: str
    overall: str
    cells: list[tuple[str, int, str]]


def _change(label: str, ours: Decimal | None, theirs: Decimal | None, *, less: bool = False) -> Change | None:
    if ours is None or theirs is None:
        return None
    gap = ours - theirs
    return Change(label, _("%(points)s 个点") % {"points": points(gap)}, None if not gap else (gap < 0) is less)


class Links:
    """Addresses of the rows behind figures; empty for people who may not open bills."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self.open = asked.scope.actor.may(Permission.BILLING_VIEW)

    def rows(self, figure: Figure, bucket: Bucket | None = None, /, **changes: Any) -> str:
        if not self.open:
            return ""
        return self._asked.address("measures:rows", by=None, figure=figure, bucket=bucket, **changes)


def kpis(board: Dashboard, asked: Asked) -> list[Kpi]:
    """The four rates and the days outstanding, each against target, last period and the year before."""
    links, now = Links(asked), board.figures

    def beside(read: Callable[[Figures], Decimal | None]) -> list[Change]:
        found = [
            _change(_("比上期同天"), read(now), read(board.last.figures)),
            _change(_("比去年同期"), read(now), read(board.year_ago.figures)),
        ]
        return [change for change in found if change]

    goal = _change(_("目标 %(rate)s") % {"rate": percent(board.target)}, now.current, board.target)
    mean = _change(_("行业均值 %(rate)s") % {"rate": percent(board.mean)}, now.current, board.mean)
    own = [change for change in (goal, mean) if change]
    due, paid = (_("应收"), now.due_fen, links.rows(Figure.DUE)), (_("已收"), now.paid_fen, links.rows(Figure.PAID))
    opening = (_("期初欠费"), now.opening_fen, links.rows(Figure.OPENING))
    cleared = (_("清欠"), now.cleared_fen, links.rows(Figure.CLEARED))
    homes = (now.households_paid, now.households, links.rows(Figure.UNPAID), links.rows(Figure.DUE))
    return [
        _kpi("current", percent(now.current), "%", own + beside(lambda f: f.current), [paid, due]),
        _kpi("household", percent(now.household), "%", beside(lambda f: f.household), [], homes),
        _kpi("clearance", percent(now.clearance), "%", beside(lambda f: f.clearance), [cleared, opening]),
        _kpi("overall", percent(now.overall), "%", beside(lambda f: f.overall),
             [(_("已收与清欠"), now.paid_fen + now.cleared_fen, ""), (_("应收与期初欠费"), now.due_fen + now.opening_fen, "")]),
        _days(board),
    ]  # fmt: skip


def _kpi(
    key: str, figure: str, unit: str, changes: list[Change], parts: list[tuple[str, int, str]],
    counts: tuple[int, int, str, str] | None = None,
) -> Kpi:  # fmt: skip
    measure = DEFINED[key]
    return Kpi(measure, _(measure.label), _(measure.definition), figure, unit, changes, parts, counts)


def _days(board: Dashboard) -> Kpi:
    now, low_high = board.figures, f"{DSO_BAND[0]}–{DSO_BAND[1]}"
    days = now.dso
    changes: list[Change] = []
    if days is not None:
        inside = DSO_BAND[0] <= days <= DSO_BAND[1]
        word = _("在范围内") if inside else _("短于范围") if days < DSO_BAND[0] else _("长于范围")
        changes.append(Change(_("商业健康值 %(band)s") % {"band": low_high}, word, None if inside else days < DSO_BAND[0]))
        for label, other in ((_("比上期同天"), board.last), (_("比去年同期"), board.year_ago)):
            if other.figures.dso is not None:
                gap = days - other.figures.dso
                text = f"+{gap}" if gap > 0 else f"−{-gap}" if gap < 0 else "0.0"
                changes.append(Change(label, _("%(days)s 天") % {"days": text}, None if not gap else gap < 0))
    parts = [(_("期初欠费"), now.opening_fen, ""), (_("期末欠费"), now.closing_fen, "")]
    return _kpi("dso", "—" if days is None else f"{days:.0f}", _("天") if days is not None else "", changes, parts)


def _hundred(value: Decimal | None) -> Decimal | None:
    return None if value is None else value * 100


def trend_chart(board: Dashboard) -> LineChart:
    """Twelve months against the year before, the target and the mean; the conclusion in words."""
    labels = [f"{step.month.year % 100}/{step.month.number}" if n == 0 else str(step.month.number) for n, step in enumerate(board.steps)]
    facts = {"month": board.steps[-1].month, "rate": percent(board.steps[-1].rate), "target": percent(board.steps[-1].target),
             "mean": percent(board.mean), "before": percent(board.steps[-1].year_before)}  # fmt: skip
    summary = _("近 12 个月当期收缴率：%(month)s 为 %(rate)s%%，去年同月 %(before)s%%，目标 %(target)s%%，行业均值 %(mean)s%%") % facts
    series = [
        Series(_("今年"), [_hundred(step.rate) for step in board.steps], "main"),
        Series(_("去年"), [_hundred(step.year_before) for step in board.steps], "past"),
        Series(_("目标"), [step.target * 100 for step in board.steps], "target"),
        Series(_("均值"), [board.mean * 100] * len(board.steps), "mean"),
    ]
    return line_chart(summary, labels, series)


@dataclass(frozen=True)
class AgeRow:
    label: str
    style: str
    households: int
    fen: int
    share: str
    url: str


def age_rows(board: Dashboard, asked: Asked) -> tuple[list[AgeRow], list[Piece], str, int]:
    """The ages in words, the bar, its conclusion, and what is due in all."""
    links, due = Links(asked), [pair for pair in board.ages if pair[0] is not Bucket.NOT_DUE]
    parts = shares([age.fen for _bucket, age in due])
    rows, pieces = [], []
    for number, ((bucket, age), share) in enumerate(zip(due, parts, strict=True), start=1):
        label = _(BUCKET_NAMES[bucket])
        url = links.rows(Figure.OPEN, bucket) if age.fen else ""
        rows.append(AgeRow(label, f"age-{number}", age.households, age.fen, f"{share.quantize(TENTH, rounding=ROUND_HALF_UP)}", url))
        pieces.append(Piece(label, yuan_text(age.fen), share, f"age-{number}"))
    worst = max(zip(rows, parts, strict=True), key=lambda pair: pair[1])
    summary = _("账龄：%(label)s占欠费最多，%(share)s%%") % {"label": worst[0].label, "share": worst[0].share}
    not_due = board.ages[0][1]
    rows.append(AgeRow(_(BUCKET_NAMES[Bucket.NOT_DUE]), "fill", not_due.households, not_due.fen, "",
                       links.rows(Figure.OPEN, Bucket.NOT_DUE) if not_due.fen else ""))  # fmt: skip
    return rows, pieces, summary, sum(age.fen for _bucket, age in due)


def channel_bars(board: Dashboard, asked: Asked) -> list[Piece]:
    parts = shares([channel.fen for channel in board.channels])
    may = asked.scope.actor.may(Permission.PAYMENT_VIEW)
    return [
        Piece(channel.label, yuan_text(channel.fen), share, "c-1" if channel.online else "c-2",
              asked.address("measures:received", by=None, method=channel.method) if may else "")
        for channel, share in zip(board.channels, parts, strict=True)
    ]  # fmt: skip


def heat_class(rate: Decimal | None, target: Decimal) -> int:
    """1 … 5; 0 where nothing was due."""
    if rate is None:
        return 0
    return next((colour for gap, colour in HEAT if rate - target >= gap), 1)


def table_rows(board: Dashboard, asked: Asked) -> list[TableRow]:
    links = Links(asked)
    return [_table_row(board, asked, links, group) for group in board.groups[:SHOWN]]


def _table_row(board: Dashboard, asked: Asked, links: Links, group: Group) -> TableRow:
    now, narrow = group.figures, group.narrow
    cells = []
    for month in board.heat:
        rate = group.rate_in(month)
        day = seen_on(month, board.scope.as_of)
        url = links.rows(Figure.UNPAID, period=Period.month(month), as_of=day, **narrow) if rate is not None else ""
        cells.append((percent(rate), heat_class(rate, group.target), url))
    deeper = Dimension.BUILDING if board.dimension in (Dimension.REGION, Dimension.COMMUNITY) else Dimension.ITEM
    by = Dimension.COMMUNITY if board.dimension is Dimension.REGION else deeper
    return TableRow(
        group, asked.address(by=by, **narrow), links.rows(Figure.DUE, **narrow), links.rows(Figure.PAID, **narrow),
        links.rows(Figure.ARREARS, **narrow), percent(now.current), points(group.gap),
        None if group.gap is None or not group.gap else group.gap > 0, percent(now.household), percent(now.clearance),
        percent(now.overall), cells,
    )  # fmt: skip
