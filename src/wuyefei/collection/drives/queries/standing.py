"""Where a drive stood at the end of a day: from what was booked and logged by then, and from nothing later."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from wuyefei.collection.followup.public import Promise
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.platform import clock
from wuyefei.insight.measures.public import Period, Unit, cells, end_of, rate, scope_of, whole
from wuyefei.money.billing.public import Adjustment
from wuyefei.money.payments.public import Allocation, Payment
from wuyefei.relations.contacts.public import Contact

from ..models import Drive, Household, Listed, Member
from ..rules import Aim, Home, Outlook, Tally, by_person, outlook, tally

ASKING = ("reminder", "legal")
CARRIED = ("sent", "delivered", "read", "bounced")
"""What becomes of a message that a program sends: such a message is no contact of a person of ours, a letter is."""
H, B, A, P, J = (model._meta.db_table for model in (Household, Listed, Allocation, Payment, Adjustment))
CHINA_DAY = "AT TIME ZONE 'Asia/Shanghai')::date"
MOVED = f"""
SELECT b.household_id, (a.booked_at {CHINA_DAY}, p.kind = ANY(%(taken)s), sum(a.amount_fen)::bigint
FROM {B} b JOIN {H} h ON h.id = b.household_id JOIN {A} a ON a.receivable_id = b.receivable_id JOIN {P} p ON p.id = a.payment_id
WHERE h.drive_id = %(drive)s AND a.part = 'principal' AND a.booked_at > %(since)s AND a.booked_at < %(until)s GROUP BY 1, 2, 3
UNION ALL
SELECT b.household_id, (j.booked_at {CHINA_DAY}, false, -sum(j.amount_fen)::bigint
FROM {B} b JOIN {H} h ON h.id = b.household_id JOIN {J} j ON j.receivable_id = b.receivable_id
WHERE h.drive_id = %(drive)s AND j.booked_at > %(since)s AND j.booked_at < %(until)s GROUP BY 1, 2, 3"""
"""Household, day, whether new money came in, and how much less is owed."""


@dataclass(frozen=True)
class Line:
    """One person's list."""

    member: Member
    tally: Tally


@dataclass(frozen=True)
class Board:
    """``daily``: what each day up to ``day`` brought; ``rate_now`` for an aim that is a rate."""

    drive: Drive
    day: dt.date
    whole: Tally
    lines: list[Line]
    daily: list[tuple[dt.date, int]]
    days_left: int
    outlook: Outlook | None
    rate_now: Decimal | None

    @property
    def missing_fen(self) -> int:
        return max(0, self.drive.target_fen - self.whole.so_far_fen)

    @property
    def needed_fen(self) -> int | None:
        """What each day left has to bring; None where none is left."""
        return -(-self.missing_fen // self.days_left) if self.days_left else None


def shown_day(drive: Drive, asked: dt.date | None) -> dt.date:
    """A day of the drive that has come: the one asked for, or the latest."""
    last = min(drive.days.last, clock.today())
    return min(max(asked or last, drive.starts_on), last)


def contacts_of(drive: Drive, until: dt.datetime) -> QuerySet[Contact]:
    """What people of ours logged about the debts of the list since it was drawn up, by a moment; messages that a program
    sent are not among them."""
    people = Household.objects.filter(drive=drive).values("person_id")
    rows = Contact.objects.filter(
        community_id=drive.community_id, person_id__in=people, state=Contact.State.DONE, direction=Contact.Direction.OUT, purpose__in=ASKING,
    )  # fmt: skip
    ours = rows.filter(Q(source_ref="") | Q(channel="letter") | ~Q(outcome__in=CARRIED))
    return ours.filter(closed_at__gt=drive.listed_at, closed_at__lt=until)


def homes_on(drive: Drive, day: dt.date) -> dict[int, Home]:
    """The list by household as of the end of a day."""
    until = end_of(day)
    taken: dict[int, dict[dt.date, int]] = defaultdict(lambda: defaultdict(int))
    gone: dict[int, int] = defaultdict(int)
    facts: dict[str, Any] = {"drive": drive.pk, "since": drive.listed_at, "until": until, "taken": [kind.value for kind in Payment.TAKEN]}
    with connection.cursor() as cursor:
        cursor.execute(MOVED, facts)
        for household, on, is_new, fen in cursor.fetchall():
            gone[household] += fen
            if is_new:
                taken[household][on] += fen
    spoken: dict[int, set[str]] = defaultdict(set)
    for person, outcome in contacts_of(drive, until).values_list("person_id", "outcome"):
        spoken[person].add(outcome)
    promised = _promised(drive, day)
    return {
        row.pk: Home(
            row.user_id, row.owed_fen, row.owed_fen - gone[row.pk], dict(taken[row.pk]), row.person_id in spoken,
            Contact.Outcome.PROMISED.value in spoken[row.person_id], promised.get(row.person_id, 0),
        )
        for row in Household.objects.filter(drive=drive).order_by("pk")
    }  # fmt: skip


def _promised(drive: Drive, day: dt.date) -> dict[int, int]:
    """By payer, the promise made in the drive that was open at the end of a day."""
    rows = Promise.objects.filter(
        community_id=drive.community_id, person_id__in=Household.objects.filter(drive=drive).values("person_id"), made_at__gt=drive.listed_at,
        made_at__lt=end_of(day),
    )  # fmt: skip
    return dict(rows.exclude(settled_on__lte=day).order_by("pk").values_list("person_id", "amount_fen"))


def board(actor: Actor, drive: Drive, day: dt.date) -> Board:
    """For a drive that the actor may see and whose list is drawn up, as of the end of one of its days."""
    homes = homes_on(drive, day)
    whole_list, mine = tally(homes.values(), day), by_person(homes.values(), day)
    members = Member.objects.filter(drive=drive).select_related("user").order_by("user__name", "pk")
    days = [drive.starts_on + DAY * number for number in range((day - drive.starts_on).days + 1)]
    daily = [(one, sum(home.taken.get(one, 0) for home in homes.values())) for one in days]
    running = day == clock.today()
    done = [fen for _on, fen in (daily[:-1] if running else daily)]
    open_days = (drive.days.last - day).days + running
    seen = None if drive.closed_on else outlook(done, open_days, whole_list.left_fen, whole_list.today_fen if running else None)
    return Board(
        drive, day, whole_list, [Line(one, mine.get(one.user_id, Tally())) for one in members], daily, open_days, seen, rate_on(actor, drive, day)
    )


def rate_on(actor: Actor, drive: Drive, day: dt.date) -> Decimal | None:
    """The current-period rate of the community's quarter as of a day; None for an aim that is an amount."""
    if drive.aim != Aim.RATE:
        return None
    due_fen, paid_fen = quarter_figures(actor, drive.community_id, drive.starts_on, day)
    return rate(paid_fen, due_fen)


def quarter_figures(actor: Actor, community_id: int, of: dt.date, as_of: dt.date) -> tuple[int, int]:
    """Receivable and paid of the quarter of a day, as of another."""
    scope = scope_of(actor, Period.of(Unit.QUARTER, of), as_of, community_id=community_id)
    figures, _ages = whole(cells(scope, ages=False))
    return figures.due_fen, figures.paid_fen
