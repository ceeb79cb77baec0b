"""A situation of the law guard's document as the guard itself is asked."""

from __future__ import annotations

import datetime as dt
from typing import Any

from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.relations.contacts.rules.guard import Facts, Verdict, check
from wuyefei.relations.contacts.rules.measures import BANS
from wuyefei.relations.contacts.rules.steps import (
    CHANNEL_NAMES,
    PURPOSE_NAMES,
    RECIPIENT_NAMES,
    Channel,
    Past,
    Step,
)

BY_NAME = {name: channel for channel, name in CHANNEL_NAMES.items()}
KNOWN: dict[str, dict[str, Any]] = {
    "争议": {"dispute_hold": True}, "已缴清": {"owes": False}, "号码错误": {"wrong": True}, "去世": {"deceased": True},
    "破产": {"bankrupt": True}, "已删除": {"erased": True}, "同意告知": {"named": True}, "联合办理": {"joint": True},
    "征信依据": {"grounds": frozenset({"credit_ground"})}, "律师费条款": {"grounds": frozenset({"lawyer_fee_clause"})},
    "违约金条款": {"grounds": frozenset({"late_fee_clause"})}, "拒绝短信": {"refused": frozenset({Channel.SMS})},
    "同意推广短信": {"welcome": frozenset({Channel.SMS})},
}  # fmt: skip


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=CHINA)


def judge(row: dict[str, str]) -> Verdict:
    """What the guard says to a row of the table; the step is judged an hour before it would be taken."""
    known: dict[str, Any] = {}
    past = []
    for word in filter(None, row["已知"].replace("—", "").split("，")):
        if word in KNOWN:
            known |= KNOWN[word]
        else:
            channel, day = word.split(" ")
            past.append(Past(moment(f"{day} 10:00"), BY_NAME[channel]))
    what = row["措施或措辞"]
    spoken = what.startswith("「")
    measures = frozenset(code for code, ban in BANS.items() if ban.name == what)
    assert spoken or what == "—" or measures, what
    step = Step(
        BY_NAME[row["方式"]], next(code for code, name in PURPOSE_NAMES.items() if name == row["目的"]), moment(row["时间"]),
        next(code for code, name in RECIPIENT_NAMES.items() if name == row["对谁"]), measures, int(row["人数"]),
        what if spoken else "",
    )  # fmt: skip
    return check(step, now=step.at - dt.timedelta(hours=1), facts=Facts(past=tuple(past), **known))
