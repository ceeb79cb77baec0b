"""One owner's whole position as of a day beside its statement sent alone, in a community of many homes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection

from wuyefei.estate.people.public import Person
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.platform import clock, prepared
from wuyefei.money.billing.public import Receivable, ask_adjustment, ask_hold, ask_waiver, open_bills

from ..estate import Firm, found, settle
from ..ground import analyse
from ..harness import Figure, best_of, measurement, noted
from .notices import owe

LATE, ROUNDS, OWNERS = 60, 5, 200
"""Days since the bills were due: a late fee is owed on each."""


@measurement("quoting", "一户的全部应缴截至某天：违约金、调整、减免、停计都算上，对照同一条 SQL 单独执行", 10_000)
def quoting(homes: int) -> Iterator[Figure]:
    firm = found()
    with noted(f"建立 {homes} 户，每户三笔过了期的账单，十户中一户有优惠"):
        place = settle(firm, "甲", homes)
        owe(firm, place, clock.today() - DAY * LATE)
        owners = list(Person.objects.filter(community_id=place.pk).order_by("pk").values_list("pk", flat=True)[:OWNERS])
        for owner in owners[::10]:
            _conceded(firm, owner)
        analyse()
    today, actor = clock.today(), firm.checker
    days = [today, today - DAY * 30]
    asked = list(itertools.product(owners, days))
    sent: list[tuple[Any, Any]] = []

    def keep(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append((sql, params))
        return execute(sql, params, many, context)

    def quoted() -> int:
        return sum(bill.total_fen for owner, day in asked for bill in open_bills(actor, day, payer_ids=[owner]))

    with connection.execute_wrapper(keep):
        assert quoted() > 0, "nobody owes anything"
    page, bare = best_of(ROUNDS, quoted, lambda: _send(sent))
    yield Figure("quoting_times", len(asked), page, bare, 2)


def _conceded(firm: Firm, owner: int) -> None:
    """Of an owner's three bills one is lowered, one has its late fee let off in part, and of one it stands still."""
    lowered, waived, held = Receivable.objects.filter(payer_id=owner).order_by("pk").values_list("pk", flat=True)[:3]
    for request in (
        ask_adjustment(lowered, -1_000, actor=firm.maker, reason="面积复核"),
        ask_waiver(waived, 1, actor=firm.maker, reason="停水"),
        ask_hold(held, clock.today() - DAY * 20, None, actor=firm.maker, reason="争议"),
    ):
        decide(request.pk, approved=True, actor=firm.checker)


def _send(statements: list[tuple[Any, Any]]) -> None:
    with prepared.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(sql, params)
            cursor.fetchall()
