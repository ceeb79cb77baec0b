"""What pages call the reasons for which bills stay out of a file."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_noop as noop

from .rules.choosing import Why

WHY_NAMES: dict[Why, str] = {
    Why.NOT_DUE: noop("还没到期"), Why.WAITING: noop("已在待回盘的批次里"), Why.DISPUTED: noop("有争议，停止催收"), Why.PLAN: noop("在分期里"),
    Why.DEFERRED: noop("已获准缓缴"), Why.TOO_SOON: noop("上次失败后间隔未到"), Why.TRIED: noop("已试满次数"), Why.LIMIT: noop("超过签约限额"),
}  # fmt: skip


def left_out(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """The reasons with their counts, in the order in which they are told."""
    return [(_now(name), counts[why]) for why, name in WHY_NAMES.items() if counts.get(why)]
