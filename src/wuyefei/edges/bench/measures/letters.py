"""Letters of a batch as one PDF/A, beside bare typst with the same layout and the same data."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import typst

from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.typesetting import FONT_FAMILIES, FONT_PACKAGE
from wuyefei.relations.notices.public import (
    Message,
    decide_version,
    letters_document,
    plan_waiting,
    print_letters,
    save_carrier,
    save_version,
    start_batch,
)

from ..estate import found, settle
from ..ground import analyse
from ..harness import Figure, Watch, measurement, note, noted
from .notices import AHEAD, owe

BODY = "{称呼}：\n您在{小区}的{房号}，{账期}的{项目}共 {金额} 元，缴费日为 {到期日}。\n可以到服务中心缴纳，也可以来电询问明细。感谢您的支持。"
TEMPLATE = Path(__file__).resolve().parents[3] / "relations" / "notices" / "letter.typ"


@measurement("letters", "一万封信函合成一个 PDF，对照同一版式、同样数据直接用 typst", 10_000)
def letters(count: int) -> Iterator[Figure]:
    firm, due = found(), clock.today() + DAY * AHEAD
    with noted(f"建立 {count} 户并排好信函"):
        place = settle(firm, "甲", count)
        owe(firm, place, due)
        made = save_version("bill", "letter", BODY, subject="缴费通知", actor=firm.maker)
        decide_version(made.pk, approved=True, actor=firm.checker)
        save_carrier("letter", {"return_address": "测速路 1 号"}, enabled=True, actor=firm.maker)
        analyse()
        batch = start_batch(place.pk, due, actor=firm.maker)
        plan_waiting(batch)
    with noted("每封过守卫、写定、记入联系记录，再合成（不在对照之内）"):
        print_letters(batch.pk, actor=firm.maker)
    ours, bare = Watch(), Watch()
    with ours:
        printed = print_letters(batch.pk, actor=firm.maker)
    document = {**letters_document(batch.pk, actor=firm.maker), "fonts": FONT_FAMILIES, "substituted": []}
    with bare:
        plain = _bare(json.dumps(document, ensure_ascii=False))
    assert Message.objects.filter(batch=batch, state="sent").count() == count
    note(f"{len(printed) // 1024} kB，直接用 typst {len(plain) // 1024} kB")
    yield Figure("letters_times", count, ours.seconds, bare.seconds, 1.3)


def _bare(document: str) -> bytes:
    spec = find_spec(FONT_PACKAGE)
    assert spec is not None and spec.submodule_search_locations
    folder = Path(next(iter(spec.submodule_search_locations))) / "fonts"
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
    compiler = typst.Compiler(TEMPLATE, root=TEMPLATE.parent, font_paths=fonts)
    stamp = dt.datetime.combine(clock.today(), dt.time(), dt.timezone(dt.timedelta(hours=8)))
    made = compiler.compile(sys_inputs={"data": document}, format="pdf", pdf_standards=["a-2u"], timestamp=stamp)
    assert isinstance(made, bytes)
    return made
