"""The printed receipt: archival, repeatable, complete, and legible to a text search."""

from __future__ import annotations

import datetime as dt
import re
import time
import zlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.money.receipts.sample import ORDINARY, line
from wuyefei.foundation.kernel.errors import Invalid
from wuyefei.money.receipts.render import (
    MANY,
    document,
    render_many,
    render_preview,
    render_receipt,
    render_seal,
)
from wuyefei.money.receipts.rules import Tender, Unbalanced

TOKEN = re.compile(rb"/(f\d+) [\d.]+ Tf|<([0-9A-F]{4,})>|\(")
ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.S)
ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def objects(pdf: bytes) -> dict[int, tuple[bytes, bytes]]:
    """Every object's dictionary and unpacked stream."""
    found = {}
    for match in re.finditer(rb"\n(\d+) 0 obj\n(.*?)\nendobj", pdf, re.S):
        head, _, stream = match[2].partition(b"stream")
        if b"FlateDecode" in head:
            stream = zlib.decompressobj().decompress(stream.lstrip(b"\r\n"))
        found[int(match[1])] = (head, stream)
    return found


def literal(page: bytes, place: int) -> tuple[bytes, int]:
    """The bytes of the string that opened just before ``place``, and where it ends; inner brackets may be bare."""
    raw, depth = b"", 0
    while True:
        if escaped := ESCAPED.match(page, place):
            mark = escaped[1]
            raw += bytes([int(mark, 8)]) if mark.isdigit() else ESCAPES.get(mark, mark)
            place = escaped.end()
            continue
        letter, place = page[place : place + 1], place + 1
        depth += {b"(": 1, b")": -1}.get(letter, 0)
        if depth < 0:
            return raw, place
        raw += letter


def letters_of(cmap: bytes) -> dict[int, str]:
    pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>", cmap.partition(b"endcodespacerange")[2])
    return {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in pairs}


def text_of(pdf: bytes) -> str:
    """What a reader copies out of a one-page PDF, without spaces."""
    parts = objects(pdf)
    fonts: dict[bytes, dict[int, str]] = {}
    for head, _ in parts.values():
        for resources in re.findall(rb"/Font<<(.*?)>>", head):
            for name, number in re.findall(rb"/(f\d+) (\d+) 0 R", resources):
                cmap = re.search(rb"/ToUnicode (\d+) 0 R", parts[int(number)][0])
                assert cmap is not None
                fonts[name] = letters_of(parts[int(cmap[1])][1])
    page = next(stream for _, stream in parts.values() if b" Tf " in stream and b"BT" in stream[:400])
    text, letters, place = "", {}, 0
    while found := TOKEN.search(page, place):
        place = found.end()
        if found[1]:
            letters = fonts[found[1]]
            continue
        if found[2]:
            raw = bytes.fromhex(found[2].decode())
        else:
            raw, place = literal(page, place)
        if raw.startswith(b"\xfe\xff"):  # a note on the letters that follow, not letters
            continue
        text += "".join(letters[int.from_bytes(raw[n : n + 2])] for n in range(0, len(raw), 2))
    return text.replace(" ", "")


def test_the_same_snapshot_gives_the_same_archival_bytes() -> None:
    pdf = render_receipt(ORDINARY)
    assert pdf.startswith(b"%PDF-1.7")
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>U</pdfaid:conformance>" in pdf
    render_receipt(replace(ORDINARY, payer="林又青"))
    assert render_receipt(ORDINARY) == pdf
    assert render_receipt(replace(ORDINARY, payer="林又青")) != pdf


def test_dated_by_the_day_of_issue_not_by_the_clock() -> None:
    assert b"CreationDate(D:20261122160000Z)" in render_receipt(ORDINARY)  # 2026-11-23 00:00 in China


def test_everything_stands_on_the_paper() -> None:
    text = text_of(render_receipt(ORDINARY))
    for words in (
        "青梧物业服务有限公司", "澜溪花园", "收据", "LX-2026-004182", "陈予安", "6-2-1803",
        "开具日期2026-11-23", "收款日期2026-11-22", "三季度2026-07-01至2026-09-301,620.00118.681,738.68",
        "合计3,619.18118.683,737.86", "叁仟柒佰叁拾柒元捌角陆分", "¥3,737.86", "微信支付3,537.86", "预存抵扣200.00",
        "林小满", "收费专用章", "扫码核验真伪", "https://fee.example.cn/r/7hQ2mVx9KpTc4aZs",
    ):  # fmt: skip
        assert words in text, words
    for absent in ("作废", "重打", "找零", "备注", "统一码", "页"):
        assert absent not in text, absent


def test_void_reprint_change_prepayment_and_remark_are_marked() -> None:
    snapshot = replace(
        ORDINARY,
        prepayment_fen=10000,
        total_fen=383786,
        tenders=(Tender("现金", 400000),),
        change_fen=16214,
        remark="业主之姐代缴",
        voided=True,
        void_reason="收款方式选错",
        voided_on=dt.date(2026, 11, 24),
        duplicate_no=2,
    )
    text = text_of(render_receipt(snapshot))
    for words in ("已作废2026-11-24，原因：收款方式选错", "重打第2次", "找零162.14", "备注业主之姐代缴", "存入预存款，抵以后账单"):
        assert words in text, words
    assert text.count("已作废") == 2  # the note and the watermark


def test_rare_names_are_printed_and_impossible_characters_become_codes() -> None:
    text = text_of(render_receipt(replace(ORDINARY, payer="䶮㛃𬭚𬘭𫖮·喆", remark="한글 ok\u200b\x07end")))
    assert "䶮㛃𬭚𬘭𫖮·喆" in text
    assert "한글okend" in text
    assert "统一码" not in text
    text = text_of(render_receipt(replace(ORDINARY, payer="魏𠀀😀安", remark="\ue001 \ud800")))
    assert "魏〔U+20000〕〔U+1F600〕安" in text
    assert "〔U+E001〕〔U+D800〕" in text
    assert "〔U+…〕为字库中没有的字的统一码" in text


def test_markup_in_names_is_only_text() -> None:
    payer = '#panic("x") $a$ *b* ]}{[ \\ "引"'
    assert payer.replace(" ", "") in text_of(render_receipt(replace(ORDINARY, payer=payer)))


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (3, 1), (12, 1), (36, 2)])
def test_pages_by_number_of_lines(count: int, pages: int) -> None:
    lines = tuple(
        line("生活垃圾清运费", f"2026-{n % 12 + 1:02d}", dt.date(2026, n % 12 + 1, 1), dt.date(2026, n % 12 + 1, 28), 5000 + n, n)
        for n in range(count)
    )
    total = sum(row.amount_fen for row in lines)
    snapshot = replace(ORDINARY, lines=lines, total_fen=total, tenders=(Tender("银行转账", total),))
    assert len(render_preview(snapshot, ppi=40)) == pages


def test_long_names_and_a_deposit_without_dates_fit_one_page() -> None:
    snapshot = replace(
        ORDINARY,
        organisation="某某某某城市更新与社区生活服务（集团）股份有限公司上海浦东新区张江第一分公司",
        community="云栖里·江南府邸国际花园（三期）东区及附属商业街",
        payer="阿卜杜某某·麦麦提某某（与魏陈欧阳某某共有）",
        property_code="东区3号楼-2单元-1201/1202（合并户）",
        lines=(line("装修押金", "", None, None, 373786),),
    )
    assert len(render_preview(snapshot, ppi=40)) == 1
    assert document([snapshot])["receipts"][0]["show_dates"] is False


def test_many_in_one_file_equal_in_number_and_order() -> None:
    snapshots = [replace(ORDINARY, number=f"LX-2026-{n:06d}") for n in (7, 8, 9)]
    pdf = render_many(snapshots)
    assert render_many(snapshots) == pdf
    assert b"/Count 3" in pdf
    assert document(snapshots)["title"] == "收据 LX-2026-000007 至 LX-2026-000009，共 3 张"


def test_refusals_print_nothing() -> None:
    for wrong in ([], [ORDINARY] * (MANY + 1)):
        with pytest.raises(Invalid):
            render_many(wrong)
    with pytest.raises(Unbalanced):
        render_many([ORDINARY, replace(ORDINARY, total_fen=1)])


@pytest.mark.parametrize("organisation", ["栖", "青梧物业服务有限公司", "某" * 60, "Wu (集团) 2 号"])
def test_seal_for_any_length_of_name(organisation: str) -> None:
    svg = render_seal(organisation)
    assert svg.startswith("<svg") and "<text" not in svg
    assert render_seal(organisation) == svg


def test_time_of_a_receipt(record_property: Callable[[str, object], None]) -> None:
    """Reported, not asserted: about 15 ms once the fonts are loaded."""
    render_receipt(ORDINARY)
    began = time.perf_counter()
    for n in range(10):
        render_receipt(replace(ORDINARY, number=f"LX-2026-1{n:05d}"))
    record_property("ms_per_receipt", round((time.perf_counter() - began) * 100))
