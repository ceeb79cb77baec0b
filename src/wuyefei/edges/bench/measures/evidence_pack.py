"""An evidence pack of some 200 pages as PDF/A beside bare typst with the same template and the same data."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import typst

from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.typesetting import FONT_FAMILIES, FONT_PACKAGE, typeset

from ..harness import Figure, best_of, measurement, note

TEMPLATE = Path(__file__).resolve().parents[3] / "collection" / "legal" / "paper.typ"
A_PAGE, PARTS = 38, 6
"""Lines of a table on a page, and parts of a pack."""


@measurement("evidence_pack", "二百页证据材料成一个 PDF/A，对照同一模板、同样数据直接用 typst", 200)
def evidence_pack(pages: int) -> Iterator[Figure]:
    today = clock.today()
    turns = count(1)
    spec = find_spec(FONT_PACKAGE)
    assert spec is not None and spec.submodule_search_locations
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[Path(next(iter(spec.submodule_search_locations))) / "fonts"]
    )
    bare = typst.Compiler(TEMPLATE, root=TEMPLATE.parent, font_paths=fonts)
    stamp = dt.datetime.combine(today, dt.time(), dt.timezone(dt.timedelta(hours=8)))

    def document() -> str:
        return json.dumps({**_pack(pages, today, next(turns)), "fonts": FONT_FAMILIES, "substituted": []}, ensure_ascii=False)

    def limit() -> bytes:
        made = bare.compile(sys_inputs={"data": document()}, format="pdf", pdf_standards=["a-2u"], timestamp=stamp)
        assert isinstance(made, bytes)
        return made

    svg = bare.compile(sys_inputs={"data": document()}, format="svg")
    note(f"{len(svg) if isinstance(svg, list) else 1} 页")
    ours, least = best_of(3, lambda: typeset(TEMPLATE, _pack(pages, today, next(turns)), today), limit)
    yield Figure("evidence_pack_times", pages, ours, least, 1.5)


def _pack(pages: int, today: dt.date, turn: int) -> dict[str, Any]:
    """Six parts with an index and digests, most of it the contact log, as packs of old debts are. Each ``turn`` says something
    else in every line, so that neither side finds its layout done by an earlier one."""
    lines = A_PAGE * max(pages - 1, PARTS) // PARTS
    parts = [
        {
            "title": f"联系记录之{number}", "digest": f"{number:064x}",
            "blocks": [{"k": "table", "head": ["时间", "方式", "目的", "结果", "说明"], "rows": [[f"{today} 10:00", "电话", "催缴", "已说明", f"第 {turn * lines + line} 次说电梯常停，答应月底以前缴"] for line in range(lines)], "right": [], "widths": [3, 1, 2, 2, 5]}],
        }
        for number in range(1, PARTS + 1)
    ]  # fmt: skip
    return {
        "title": "证据材料", "organisation": "测速物业服务有限公司", "number": "C1-FW-2026-0001", "parts": parts, "cover": [], "index": True,
        "digest": "0" * 64,
    }  # fmt: skip
