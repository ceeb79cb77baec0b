"""``watch``: the alerts of unusual transactions, listed or as a workbook; the last week looked at without waiting for Monday."""

from __future__ import annotations

import argparse
from pathlib import Path

from wuyefei.foundation.kernel.errors import Invalid, Phrase

from . import boot
from .boot import Outcome
from .packs import write_bytes
from .speech import said


def watch(args: argparse.Namespace) -> Outcome:
    """Alerts that the actor may see; those that concern the actor are never among them."""
    output = _output(args.output) if args.output else None
    boot.ready()
    from wuyefei.foundation.access.rules import Permission
    from wuyefei.foundation.platform import clock
    from wuyefei.foundation.platform.exports import workbook
    from wuyefei.money.watch.public import WEEK, alerts, exportable, look, monday_of, sheets_of, signs_of

    organisation_id = boot.organisation_id_of(args.organisation)
    actor = boot.acting(args.as_user, organisation_id)
    actor.require_anywhere(Permission.CONTROL_VIEW)
    made = look(monday_of(clock.today()) - WEEK, actor=actor) if args.look else []
    if output is not None:
        actor.require_anywhere(Permission.EXPORT)
        write_bytes(output, workbook(sheets_of(exportable(actor, closed=None if args.all else False))))
    rows = alerts(actor).order_by("-pk") if args.all else alerts(actor).filter(closed_at__isnull=True).order_by("due_at", "pk")
    document: dict[str, object] = {
        "new": len(made), "output": str(output) if output else None,
        "alerts": [
            {"id": row.pk, "concerns": row.concerns.name, "community": row.community.name, "week": str(row.week), "score": str(row.score),
             "signs": [one["sign"] for one in row.signs], "due": row.due_at.isoformat(), "verdict": row.verdict or None}
            for row in rows
        ],
    }  # fmt: skip
    lines = [said("{count} 个警报，本次新发现 {new} 个", count=len(rows), new=len(made))]
    lines += [f"  {row.week} {row.community.name} {row.concerns.name}：{signs_of(row)} {row.score}" for row in rows]
    if output is not None:
        lines.append(said("已写到 {output}", output=output))
    return Outcome(document, "\n".join(lines))


def _output(given: str) -> Path:
    output = Path(given).absolute()
    if output.suffix.lower() != ".xlsx":
        raise Invalid(field="--output", reason=Phrase("「{name}」应以 .xlsx 结尾", name=output.name))
    if not output.parent.is_dir():
        raise Invalid(field="--output", reason=Phrase("没有文件夹「{folder}」", folder=output.parent))
    return output
