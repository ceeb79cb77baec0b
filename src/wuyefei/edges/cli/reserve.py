"""``reserve``: a quarter's bad-debt reserve of a community; by two people as everywhere."""

from __future__ import annotations

import argparse

from wuyefei.foundation.kernel.errors import spoken
from wuyefei.foundation.kernel.money import yuan, yuan_text

from . import boot
from .boot import Outcome
from .speech import said


def reserve(args: argparse.Namespace) -> Outcome:
    """Goes on with the draft that is there, or makes one. With ``--approve-as`` the second person decides at once, or all is left
    as it was."""
    boot.ready()
    from django.db import transaction

    from wuyefei.foundation.approvals.actions import decide
    from wuyefei.money.reserve.public import (
        BUCKET_NAMES,
        Quarter,
        Run,
        draft_run,
        runs,
        standing_balance,
        submit,
    )

    community = boot.community_named(args.community, args.organisation)
    quarter = Quarter.parse(args.quarter)
    actor = boot.acting(args.as_user, community.organisation_id)
    with transaction.atomic():
        run = runs(actor).filter(community=community, as_of=quarter.last, state=Run.State.DRAFT).first()
        run = run or draft_run(community.pk, quarter, actor=actor)
        standing = standing_balance(community.pk)
        if args.submit or args.approve_as:
            request = submit(run.pk, actor=actor)
            if args.approve_as:
                decide(request.pk, approved=True, actor=boot.acting(args.approve_as, community.organisation_id))
    run.refresh_from_db()
    parts, singles = list(run.parts.order_by("bucket")), list(run.singles.values_list("reserve_fen", flat=True))
    should = sum(part.reserve_fen for part in parts) + sum(fen or 0 for fen in singles)
    document: dict[str, object] = {
        "community": community.name, "quarter": str(quarter), "run": run.pk, "state": run.state,
        "ages": [
            {"age": spoken(BUCKET_NAMES[part.age]), "rate": str(part.rate), "receivables": part.receivables, "outstanding": yuan(part.outstanding_fen),
             "reserve": yuan(part.reserve_fen)}
            for part in parts
        ],
        "large": len(singles), "not_assessed": singles.count(None), "reserve": yuan(should), "standing": yuan(standing), "difference": yuan(should - standing),
    }  # fmt: skip
    states = {"draft": said("草稿"), "asked": said("已提交，等另一位同事复核"), "approved": said("已入账")}
    lines = [
        said("{community} {quarter}：{status}；应有准备 {reserve}，账面余额 {standing}，差额 {difference}", community=community.name, quarter=str(quarter),
             status=states[run.state], reserve=yuan_text(should), standing=yuan_text(standing), difference=yuan_text(should - standing)),
        *(f"  {spoken(BUCKET_NAMES[part.age])}: {part.receivables} {yuan_text(part.outstanding_fen)} → {yuan_text(part.reserve_fen)}" for part in parts),
    ]  # fmt: skip
    if singles:
        lines.append("  " + said("大额欠费 {count} 笔，{waiting} 笔没有评估", count=len(singles), waiting=singles.count(None)))
    return Outcome(document, "\n".join(lines))
