"""``report movement`` and ``report migration``: arrears between two days."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import Invalid, spoken
from wuyefei.foundation.kernel.money import yuan, yuan_text

from .boot import Outcome, Scope
from .speech import said

if TYPE_CHECKING:
    from wuyefei.insight.arrears.public import Flow, Movement

REPORTS = ("movement", "migration", "trial-balance")
KEYS = ("opening", "new", "cleared", "adjusted", "closing")


def read_days(args: argparse.Namespace) -> None:
    """``--from`` and ``--to`` as days; raises ``Invalid`` where they are missing or do not belong to the report."""
    if args.report not in REPORTS:
        for name, value in (("--from", args.first), ("--to", args.last)):
            if value:
                raise Invalid(field=name, reason="只用于 movement、migration 和 trial-balance")
        return
    if args.as_of:
        raise Invalid(field="--as-of", reason="movement、migration 和 trial-balance 用 --from 和 --to")
    if not args.first:
        raise Invalid(field="--from", reason="必填，如 2026-01-01")
    args.first = parse_day(args.first, "--from")
    args.last = parse_day(args.last, "--to") if args.last else args.day


def movement(args: argparse.Namespace, scope: Scope) -> Outcome:
    """Opening + new − cleared − adjusted = closing, by community and by month."""
    from wuyefei.insight.arrears.public import joined
    from wuyefei.insight.arrears.public import movement as moved

    found = moved(scope.actor, args.first, args.last, scope.community_id)
    document = scope.head | {
        "report": "movement", "from": str(args.first), "to": str(args.last), "total": _figures(found.total),
        "months": [_month(part) for part in found.every],
        "communities": [
            {"community": place.name, **_figures(joined(months)), "months": [_month(part) for part in months]}
            for place, months in found.communities
        ],
    }  # fmt: skip
    lines = [said("欠费变动，{first} 到 {last}：期初 + 新增 − 清缴 − 调减 = 期末", first=args.first, last=args.last)]
    lines += [f"{place.name}  {_sum(joined(months))}" for place, months in found.communities]
    lines += [f"{part.first:%Y-%m}  {_sum(part)}" for part in found.every]
    lines.append(said("合计 {sum}", sum=_sum(found.total)))
    return Outcome(document, "\n".join(lines))


def _amounts(part: Movement) -> tuple[int, ...]:
    return part.opening_fen, part.new_fen, part.cleared_fen, part.adjusted_fen, part.closing_fen


def _figures(part: Movement) -> dict[str, str]:
    return {key: yuan(fen) for key, fen in zip(KEYS, _amounts(part), strict=True)}


def _month(part: Movement) -> dict[str, str]:
    return {"from": str(part.first), "to": str(part.last), **_figures(part)}


def _sum(part: Movement) -> str:
    opening, new, cleared, adjusted, closing = map(yuan_text, _amounts(part))
    return f"{opening} + {new} − {cleared} − {adjusted} = {closing}"


def migration(args: argparse.Namespace, scope: Scope) -> Outcome:
    """What became of each ageing bucket between the ends of two days."""
    from wuyefei.insight.arrears.public import ORIGINS
    from wuyefei.insight.arrears.public import migration as migrated
    from wuyefei.insight.measures.public import BUCKET_NAMES, Bucket

    found = migrated(scope.actor, args.first, args.last, scope.community_id)
    names = {bucket.value: BUCKET_NAMES[bucket] for bucket in Bucket} | ORIGINS
    document = scope.head | {
        "report": "migration", "from": str(args.first), "to": str(args.last),
        "rows": [{"from": flow.origin, "label": spoken(names[flow.origin]), **_flow(flow)} for flow in found.flows], "total": _flow(found.total),
    }  # fmt: skip
    lines = [said("账龄迁徙，{first} 结束时到 {last} 结束时", first=args.first, last=args.last)]
    for flow in found.flows:
        if flow.properties:
            kept = [f"{spoken(BUCKET_NAMES[bucket])} {yuan_text(fen)}" for bucket, (fen, _) in flow.kept.items() if fen]
            lines.append(_told(spoken(names[flow.origin]), flow, " / ".join(kept) or "—"))
    total = found.total
    left = yuan_text(total.base_fen - total.cleared_fen - total.adjusted_fen)
    lines.append(_told(said("合计"), total, said("仍欠 {left}", left=left)))
    return Outcome(document, "\n".join(lines))


def _told(name: str, flow: Flow, kept: str) -> str:
    return said("{name} {base} → {kept}；清缴 {cleared}，调减 {adjusted}", name=name, base=yuan_text(flow.base_fen), kept=kept,
                cleared=yuan_text(flow.cleared_fen), adjusted=yuan_text(flow.adjusted_fen))  # fmt: skip


def _flow(flow: Flow) -> dict[str, object]:
    return {
        "opening": yuan(flow.base_fen), "properties": flow.properties, "cleared": yuan(flow.cleared_fen), "adjusted": yuan(flow.adjusted_fen),
        "to": {bucket.value: {"outstanding": yuan(fen), "properties": homes} for bucket, (fen, homes) in flow.kept.items()},
    }  # fmt: skip
