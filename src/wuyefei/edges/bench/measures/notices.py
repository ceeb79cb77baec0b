"""Planning and queueing the billing notices of many payers, beside the bare SQL that selects them and COPYs them.

In turn one community is planned by the program (households from the open bills, channel, habit's moment, law guard, message)
and for its twin the same facts are selected, made into the same rows and COPYed into the same two tables, with every key,
check and index in force.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from wuyefei.foundation.access.models import Community, Organisation
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.platform import clock, jobs
from wuyefei.relations.notices.public import (
    Message,
    decide_version,
    plan_waiting,
    save_carrier,
    save_version,
    start_batch,
)

from ..estate import Firm, found, settle, shares
from ..ground import analyse
from ..harness import Figure, Watch, measurement, note, noted

AHEAD = 14
TEXT = "{称呼}您好，{小区}{房号}{账期}{项目}{金额}元，请于{到期日}前缴纳。{企业}"
ROWS = (
    "UPDATE people_person SET mobile_mark = md5(id::text) WHERE community_id = %(place)s",
    """INSERT INTO billing_receivable (organisation_id, community_id, property_id, payer_id, item_id, period, service_from, service_to,
         due_on, quantity, prices, convention, amount_fen, tax_rate, tax_fen, deferred_fen, late_fee_rate, late_fee_cap,
         allocation_order, kind, memo, booked_at, outstanding_fen, late_fee_settled_fen, accrued_exact, accrued_to)
       SELECT t.organisation_id, t.community_id, t.property_id, t.person_id, i.id, %(due)s, %(due)s, %(due)s, %(due)s, 1, '[]', 'calendar',
         25000, 0.06, 1415, 0, 0.0005, 0.05, 'law', 'opening', '', now(), 25000, 0, 0, %(due)s
       FROM occupancy_tie t, (SELECT id FROM tariffs_chargeitem WHERE organisation_id = %(organisation)s ORDER BY id LIMIT 3) i
       WHERE t.community_id = %(place)s ORDER BY t.id""",
    """INSERT INTO notices_habit (organisation_id, community_id, person_id, pattern, seen, hits, first_day, last_day, day, hour, timed,
         hour_hits, reckoned_at)
       SELECT organisation_id, community_id, id, (ARRAY['early', 'middle', 'own', 'late', 'none'])[id %% 5 + 1], 12, 10, 1, 3,
         (ARRAY[2, 12, id %% 28 + 1, 0, 0])[id %% 5 + 1], id %% 12 + 8, 10, 8, now()
       FROM people_person WHERE community_id = %(place)s AND id %% 10 <> 0""",
)


@measurement("notices", "十万户的账单通知：按习惯和守卫安排并排队，对照同样的行查出来再 COPY 进去", 100_000)
def notices(payers: int) -> Iterator[Figure]:
    firm, due = found(), clock.today() + DAY * AHEAD
    with noted(f"建立 2 × {payers} 户，每户三笔账单"):
        pairs = [[settle(firm, f"{half}{n:04d}", share) for half in "甲乙"] for n, share in enumerate(shares(payers))]
        for place in (place for pair in pairs for place in pair):
            _owe(firm, place, due)
        version = _ready(firm)
        analyse()
    ours, bare = Watch(), Watch()
    for mine, twin in pairs:
        with ours:
            batch = start_batch(mine.pk, due, actor=firm.maker, smart=True)
            plan_waiting(batch)
        batch_id = _batch(firm, twin, due)
        with bare, transaction.atomic():
            _copy(firm.organisation, twin, batch_id, version, due)
        jobs.Job.objects.all().update(state="done")
    queued = Message.objects.filter(community_id__in=[mine.pk for mine, _ in pairs]).count()
    assert queued == payers, f"{queued} of {payers} queued"
    note(f"{payers} 户：{ours.seconds:.1f} s，极限 {bare.seconds:.1f} s")
    yield Figure("notices_times", payers, ours.seconds, bare.seconds, 2)


def _owe(firm: Firm, place: Community, due: dt.date) -> None:
    values: dict[str, Any] = {"place": place.pk, "organisation": firm.organisation.pk, "due": due}
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in ROWS:
            cursor.execute(statement, values)


def _ready(firm: Firm) -> int:
    """An approved text and a carrier; returns the text's id."""
    made = save_version("bill", "sms", TEXT, carrier_template="1001", actor=firm.maker)
    decide_version(made.pk, approved=True, actor=firm.checker)
    settings = {"secret_id": "x", "secret_key": "x", "app_id": "1400000000", "sign": "测速"}
    save_carrier("sms", settings, enabled=True, actor=firm.maker)
    return made.pk


def _batch(firm: Firm, place: Community, due: dt.date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO notices_batch (organisation_id, community_id, step, due_on, state, smart, seen_id, made_by_id, made_at)
               VALUES (%s, %s, 'bill', %s, 'sending', true, 0, %s, now()) RETURNING id""",
            [firm.organisation.pk, place.pk, due, firm.maker.user_id],
        )
        return int(cursor.fetchone()[0])


SELECT = """SELECT r.property_id, r.payer_id, array_agg(r.id ORDER BY r.id), sum(r.outstanding_fen), p.mobile_mark, h.day, h.hour
  FROM billing_receivable r JOIN people_person p ON p.id = r.payer_id LEFT JOIN notices_habit h ON h.person_id = r.payer_id
  WHERE r.community_id = %s AND r.due_on = %s AND r.outstanding_fen > 0 AND r.reversed_at IS NULL GROUP BY 1, 2, 5, 6, 7"""
TARGET = """COPY notices_target (organisation_id, community_id, batch_id, property_id, person_id, receivable_ids, amount_fen, bundle, state,
  channel, reason, tried) FROM STDIN"""
MESSAGE = """COPY notices_message (organisation_id, community_id, batch_id, bundle, channel, person_id, property_id, version_id, "values",
  target_ids, key, state, not_before, attempts, carrier_ref, reason) FROM STDIN"""


def _copy(organisation: Organisation, place: Community, batch_id: int, version: int, due: dt.date) -> None:
    """What has to be written, and nothing else: no guard, no habit, no resume point."""
    head = (organisation.pk, place.pk, batch_id)
    moment = dt.datetime.combine(due, dt.time(10), dt.UTC)
    with connection.cursor() as cursor:
        cursor.execute(SELECT, [place.pk, due])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        with cursor.copy(TARGET) as copy:
            for home, payer, ids, fen, mark, _day, _hour in rows:
                copy.write_row((*head, home, payer, ids, fen, mark, "waiting", "sms", "", "{}"))
        with cursor.copy(MESSAGE) as copy:
            for home, payer, _ids, _fen, mark, _day, _hour in rows:
                copy.write_row((*head, mark, "sms", payer, home, version, "{}", "{}", f"{batch_id}-{payer}", "queued", moment, 0, "", ""))
