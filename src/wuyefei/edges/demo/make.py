"""``make_demo``: the whole demo company, once, in an empty installation."""

from __future__ import annotations

import random
from collections.abc import Callable

from django.db import transaction

from wuyefei.foundation import environment
from wuyefei.foundation.access.models import Organisation
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock

from . import cast, estate, history, talk

SEED = 20260101
MONTHS = 6
Progress = Callable[[str, int, int], None]


def exists() -> bool:
    return Organisation.objects.filter(name=cast.GROUP.name).exists()


def make_demo(progress: Progress = lambda label, done, total: None) -> None:
    """Make both firms with six months of history up to today. Refused outside demo mode and where anybody lives.

    ``progress`` is told a label, how much is done and how much there is.
    """
    if not environment.demo_mode():
        raise DomainError("demo_only", "只有演示模式可以建立演示公司。")
    if Organisation.objects.exists():
        raise DomainError("not_empty", "这个数据目录里已有企业，不能再建演示公司；请换一个 WUYEFEI_HOME。")
    today = clock.today()
    start = Month.of(today).plus(-MONTHS).first
    with transaction.atomic():  # all or nothing: a demo broken off leaves nothing behind
        for number, firm in enumerate((cast.GROUP, cast.SMALL)):
            dice = random.Random(SEED + number)
            with clock.at(history.at(start, 7)):
                company = estate.build(firm, start, dice)
            for done, total in history.live(company, start, today, dice):
                progress(firm.name, done, total)
            if number == 0:
                talk.talk(company, today, dice)
