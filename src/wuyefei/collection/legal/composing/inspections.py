"""Rounds that were made where the payer lives, in the time for which service is claimed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.relations.service.public import Inspection, inspected

from ..models import Matter
from ..queries.matters import claims_of
from .blocks import Block, facts, h, table


def inspection_blocks(matter: Matter, on: dt.date, actor: Actor) -> list[Block]:
    """From the first to the last day of service that is claimed: every round in the buildings of the claims, how many there were at the
    points of the whole community, and the photographs with their digests. Blocks only for what there is, and for those who may see it."""
    if not actor.may(Permission.CONTACT_VIEW, matter.community_id):
        return []
    claims = [claim.receivable for claim in claims_of(matter)]
    houses = {row.property.building_id for row in claims if row.property.building_id}
    first, last = min(row.service_from for row in claims), min(on, max(row.service_to for row in claims))
    rows = list(inspected(matter.community_id, houses, first, last))
    mine, common = [row for row in rows if row.building_id], [row for row in rows if not row.building_id]
    return [*_mine(mine, first, last), *_common(common), *_photos(rows)]


def _moment(row: Inspection) -> str:
    return f"{row.at.astimezone(CHINA):%Y-%m-%d %H:%M}"


def _place(row: Inspection) -> str:
    return f"{row.building.name} {row.point}" if row.building else f"公共部位 {row.point}"


def _mine(rows: Collection[Inspection], first: dt.date, last: dt.date) -> list[Block]:
    if not rows:
        return []
    wrong = sum(row.result == "wrong" for row in rows)
    lines = [
        [_moment(row), _place(row), str(row.get_sort_display()), str(row.get_result_display()), row.note or "—", row.who, str(row.ticket_id or "—")] for row in rows
    ]
    return [
        h("本楼巡检"), facts(("期间", f"{first} 至 {last}"), ("巡检", f"{len(rows)} 次，正常 {len(rows) - wrong} 次，发现问题 {wrong} 次")),
        table(["时间", "点位", "类别", "结果", "情况", "巡检人", "工单"], lines, widths=[3, 3, 2, 2, 4, 2, 1]),
    ]  # fmt: skip


def _common(rows: Collection[Inspection]) -> list[Block]:
    """The points of the whole community by what was looked at: how often, and how often something was wrong."""
    if not rows:
        return []
    sums, wrong = Counter(str(row.get_sort_display()) for row in rows), Counter(str(row.get_sort_display()) for row in rows if row.result == "wrong")
    return [h("小区公共部位巡检"), table(["类别", "次数", "发现问题"], [[name, str(sums[name]), str(wrong[name])] for name in sorted(sums)], right=[1, 2], widths=[4, 1, 1])]


def _photos(rows: Collection[Inspection]) -> list[Block]:
    shots = [(row, row.photo) for row in rows if hasattr(row, "photo")]
    lines = [[_moment(row), _place(row), f"{shot.content_type}，{shot.size} 字节", shot.sha256[:32], shot.sha256[32:]] for row, shot in shots]
    return [h("巡检照片（原件存在系统里，SHA-256 分两段）"), table(["时间", "点位", "格式与大小", "SHA-256", "（续）"], lines, widths=[3, 3, 3, 4, 4])] if lines else []
