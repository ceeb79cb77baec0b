"""Invented receipts shared by the tests of this room."""

from __future__ import annotations

import datetime as dt

from wuyefei.money.receipts.rules import ReceiptLine, ReceiptSnapshot, Tender


def line(item: str, period: str, first: dt.date | None, last: dt.date | None, principal: int, fee: int = 0) -> ReceiptLine:
    return ReceiptLine(item, period, first, last, principal, fee, principal + fee)


ORDINARY = ReceiptSnapshot(
    number="LX-2026-004182",
    organisation="青梧物业服务有限公司",
    community="澜溪花园",
    payer="陈予安",
    property_code="6-2-1803",
    issued_on=dt.date(2026, 11, 23),
    value_date=dt.date(2026, 11, 22),
    lines=(
        line("物业服务费", "三季度", dt.date(2026, 7, 1), dt.date(2026, 9, 30), 162000, 11868),
        line("物业服务费", "四季度", dt.date(2026, 10, 1), dt.date(2026, 12, 31), 162000),
        line("车位管理费", "11 月至 12 月", dt.date(2026, 11, 1), dt.date(2026, 12, 31), 37918),
    ),
    tenders=(Tender("微信支付", 353786), Tender("预存抵扣", 20000)),
    total_fen=373786,
    cashier="林小满",
    verify_url="https://fee.example.cn/r/7hQ2mVx9KpTc4aZs",
)
