"""Receipts as PDF/A beside bare typst with the same template and the same data, one file a receipt."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import typst

from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.typesetting import FONT_FAMILIES, FONT_PACKAGE
from wuyefei.money.receipts.public import (
    ReceiptLine,
    ReceiptSnapshot,
    Tender,
    receipt_document,
    render_receipt,
)

from ..harness import Figure, Watch, measurement

BLOCK = 50
TEMPLATE = Path(__file__).resolve().parents[3] / "money" / "receipts" / "receipt.typ"


@measurement("receipts_pdf", "一千张收据各成一个 PDF/A，对照同一模板、同样数据直接用 typst", 1000)
def receipts_pdf(count: int) -> Iterator[Figure]:
    today = clock.today()
    snapshots = [_snapshot(n, today) for n in range(count)]
    documents = [
        json.dumps({**receipt_document([one]), "fonts": FONT_FAMILIES, "substituted": []}, ensure_ascii=False) for one in snapshots
    ]
    spec = find_spec(FONT_PACKAGE)
    assert spec is not None and spec.submodule_search_locations
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[Path(next(iter(spec.submodule_search_locations))) / "fonts"]
    )
    bare_compiler = typst.Compiler(TEMPLATE, root=TEMPLATE.parent, font_paths=fonts)
    stamp = dt.datetime.combine(today, dt.time(), dt.timezone(dt.timedelta(hours=8)))
    ours, bare = Watch(), Watch()
    render_receipt(snapshots[0])
    bare_compiler.compile(sys_inputs={"data": documents[0]}, format="pdf", pdf_standards=["a-2u"], timestamp=stamp)
    for start in range(0, count, BLOCK):
        with ours:
            for snapshot in snapshots[start : start + BLOCK]:
                render_receipt(snapshot)
        with bare:
            for document in documents[start : start + BLOCK]:
                bare_compiler.compile(sys_inputs={"data": document}, format="pdf", pdf_standards=["a-2u"], timestamp=stamp)
    yield Figure("receipts_pdf_times", count, ours.seconds, bare.seconds, 1.3)


def _snapshot(n: int, today: dt.date) -> ReceiptSnapshot:
    first = today.replace(day=1)
    lines = tuple(
        ReceiptLine(item, f"{first:%Y-%m}", first, today, fen + n, late, fen + n + late)
        for item, fen, late in (("物业服务费", 26_541, 132), ("电梯运行费", 3_810, 0), ("代收垃圾清运费", 1_250, 0))
    )
    total = sum(line.amount_fen for line in lines)
    return ReceiptSnapshot(
        number=f"C1-{today.year}-{n + 1:06d}", organisation="测速物业服务有限公司", community="甲0000", payer="陆小满",
        property_code=f"{n % 100 + 1}-1-101", issued_on=today, value_date=today, lines=lines, tenders=(Tender("扫码", total),),
        total_fen=total, cashier="测速员", prepayment_fen=0, change_fen=0, remark="",
        verify_url=f"https://wuye.example/r/{n:024d}",
    )  # fmt: skip
