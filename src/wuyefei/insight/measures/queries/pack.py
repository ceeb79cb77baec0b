"""The week or the month on paper: the facts of a report pack."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import TruncDate

from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.actor import Actor, organisation_of
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA, DAY
from wuyefei.foundation.kernel.errors import Invalid, Phrase
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Adjustment
from wuyefei.money.payments.public import Payment

from ..rules import Bucket, Figures, Period, Unit, end_of
from .basis import Scope, scope_of
from .dashboard import Dashboard, dashboard
from .groups import Dimension
from .lines import lines_of
from .received import Channel, channels, taken
from .rows import openable
from .running import fetch
from .sums import cells, whole

TOP = 10
"""Debts named in a pack."""
BELOW_TARGET = 5
"""Points under its target from which a community is an exception."""
UNITS = (Unit.WEEK, Unit.MONTH)


@dataclass(frozen=True, slots=True)
class Debt:
    """What one household owes that is due. ``names``: who pays, for readers who may know."""

    community: str
    building: str
    code: str
    names: str
    fen: int
    since: dt.date


@dataclass(frozen=True, slots=True)
class Happening:
    """Something out of the ordinary in the period: how often, and the sum where there is one."""

    kind: str
    count: int
    fen: int | None


@dataclass(frozen=True)
class Pack:
    """``period`` is the week or month reported; ``board`` the rates of the month as of its end (or of the day within);
    ``before`` the figures a week, or a month, earlier."""

    organisation: str
    place: str
    period: Period
    board: Dashboard
    before: Figures | None
    channels: list[Channel]
    channels_before: list[Channel]
    debts: list[Debt]
    debtors: int
    happenings: list[Happening]
    inside: bool

    @property
    def as_of(self) -> dt.date:
        return self.board.scope.as_of

    @property
    def received_fen(self) -> int:
        return sum(channel.fen for channel in self.channels)

    @property
    def arrears_fen(self) -> int:
        return sum(age.fen for bucket, age in self.board.ages if bucket is not Bucket.NOT_DUE)


def pack(actor: Actor, period: Period, *, community_id: int | None = None, inside: bool = False) -> Pack:
    """The pack of a week or month, as known at its end; ``inside``: with room numbers and names, for which the actor must
    be allowed to open bills.

    Raises ``Invalid`` for other periods and for one still to come; ``NotFound`` and ``Forbidden`` as every report.
    """
    if period.unit not in UNITS:
        raise Invalid(field="账期", reason=Phrase("「{period}」不是周或月", period=period))
    as_of = period.cut(clock.today())
    if as_of < period.first:
        raise Invalid(field="账期", reason=Phrase("{period} 还没有开始", period=period))
    month = Period.of(Unit.MONTH, as_of)
    scope = scope_of(actor, month, as_of, community_id=community_id)
    whole_period = replace(scope, period=period)
    earlier = replace(scope, period=period.previous, as_of=period.previous.last)
    if inside:
        scope.actor.require_anywhere(Permission.BILLING_VIEW)
    debts, debtors = _debts(openable(scope) if inside else scope, inside)
    return Pack(
        organisation_of(actor).name, scope.communities[0].name if len(scope.communities) == 1 else "", period,
        dashboard(scope, Dimension.COMMUNITY), _before(scope, period), channels(whole_period), channels(earlier),
        debts, debtors, _happenings(whole_period), inside,
    )  # fmt: skip


def _before(scope: Scope, period: Period) -> Figures | None:
    """A week earlier in the same month; a month earlier as of that month's end. None where the month had not begun."""
    if period.unit is Unit.MONTH:
        found = replace(scope, period=period.previous, as_of=period.previous.last)
    else:
        found = replace(scope, as_of=period.eve)
    return whole(cells(found, ages=False))[0] if found.as_of >= found.period.first else None


def _debts(scope: Scope, inside: bool) -> tuple[list[Debt], int]:
    """The largest debts and how many households have one."""
    with_lines, facts = lines_of(scope)
    query = f"""{with_lines},
    homes AS (SELECT property_id, sum(arrears) AS fen, min(due_on) AS since FROM lines WHERE arrears > 0 GROUP BY property_id)
    SELECT q.community_id, coalesce(b.name, ''), q.code, h.fen::bigint, h.since, h.property_id, count(*) OVER ()
    FROM homes h JOIN {Property._meta.db_table} q ON q.id = h.property_id
      LEFT JOIN {_building_table()} b ON b.id = q.building_id
    ORDER BY h.fen DESC, q.sort_key, h.property_id LIMIT {TOP}"""
    found = fetch(query, facts)
    names = _payers(scope, [row[5] for row in found]) if inside else {}
    places = {place.pk: place.name for place in scope.communities}
    rows = [Debt(places[row[0]], row[1], row[2] if inside else "", names.get(row[5], ""), row[3], row[4]) for row in found]
    return rows, found[0][6] if found else 0


def _building_table() -> str:
    model = Property._meta.get_field("building").related_model
    assert model is not None and not isinstance(model, str)
    return model._meta.db_table


def _payers(scope: Scope, homes: list[int]) -> dict[int, str]:
    """Who owes it, by property."""
    with_lines, facts = lines_of(scope)
    query = f"""{with_lines}
    SELECT l.property_id, string_agg(DISTINCT p.name, '、') FROM lines l JOIN {Person._meta.db_table} p ON p.id = l.payer_id
    WHERE l.arrears > 0 AND l.property_id = ANY(%(homes)s) GROUP BY l.property_id"""
    return {row[0]: row[1] for row in fetch(query, facts | {"homes": homes})}


def _happenings(scope: Scope) -> list[Happening]:
    """Voids, reversals, reductions and rises booked in the period, and payments valued before the day they were booked."""
    voided = _payments(scope).filter(voided_at__gte=_start(scope), voided_at__lt=end_of(scope.period.cut(scope.as_of)))
    changes = Adjustment.objects.filter(
        organisation_id=scope.actor.organisation_id, community_id__in=scope.community_ids, booked_at__gte=_start(scope),
        booked_at__lt=end_of(scope.period.cut(scope.as_of)),
    )  # fmt: skip
    dated = taken(scope).annotate(day=TruncDate("booked_at", tzinfo=CHINA)).filter(value_date__lt=F("day"))
    return [
        _count("作废收款", voided),
        _count("红冲应收", changes.filter(kind=Adjustment.Kind.REVERSAL)),
        _count("调减应收", changes.filter(kind=Adjustment.Kind.ADJUST, amount_fen__lt=0)),
        _count("调增应收", changes.filter(kind=Adjustment.Kind.ADJUST, amount_fen__gt=0)),
        _count("坏账核销", changes.filter(kind=Adjustment.Kind.WRITE_OFF)),
        _count("收回已核销坏账", changes.filter(kind=Adjustment.Kind.RECOVER)),
        _count("倒签收款日", dated),
    ]


def _start(scope: Scope) -> dt.datetime:
    return end_of(scope.period.first - DAY)


def _payments(scope: Scope) -> QuerySet[Payment]:
    return Payment.objects.filter(organisation_id=scope.actor.organisation_id, community_id__in=scope.community_ids).order_by()


def _count(kind: str, rows: QuerySet[Payment] | QuerySet[Adjustment]) -> Happening:
    sums = rows.aggregate(count=Count("pk"), fen=Sum("amount_fen"))
    return Happening(kind, sums["count"], sums["fen"] or 0)


def periods(today: dt.date, unit: Unit, count: int = 12) -> list[Period]:
    """The last periods that have begun, the latest first."""
    found = [Period.of(unit, today)]
    while len(found) < count:
        found.append(found[-1].previous)
    return found
