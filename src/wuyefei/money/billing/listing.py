"""The list of receivables: filters, totals and exports. Scoped through ``queries.receivables``."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from django.db import connection
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.dates import Month

from .fees import LATE_FEE_FEEDS_SQL, LATE_FEE_SET_SQL
from .models import Receivable
from .queries import receivables
from .review import matches

STATES = {"due": "未到期", "late": "逾期", "part": "部分已缴", "paid": "已缴", "void": "已红冲"}


@dataclass(frozen=True)
class Filter:
    """Empty fields do not narrow. ``state`` is one of ``STATES``; ``period`` the month in which service begins."""

    community: int | None = None
    building: int | None = None
    item: int | None = None
    state: str = ""
    period: Month | None = None
    text: str = ""


@dataclass(frozen=True)
class Totals:
    """Over all rows of a filter but the reversed; money in fen, late fee as of the day asked for."""

    rows: int
    amount_fen: int
    outstanding_fen: int
    late_fee_fen: int


def found(actor: Actor, chosen: Filter, today: dt.date) -> QuerySet[Receivable]:
    """The receivables that match, with what was adjusted (``adjusted_fen``)."""
    rows = receivables(actor)
    if chosen.community:
        rows = rows.filter(community_id=chosen.community)
    if chosen.building:
        rows = rows.filter(property__building_id=chosen.building)
    if chosen.item:
        rows = rows.filter(item_id=chosen.item)
    if chosen.period:
        rows = rows.filter(period__gte=chosen.period.first, period__lte=chosen.period.last)
    if chosen.text:
        rows = rows.filter(matches(chosen.text))
    if chosen.state == "part":
        rows = rows.annotate(adjusted=Coalesce(Sum("adjustments__amount_fen"), 0)).filter(
            reversed_at__isnull=True, outstanding_fen__gt=0, outstanding_fen__lt=F("amount_fen") + F("adjusted")
        )
    elif chosen.state:
        rows = rows.filter(_state(chosen.state, today))
    return rows


def _state(state: str, today: dt.date) -> Q:
    standing = Q(reversed_at__isnull=True)
    return {
        "due": standing & Q(outstanding_fen__gt=0, due_on__gte=today),
        "late": standing & Q(outstanding_fen__gt=0, due_on__lt=today),
        "paid": standing & Q(outstanding_fen=0),
        "void": Q(reversed_at__isnull=False),
    }[state]


def totals(actor: Actor, rows: QuerySet[Receivable], today: dt.date) -> Totals:
    """Count and sums in the database, however many rows of the actor's organisation there are."""
    ids, values = rows.filter(reversed_at__isnull=True).order_by().values("pk").query.sql_with_params()
    named = {f"p{number}": value for number, value in enumerate(values)}
    marks = iter(named)
    ids = re.sub("%s", lambda found: f"%({next(marks)})s", ids)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT count(*), COALESCE(sum(r.amount_fen), 0), COALESCE(sum(r.outstanding_fen), 0),
                  COALESCE(sum({LATE_FEE_SET_SQL}), 0)
                FROM billing_receivable r {LATE_FEE_FEEDS_SQL} WHERE r.id IN ({ids})""",
            named | {"as_of": today, "organisation": actor.organisation_id},
        )
        return Totals(*(int(value) for value in cursor.fetchone()))


def state_of(row: Receivable, fee_due_fen: int, late_fee_fen: int, today: dt.date, lost: bool = False) -> tuple[str, str]:
    """(state, its words without days) of a receivable; ``fee_due_fen`` is the amount with its adjustments; ``lost``: of which
    something stands written off."""
    if row.reversed_at is not None:
        return "void", "已红冲"
    if row.outstanding_fen == 0:
        return ("void", "已核销") if lost else ("part", "剩违约金") if late_fee_fen else ("paid", "已缴")
    if row.due_on < today:
        return "late", "逾期"
    return ("part", "部分已缴") if row.outstanding_fen < fee_due_fen else ("due", "未到期")
