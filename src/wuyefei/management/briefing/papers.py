"""The brief as a PDF and as a workbook."""

from __future__ import annotations

from pathlib import Path

from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.platform.exports import Fen, Sheet, workbook
from wuyefei.foundation.platform.typesetting import typeset

from .rules import Brief, Count, Line, percent, points, sentence

TEMPLATE = Path(__file__).with_name("brief.typ")
HEADS = ("小区", "昨天收款（元）", "本月收缴率", "目标", "比目标", "欠费（元）")


def _row(line: Line) -> list[str]:
    return [line.name, yuan_text(line.received_fen), percent(line.rate), percent(line.target), points(line.gap), yuan_text(line.arrears_fen)]


def _count(one: Count) -> list[str]:
    return [one.name, str(one.count), yuan_text(one.fen) if one.fen is not None else "—"]


def pdf(brief: Brief) -> bytes:
    data = {
        "title": f"每日简报 {brief.day}", "organisation": brief.organisation, "sentence": sentence(brief), "heads": list(HEADS),
        "lines": [_row(line) for line in brief.lines], "whole": _row(brief.whole), "events": [_count(one) for one in brief.events],
        "todos": [_count(one) for one in brief.todos],
    }  # fmt: skip
    return typeset(TEMPLATE, data, brief.day)


def xlsx(brief: Brief) -> bytes:
    lines = [
        [line.name, Fen(line.received_fen), percent(line.rate), percent(line.target), points(line.gap), Fen(line.arrears_fen)]
        for line in (*brief.lines, brief.whole)
    ]
    counts: list[list[str | int | Fen | None]] = [[one.name, one.count, Fen(one.fen) if one.fen is not None else None] for one in (*brief.events, *brief.todos)]
    return workbook(
        [Sheet("摘要", ["项", "内容"], [["日期", brief.day], ["摘要", sentence(brief)]]), Sheet("各小区", list(HEADS), lines), Sheet("事项", ["事项", "件数", "金额（元）"], counts)]
    )
