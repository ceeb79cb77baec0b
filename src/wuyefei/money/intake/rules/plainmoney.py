"""The money columns of a plain sheet: the price, opening arrears and opening prepayments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from wuyefei.foundation.kernel.errors import Phrase

from . import cells
from .builder import Builder
from .headers import Field
from .plan import ContractLine, OpeningArrear, OpeningPrepayment, Source, Tariff
from .reader import Raw
from .rowreader import RowReader

_CYCLES = {"月": 1, "按月": 1, "每月": 1, "月付": 1, "季": 3, "季度": 3, "按季": 3, "每季": 3, "季付": 3, "半年": 6, "半年付": 6, "年": 12, "按年": 12, "每年": 12, "年付": 12}  # fmt: skip


_MONEY = frozenset(
    {Field.PRICE, Field.CYCLE, Field.SERVICE_FROM, Field.ARREARS, Field.ARREARS_FROM, Field.ARREARS_TO, Field.DUE_ON, Field.ARREARS_ITEM, Field.PREPAID}
)  # fmt: skip
"""Without any of these columns a sheet holds no money, and its rows need not be asked for it."""


def _nothing(_: str) -> None:
    """No money in the row."""


def add_money(builder: Builder, reader: RowReader, property_key: str) -> Callable[[str], None]:
    """Reads the row's money and returns what adds it, to be called with the payer once the row is known to be good."""
    if _MONEY.isdisjoint(reader.columns):
        return _nothing
    price = reader.read(Field.PRICE, cells.price)
    cycle = reader.read(Field.CYCLE, _cycle)
    service_from = reader.read(Field.SERVICE_FROM, cells.day)
    arrear = _arrear(builder, reader)
    prepaid = reader.read(Field.PREPAID, cells.money_fen) or 0
    source = Source(reader.sheet.name, reader.row.number)
    if not property_key and (arrear or prepaid or price):
        reader.error("money_without_property", Field.ROOM, "有金额却没有房号", "补上房号")

    def add(person_key: str) -> None:
        if price:
            _add_line(builder, property_key, price, cycle, service_from, source)
        if arrear:
            item, first, last, due_on, amount = arrear
            builder.arrears.append(
                OpeningArrear(property_key, person_key, item, first, last, due_on, amount, "stated", source)
            )
        if prepaid:
            builder.prepayments.append(OpeningPrepayment(property_key, person_key, "", prepaid, source))

    return add


def _cycle(raw: Raw) -> int:
    text = cells.text_of(raw)
    return _CYCLES.get(text) or cells.whole(raw, 1, 12)


def _arrear(
    builder: Builder, reader: RowReader
) -> tuple[str, dt.date | None, dt.date | None, dt.date | None, int] | None:
    """Item, first and last day, due day, fen; None where nothing is owed."""
    amount = reader.read(Field.ARREARS, cells.money_fen)
    first = reader.read(Field.ARREARS_FROM, cells.day)
    last = reader.read(Field.ARREARS_TO, lambda raw: cells.day(raw, end_of_month=True))
    due_on = reader.read(Field.DUE_ON, cells.day)
    item = reader.read(Field.ARREARS_ITEM, cells.short_text) or builder.options.charge_item
    if not amount:
        return None
    if (first is None) != (last is None):
        missing = Field.ARREARS_FROM if first is None else Field.ARREARS_TO
        if reader.has(missing) and not reader.failed:
            reader.error("half_period", missing, "欠费起止只填了一头", "起止都填，或都不填")
    if first and last and last < first:
        reader.error("period_backwards", Field.ARREARS_TO, Phrase("欠费止 {last} 早于欠费起 {first}", last=last, first=first), "核对起止日期")
    if first and first > builder.today:
        reader.error("period_in_future", Field.ARREARS_FROM, Phrase("欠费起 {first} 晚于今天", first=first), "期初欠费只填已经发生的")
    return item, first, last, due_on or last, amount


def _add_line(
    builder: Builder, property_key: str, price: Decimal, cycle: int | None, service_from: dt.date | None, source: Source
) -> None:
    item = builder.options.charge_item
    plain_price = format(price.normalize(), "f")
    key = f"{item}@{plain_price}" + (f"/{cycle}" if cycle else "")
    builder.tariffs.setdefault(key, Tariff(key, item, "area", price, 0, cycle, True, True, None, None, source))
    first = service_from or builder.options.service_from or builder.properties[property_key].delivered_on
    builder.lines.setdefault((property_key, item), ContractLine(property_key, key, first, None, source))
