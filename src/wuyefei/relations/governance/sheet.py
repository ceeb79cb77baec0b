"""The statement on one sheet of paper for the notice board, with a code that leads owners to the phone pages."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path

import segno

from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.typesetting import typeset

from .models import Statement
from .queries import entries_of, parts_of
from .rules import Entry, sums_of

RateReader = Callable[[Statement, dt.date], str]
_rates: list[RateReader] = []


def register_rate(reader: RateReader) -> None:
    """Name who says a community's rate in words as of a day, blank where it says nothing. Called in ``AppConfig.ready``."""
    _rates[:] = [reader]


def rate_words(statement: Statement) -> str:
    """The community's rate as of the day the statement was published, or of today while it is a draft."""
    on = statement.published_at.astimezone(CHINA).date() if statement.published_at else clock.today()
    return next((words for words in (reader(statement, on) for reader in _rates) if words), "")


TEMPLATE = Path(__file__).with_name("sheet.typ")


def render_sheet(statement: Statement, address: str, rate: str = "") -> bytes:
    """A4 PDF. ``address``: where the code leads; ``rate``: the community's rate in words, blank to leave it out."""
    entries = entries_of(statement)
    sums = sums_of(entries)
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", border=1, xmldecl=False, svgclass=None, lineclass=None)
    quarter = (statement.quarter.month + 2) // 3
    data = {
        "community": statement.community.name, "organisation": statement.community.organisation.name,
        "title": f"{statement.quarter.year} 年第{'一二三四'[quarter - 1]}季度收支公示",
        "income": yuan_text(sums.income_fen), "spending": yuan_text(sums.spending_fen), "left": yuan_text(sums.left_fen),
        "public_in": yuan_text(sums.public_in_fen), "public_out": yuan_text(sums.public_out_fen),
        "public_left": yuan_text(sums.public_left_fen),
        "tables": [
            {"name": name, "rows": [_row(row) for row in entries if (row.public, row.income) == which]}
            for name, which in (
                ("收入", (False, True)), ("支出", (False, False)), ("公共收益 收入", (True, True)), ("公共收益 支出", (True, False))
            )
        ],
        "parts": [{"name": part.name, "percent": part.percent, "note": part.note} for part in parts_of(statement)],
        "services": statement.services, "rate": rate, "qr": out.getvalue().decode(),
        "published": statement.published_at.date().isoformat() if statement.published_at else "",
    }  # fmt: skip
    on = statement.published_at.date() if statement.published_at else statement.quarter
    return typeset(TEMPLATE, data, on)


def _row(entry: Entry) -> dict[str, str]:
    return {"name": entry.name, "amount": yuan_text(entry.amount_fen), "note": entry.note}
