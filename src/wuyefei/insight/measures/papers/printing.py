"""A pack as PDF (typeset like the receipts) and as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wuyefei.foundation.platform.exports import Cell, Fen, Sheet, workbook
from wuyefei.foundation.platform.typesetting import typeset
from wuyefei.foundation.shell.charts import shares

from ..queries.groups import Group
from ..queries.pack import BELOW_TARGET, Pack
from ..rules import BUCKET_NAMES, DEFINED, VERSION, Bucket, Unit
from .words import NONE, gap, money, percent, title

TEMPLATE = Path(__file__).with_name("pack.typ")


def sentence(pack: Pack) -> str:
    """The period in one sentence: money, rate against target, arrears, what stands out."""
    board, span = pack.board, "本周" if pack.period.unit is Unit.WEEK else "本月"
    now, last = board.figures, sum(channel.fen for channel in pack.channels_before)
    parts = [f"{span}收款 {money(pack.received_fen)} 元，{'上周' if pack.period.unit is Unit.WEEK else '上月'} {money(last)} 元"]
    if now.current is None:
        parts.append(f"{board.scope.period} 没有到期的应收")
    else:
        parts.append(f"{board.scope.period} 当期收缴率 {percent(now.current)}，目标 {percent(board.target)}，相差 {gap(now.current, board.target)}")
    parts.append(f"到期未缴 {money(pack.arrears_fen)} 元，{pack.debtors} 户")
    low = below(pack)
    if low:
        parts.append(f"{'、'.join(group.label for group in low[:3])}低于目标 {BELOW_TARGET} 个点以上" + ("等" if len(low) > 3 else ""))
    return "；".join(parts) + "。"


def below(pack: Pack) -> list[Group]:
    """The communities far under their target, the farthest first."""
    found = [group for group in pack.board.groups if group.gap is not None and group.gap * 100 <= -BELOW_TARGET]
    return sorted(found, key=lambda group: group.gap or 0)


def kpis(pack: Pack) -> list[list[str]]:
    """Name, figure, against before and the year before, definition."""
    now, before, ago = pack.board.figures, pack.before, pack.board.year_ago.figures
    rows = [
        ("current", percent(now.current), gap(now.current, before.current if before else None), gap(now.current, ago.current)),
        ("household", percent(now.household), gap(now.household, before.household if before else None), gap(now.household, ago.household)),
        ("clearance", percent(now.clearance), gap(now.clearance, before.clearance if before else None), gap(now.clearance, ago.clearance)),
        ("overall", percent(now.overall), gap(now.overall, before.overall if before else None), gap(now.overall, ago.overall)),
        ("dso", NONE if now.dso is None else f"{now.dso} 天", _days(now.dso, before.dso if before else None), _days(now.dso, ago.dso)),
    ]
    return [[DEFINED[key].label, *cells, DEFINED[key].definition] for key, *cells in rows]


def _days(ours: Any, theirs: Any) -> str:
    if ours is None or theirs is None:
        return NONE
    change = ours - theirs
    return f"{'+' if change > 0 else '−' if change < 0 else ''}{abs(change)} 天"


def communities(pack: Pack) -> list[list[str]]:
    return [
        [group.label, money(group.figures.due_fen), money(group.figures.paid_fen), percent(group.figures.current),
         gap(group.figures.current, group.target), percent(group.figures.household), percent(group.figures.clearance),
         money(group.figures.arrears_fen)]
        for group in pack.board.groups
    ]  # fmt: skip


def pdf(pack: Pack) -> bytes:
    """The pack on A4, dated by the day it is as of."""
    return typeset(TEMPLATE, document(pack), pack.as_of)


def document(pack: Pack) -> dict[str, Any]:
    """What the template needs, every figure already in words."""
    due = [pair for pair in pack.board.ages if pair[0] is not Bucket.NOT_DUE]
    now = pack.board.figures
    return {
        "title": title(pack.period), "organisation": pack.organisation, "author": [pack.organisation],
        "place": pack.place or f"{len(pack.board.scope.communities)} 个项目", "span": f"{pack.period.first} 至 {pack.period.last}",
        "as_of": f"截至 {pack.as_of} 24:00", "version": f"口径 v{VERSION}", "sentence": sentence(pack), "month": str(pack.board.scope.period),
        "before": "比上周末" if pack.period.unit is Unit.WEEK else "比上月",
        "kpis": kpis(pack), "communities": communities(pack),
        "sums": ["合计", money(now.due_fen), money(now.paid_fen), percent(now.current), gap(now.current, pack.board.target),
                 percent(now.household), percent(now.clearance), money(now.arrears_fen)],
        "ages": [[BUCKET_NAMES[bucket], str(age.households), money(age.fen), f"{share:.1f}"]
                 for (bucket, age), share in zip(due, shares([age.fen for _, age in due]), strict=True)],
        "channels": [[channel.label, str(channel.payments), money(channel.fen), f"{share:.1f}"]
                     for channel, share in zip(pack.channels, shares([channel.fen for channel in pack.channels]), strict=True)],
        "received": money(pack.received_fen), "arrears": money(pack.arrears_fen), "debtors": str(pack.debtors), "inside": pack.inside,
        "debts": _debts(pack), "happenings": [[one.kind, str(one.count), money(one.fen)] for one in pack.happenings],
        "low": [[group.label, percent(group.figures.current), percent(group.target), gap(group.figures.current, group.target)] for group in below(pack)],
    }  # fmt: skip


def _debts(pack: Pack) -> list[list[str]]:
    rows = []
    for number, debt in enumerate(pack.debts, start=1):
        home = f"{debt.code} {debt.names}" if pack.inside else f"{debt.building or '无楼栋'} 某户"
        rows.append([str(number), debt.community, home, f"{(pack.as_of - debt.since).days} 天", money(debt.fen)])
    return rows


def xlsx(pack: Pack) -> bytes:
    """The same tables as a workbook."""
    head: list[Sequence[Cell | Fen]] = [["报告", title(pack.period)], ["企业", pack.organisation], ["范围", pack.place or f"{len(pack.board.scope.communities)} 个项目"],
            ["起止", f"{pack.period.first} 至 {pack.period.last}"], ["截至", pack.as_of], ["口径", f"v{VERSION}"], ["摘要", sentence(pack)]]  # fmt: skip
    sheets = [
        Sheet("摘要", ["项", "内容"], head),
        Sheet("指标", ["指标", "数值", "比前期", "比去年同期", "口径"], kpis(pack)),
        Sheet("各项目", ["项目", "应收（元）", "已收（元）", "当期收缴率", "比目标", "户数收缴率", "清欠率", "欠费（元）"], [
            [row[0], Fen(group.figures.due_fen), Fen(group.figures.paid_fen), *row[3:7], Fen(group.figures.arrears_fen)]
            for row, group in zip(communities(pack), pack.board.groups, strict=True)
        ]),
        Sheet("账龄", ["账龄", "户数", "笔数", "欠费（元）"],
              [[BUCKET_NAMES[bucket], age.households, age.receivables, Fen(age.fen)] for bucket, age in pack.board.ages]),
        Sheet("收款方式", ["方式", "笔数", "金额（元）"], [[row.label, row.payments, Fen(row.fen)] for row in pack.channels]),
        Sheet("大额欠费", ["序", "项目", "房屋", "最长逾期", "欠费（元）"],
              [[*row[:4], Fen(debt.fen)] for row, debt in zip(_debts(pack), pack.debts, strict=True)]),
        Sheet("异常", ["事项", "笔数", "金额（元）"], [[one.kind, one.count, Fen(one.fen or 0)] for one in pack.happenings]),
    ]  # fmt: skip
    return workbook(sheets)
