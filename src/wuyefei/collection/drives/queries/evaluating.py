"""What a drive brought: against the same days of the quarter before, against the quarter's own pace, by person and by way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import DateField, F, Sum
from django.db.models.functions import Cast, TruncDate

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.insight.measures.public import end_of, rate
from wuyefei.money.payments.public import Allocation, Payment
from wuyefei.relations.contacts.public import Channel, Contact

from ..models import Drive
from ..rules import Days, at_pace, days_ahead_of, same_days_before
from .standing import ASKING, CARRIED, A, B, Board, H, P, board, contacts_of

C = Contact._meta.db_table
TELLING = f"""
SELECT way, count(*) FILTER (WHERE fen > 0), sum(fen)::bigint FROM (SELECT coalesce((SELECT c.channel FROM {C} c WHERE c.person_id = h.person_id AND c.community_id = h.community_id AND c.state = 'done'
    AND c.direction = 'out' AND c.purpose = ANY(%(asking)s)
    AND (c.source_ref = '' OR c.channel = 'letter' OR c.outcome <> ALL(%(carried)s)) AND c.closed_at > %(since)s AND c.closed_at < a.booked_at
    ORDER BY c.closed_at DESC, c.id DESC LIMIT 1), '') AS way,
  h.id, sum(a.amount_fen) AS fen
FROM {B} b JOIN {H} h ON h.id = b.household_id JOIN {A} a ON a.receivable_id = b.receivable_id JOIN {P} p ON p.id = a.payment_id
WHERE h.drive_id = %(drive)s AND a.part = 'principal' AND a.booked_at > %(since)s AND a.booked_at < %(until)s AND p.kind = ANY(%(taken)s)
GROUP BY 1, 2) each GROUP BY 1 HAVING sum(fen) <> 0"""
"""By the way of the last contact before the money came: households, fen."""
PAYING = f"""
SELECT way, count(*) FILTER (WHERE fen > 0), sum(fen)::bigint FROM (SELECT p.kind AS way, h.id, sum(a.amount_fen) AS fen
FROM {B} b JOIN {H} h ON h.id = b.household_id JOIN {A} a ON a.receivable_id = b.receivable_id JOIN {P} p ON p.id = a.payment_id
WHERE h.drive_id = %(drive)s AND a.part = 'principal' AND a.booked_at > %(since)s AND a.booked_at < %(until)s AND p.kind = ANY(%(taken)s)
GROUP BY 1, 2) each GROUP BY 1 HAVING sum(fen) <> 0"""


@dataclass(frozen=True)
class Stretch:
    """Overdue principal of a whole community that came in on some days."""

    days: Days
    fen: int

    @property
    def daily_fen(self) -> int | None:
        return at_pace(self.fen, self.days.count, 1)


@dataclass(frozen=True)
class Way:
    """``contacts``: how many were logged in this way; ``homes`` paid ``fen`` after one of them as the last."""

    code: str
    contacts: int
    homes: int
    fen: int


@dataclass(frozen=True)
class Evaluation:
    """``here``, ``before`` and ``ahead`` count the whole community, so that they may be compared; ``end`` counts the list."""

    drive: Drive
    end: Board
    here: Stretch
    before: Stretch
    ahead: Stretch
    ways: list[Way]
    paying: list[Way]
    rate_then: Decimal | None

    @property
    def at_pace_fen(self) -> int | None:
        """What the days of the drive would have brought at the pace of the quarter's days before it."""
        return at_pace(self.ahead.fen, self.ahead.days.count, self.here.days.count)

    @property
    def cost_share(self) -> Decimal | None:
        """What a yuan that came in on the list cost."""
        cost = self.drive.cost_fen
        return None if cost is None else rate(cost, self.end.whole.so_far_fen)


def late_taken(community_id: int, days: Days, until: dt.date) -> int:
    """Principal that new money paid, on these days, of bills that were overdue by then. ``until``: as known at the end of it."""
    if days.count <= 0:
        return 0
    rows = Allocation.objects.filter(
        community_id=community_id, part=Allocation.Part.PRINCIPAL, payment__kind__in=Payment.TAKEN,
        booked_at__gte=end_of(days.first) - dt.timedelta(days=1), booked_at__lt=min(end_of(days.last), end_of(until)),
    ).annotate(on=Cast(TruncDate("booked_at", tzinfo=CHINA), DateField()))  # fmt: skip
    return rows.filter(receivable__due_on__lt=F("on")).aggregate(fen=Sum("amount_fen"))["fen"] or 0


def evaluation(actor: Actor, drive: Drive, until: dt.date) -> Evaluation:
    """For a drive that the actor may see and whose list is drawn up, as of the end of a day of it."""
    days = Days(drive.starts_on, until)
    past = [Stretch(some, late_taken(drive.community_id, some, until)) for some in (days, same_days_before(days), days_ahead_of(days))]
    facts = {
        "drive": drive.pk, "since": drive.listed_at, "until": end_of(until), "taken": [kind.value for kind in Payment.TAKEN], "asking": list(ASKING),
        "carried": list(CARRIED),
    }  # fmt: skip
    then = None
    if drive.due_fen is not None and drive.paid_fen is not None:
        then = rate(drive.paid_fen, drive.due_fen)
    return Evaluation(drive, board(actor, drive, until), *past, _told(drive, until, facts), _ways(PAYING, facts, {}), then)


def _told(drive: Drive, until: dt.date, facts: dict[str, Any]) -> list[Way]:
    counts: dict[str, int] = {}
    for channel in contacts_of(drive, end_of(until)).values_list("channel", flat=True):
        counts[channel] = counts.get(channel, 0) + 1
    found = {way.code: way for way in _ways(TELLING, facts, counts)}
    order = [*(one.value for one in Channel), ""]
    quiet = [Way(code, count, 0, 0) for code, count in counts.items() if code not in found]
    return sorted([*found.values(), *quiet], key=lambda way: order.index(way.code))


def _ways(query: str, facts: dict[str, Any], counts: dict[str, int]) -> list[Way]:
    with connection.cursor() as cursor:
        cursor.execute(query, facts)
        rows: Sequence[tuple[str, int, int]] = cursor.fetchall()
    return sorted((Way(code, counts.get(code, 0), homes, fen) for code, homes, fen in rows), key=lambda way: (-way.fen, way.code))

