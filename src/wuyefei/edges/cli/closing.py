"""``close``: look at a month's list, close it, or open it again; by two people as everywhere."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import spoken
from wuyefei.foundation.kernel.money import yuan, yuan_text

from . import boot
from .boot import Outcome
from .speech import said

if TYPE_CHECKING:
    from wuyefei.money.closing.public import Item


def close(args: argparse.Namespace) -> Outcome:
    """With ``--check`` nothing is asked. With ``--approve-as`` the second person decides at once, or all is left as it was."""
    boot.ready()
    from django.db import transaction

    from wuyefei.foundation.approvals.actions import decide
    from wuyefei.money.closing.public import NAMES, ask_close, ask_reopen, checklist
    from wuyefei.money.ledger.public import closed_through

    community = boot.community_named(args.community, args.organisation)
    month = Month.parse(args.month)
    actor = boot.acting(args.as_user, community.organisation_id)
    items = [] if args.reopen else checklist(actor, community.pk, month)
    document: dict[str, object] = {
        "community": community.name, "month": str(month), "state": "open",
        "list": [
            {"item": one.key.value, "name": spoken(NAMES[one.key]), "count": one.count, "weight": one.weight.value,
             "amount": None if one.fen is None else yuan(one.fen)}
            for one in items
        ],
    }  # fmt: skip
    if not args.check:
        with transaction.atomic():
            asking = ask_reopen if args.reopen else ask_close
            request = asking(community.pk, month, actor=actor, reason=args.reason or "")
            document["state"] = "asked"
            if args.approve_as:
                decide(request.pk, approved=True, actor=boot.acting(args.approve_as, community.organisation_id))
                document["state"] = "reopened" if args.reopen else "closed"
    through = closed_through(community.pk)
    document["closed_through"] = str(through) if through else None
    return Outcome(document, _text(document, [(spoken(NAMES[one.key]), one) for one in items]))


def _text(document: dict[str, object], items: list[tuple[str, Item]]) -> str:
    states = {"open": said("没有提交"), "asked": said("已提交，等另一位同事复核"), "closed": said("已结账"), "reopened": said("已反结账")}
    lines = [said("{community} {month}：{status}；已结到 {through}", community=document["community"], month=document["month"],
                  status=states[str(document["state"])], through=document["closed_through"] or "—")]  # fmt: skip
    for name, one in items:
        if not one.settled:
            sum_ = "" if one.fen is None else f" {yuan_text(one.fen)}"
            lines.append(f"  {name}: {one.count}{sum_} {said('必须先处理') if one.hinders else said('可说明原因后结转')}")
    return "\n".join(lines)
