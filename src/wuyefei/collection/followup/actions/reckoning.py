"""Working cases out of the books: open, bring up to date, close. Set by set, and for one payer after an act."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum

from wuyefei.foundation.access.models import Community, Organisation
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import packed
from wuyefei.foundation.platform import clock
from wuyefei.money.payments.public import Payment

from ..models import Case, Night, Promise
from ..queries.facts import Found, facts_of
from ..rules.nextstep import next_step
from ..rules.promises import Promised, verdict

KIND = "followup_cases"
LOCK = 0x77790022
COLUMNS = (
    "person_id", "property_id", "owed_fen", "periods", "running", "oldest_due_on", "grade", "rung", "letter", "next_kind", "next_on",
    "next_channel", "next_rank", "next_why", "last_on",
)  # fmt: skip
T = Case._meta.db_table
DIFFERS = " OR ".join(f"k.{name} IS DISTINCT FROM f.{name}" for name in COLUMNS[1:])


def reckon_all(organisation_id: int | None) -> int:
    """Every community, each in a transaction of its own; returns how many cases are open. A run that broke off today goes on
    where it stopped; after one that was finished everything is worked out anew."""
    rows = Organisation.objects.order_by("pk")
    if organisation_id is not None:
        rows = rows.filter(pk=organisation_id)
    today = clock.today()
    return sum(_night(pk, today) for pk in rows.values_list("pk", flat=True))


def _night(organisation_id: int, today: dt.date) -> int:
    night, _new = Night.objects.get_or_create(organisation_id=organisation_id, defaults={"on": today})
    if night.finished or night.on != today:
        night.on, night.upto, night.cases, night.finished = today, 0, 0, False
    places = Community.objects.filter(organisation_id=organisation_id, pk__gt=night.upto).order_by("pk")
    for place in list(places.values_list("pk", flat=True)):
        with transaction.atomic():
            night.cases += reckon(place, today)
            night.upto = place
            night.save()
    night.finished = True
    night.save()
    return night.cases


@transaction.atomic
def reckon(community_id: int, today: dt.date, person_ids: Collection[int] = ()) -> int:
    """Bring the cases of a community (or of these payers) up to date; returns how many of them are open. Twice changes
    nothing. For the clock and for actions that have checked their places."""
    place = Community.objects.get(pk=community_id)
    hold(community_id, alone=not person_ids)
    with connection.cursor() as cursor:
        settle_promises(community_id, today, person_ids)
        cursor.execute(f"CREATE TEMP TABLE case_fresh ON COMMIT DROP AS SELECT {', '.join(COLUMNS)} FROM {T} WITH NO DATA")
        count = 0
        for found in facts_of(community_id, today, person_ids):
            with connection.cursor() as into, into.copy(f"COPY case_fresh ({', '.join(COLUMNS)}) FROM STDIN") as copy:
                for one in found:
                    copy.write_row(_row(one, today))
            count += len(found)
        facts: dict[str, Any] = {"organisation": place.organisation_id, "community": community_id, "today": today, "people": list(person_ids)}
        narrow = "AND k.person_id = ANY(%(people)s)" if person_ids else ""
        cursor.execute(
            f"""UPDATE {T} k SET closed_on = %(today)s WHERE k.community_id = %(community)s AND k.closed_on IS NULL {narrow}
            AND NOT EXISTS (SELECT 1 FROM case_fresh f WHERE f.person_id = k.person_id)""",
            facts,
        )
        cursor.execute(
            f"""UPDATE {T} k SET {", ".join(f"{name} = f.{name}" for name in COLUMNS[1:])} FROM case_fresh f
            WHERE k.person_id = f.person_id AND k.closed_on IS NULL AND ({DIFFERS})""",
            facts,
        )
        cursor.execute(
            f"""INSERT INTO {T} (organisation_id, community_id, opened_on, acts, reason, {", ".join(COLUMNS)})
            SELECT %(organisation)s, %(community)s, %(today)s, 0, '', {", ".join(f"f.{name}" for name in COLUMNS)} FROM case_fresh f
            WHERE NOT EXISTS (SELECT 1 FROM {T} k WHERE k.person_id = f.person_id AND k.closed_on IS NULL)""",
            facts,
        )
        cursor.execute("DROP TABLE case_fresh")
    return count


def hold(community_id: int, *, alone: bool = False) -> None:
    """Taken before any row of a place: acts share it, the reckoning of the whole place waits for them and they for it."""
    function = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [LOCK, community_id % 2**31])


def _row(one: Found, today: dt.date) -> tuple[object, ...]:
    case, step = one.situation, next_step(one.situation, today)
    why = json.dumps([packed(text) for text in step.why], ensure_ascii=False)
    return (
        one.person_id, one.property_id, case.owed_fen, case.periods, case.running, case.oldest_due_on, case.grade.value, step.rung,
        one.letter, step.kind.value, step.on, step.channel, step.rank, why, case.last_on,
    )  # fmt: skip


def settle_promises(community_id: int, today: dt.date, person_ids: Collection[int] = ()) -> int:
    """Promises kept by what was paid since, and those whose day has passed without it; returns how many settled."""
    rows = Promise.objects.select_for_update().filter(community_id=community_id, state=Promise.State.OPEN)
    if person_ids:
        rows = rows.filter(person_id__in=person_ids)
    count = 0
    for row in rows.order_by("pk"):
        paid = paid_since(row.person_id, row.made_at)
        state = verdict(Promised(row.amount_fen, row.due_on, row.made_on), paid, today)
        if state != Promise.State.OPEN:
            row.state, row.settled_on = state, today
            row.save(update_fields=["state", "settled_on"])
            count += 1
    return count


def paid_since(person_id: int, since: dt.datetime) -> int:
    """Money that came in from a payer since a moment, voided payments aside."""
    rows = Payment.objects.filter(
        payer_id=person_id, kind__in=Payment.TAKEN, voided_at__isnull=True, booked_at__gt=since, value_date__gte=since.astimezone(CHINA).date()
    )
    return rows.aggregate(fen=Sum("amount_fen"))["fen"] or 0
