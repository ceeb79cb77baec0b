"""The night over many accounts: class, grade, rung and next step, beside the bare SQL that reads the same facts and COPYs the result.

In turn one community is worked out by the program and its twin by the bare limit: the program's own statements that read the
facts, every row fetched, and the very rows that the program wrote, COPYed into the same tables with every key, check and index
in force. The second night finds yesterday's result there and is held against the same limit. Then the worklist's first page is
read in this company and in one a tenth of its size in the same database.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, models, transaction
from django.test import Client

from wuyefei.collection.followup.public import Case, reckon
from wuyefei.estate.people.public import Person
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.actions.roles import grant_role
from wuyefei.foundation.access.actions.users import create_user
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.platform import clock
from wuyefei.insight.risk.public import Change, Standing
from wuyefei.insight.risk.public import reckon as class_payers

from ..debts import Statement, read
from ..estate import Firm, found, settle, shares
from ..ground import analyse
from ..harness import Figure, Watch, best_of, measurement, note, noted

DUES, PAYING, ASKED = (100, 70, 40, 10), 3, 5
"""Bills fell due so many days ago; two of three payers have paid all of them; of the others one in five has been called."""
ROWS = (
    """INSERT INTO billing_receivable (organisation_id, community_id, property_id, payer_id, item_id, period, service_from, service_to,
         due_on, quantity, prices, convention, amount_fen, tax_rate, tax_fen, deferred_fen, late_fee_rate, late_fee_cap,
         allocation_order, kind, memo, booked_at, outstanding_fen, late_fee_settled_fen, accrued_exact, accrued_to)
       SELECT t.organisation_id, t.community_id, t.property_id, t.person_id, i.id, d.due, d.due, d.due, d.due, 1, '[]', 'calendar',
         250000, 0.06, 1415, 0, 0.0005, 0.05, 'law', 'opening', '', now(), CASE WHEN t.person_id %% %(paying)s = 0 THEN 250000 ELSE 0 END,
         0, 0, d.due
       FROM occupancy_tie t, (SELECT id FROM tariffs_chargeitem WHERE organisation_id = %(organisation)s ORDER BY id LIMIT 1) i,
         (SELECT %(today)s::date - back AS due FROM unnest(%(dues)s::int[]) back) d
       WHERE t.community_id = %(place)s ORDER BY t.id, d.due""",
    """INSERT INTO payments_payment (organisation_id, community_id, payer_id, property_id, kind, amount_fen, value_date, booked_at,
         booked_by_id, remark)
       SELECT organisation_id, community_id, payer_id, property_id, 'desk', amount_fen, due_on + (payer_id %% 9)::int, due_on, %(user)s, id::text
       FROM billing_receivable WHERE community_id = %(place)s AND outstanding_fen = 0 ORDER BY id""",
    """INSERT INTO payments_tender (payment_id, method, amount_fen)
       SELECT id, 'scan', amount_fen FROM payments_payment WHERE community_id = %(place)s""",
    """INSERT INTO payments_allocation (organisation_id, community_id, payment_id, receivable_id, part, amount_fen, value_date, booked_at)
       SELECT organisation_id, community_id, id, remark::bigint, 'principal', amount_fen, value_date, booked_at FROM payments_payment
       WHERE community_id = %(place)s ORDER BY id""",
    """INSERT INTO contacts_contact (organisation_id, community_id, person_id, property_id, direction, state, channel, purpose, recipient, at,
         people, outcome, note, receivable_ids, breach, source_ref, made_by_id, made_at, closed_by_id, closed_at)
       SELECT organisation_id, community_id, payer_id, property_id, 'out', 'done', 'phone', 'reminder', 'payer', now() - interval '20 days', 1,
         'reached', '', ARRAY[id], '', '', %(user)s, now(), %(user)s, now()
       FROM billing_receivable WHERE community_id = %(place)s AND outstanding_fen > 0 AND payer_id %% %(asked)s = 0
         AND due_on = %(today)s::date - 40 ORDER BY id""",
)
Kept = list[tuple[type[models.Model], list[str], list[tuple[Any, ...]]]]


@measurement("nightly", "十万户的夜间重算：分类、级别与下一步，对照读同样的事实再把结果 COPY 进去；工作台首页对照十分之一大小的公司", 100_000)
def nightly(accounts: int) -> Iterator[Figure]:
    firm, little = found("大测速物业"), found("小测速物业")
    with noted(f"建立 2 × {accounts} 户，每户四笔账单；另一家公司 {max(accounts // 10, 1)} 户"):
        pairs = [[settle(firm, f"{half}{n:04d}", share) for half in "甲乙"] for n, share in enumerate(shares(accounts))]
        small = settle(little, "丙", max(accounts // 10, 1))
        for owner, place in [*((firm, place) for pair in pairs for place in pair), (little, small)]:
            owe(owner, place)
        analyse()
    ours, bare, again = Watch(), Watch(), Watch()
    for mine, twin in pairs:
        reads = _first_night(mine, ours)
        kept = _result_of(mine, twin)
        with bare:
            _bare(reads, twin, kept)
        analyse()
        with again:
            night(mine, clock.today() + DAY)
    note(f"第一夜 {ours.seconds:.2f} s，第二夜 {again.seconds:.2f} s，直接读写 {bare.seconds:.2f} s；案件 {Case.objects.count()} 个")
    yield Figure("nightly_times", accounts, ours.seconds, bare.seconds, 3)
    yield Figure("nightly_again_times", accounts, again.seconds, bare.seconds, 3)
    for place in (*(place for pair in pairs for place in pair), small):
        night(place, clock.today())  # of the twins too: what was copied to them was worked out for others
    analyse()
    large, narrow = collector(firm), collector(little)
    page, limit = best_of(5, lambda: read(large, "/followup/"), lambda: read(narrow, "/followup/"))
    yield Figure("worklist_first_page_times", accounts, page, limit, 1.3)


def night(place: Community, today: Any) -> None:
    """Work a community out."""
    class_payers(place.pk, today)
    reckon(place.pk, today)


def owe(firm: Firm, place: Community) -> None:
    """Bills, payments and calls of every account of a community: ``DUES``, ``PAYING``, ``ASKED``."""
    values: dict[str, Any] = {
        "organisation": firm.organisation.pk, "place": place.pk, "today": clock.today(), "dues": list(DUES), "paying": PAYING, "asked": ASKED,
        "user": firm.maker.user_id,
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in ROWS:
            cursor.execute(statement, values)


def _first_night(place: Community, watch: Watch) -> list[Statement]:
    """Work a community out; the statements by which its facts were read."""
    sent: list[Statement] = []

    def keep(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if isinstance(params, dict) and "community" in params and sql.lstrip().startswith("WITH"):
            sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep), watch:
        night(place, clock.today())
    assert len(sent) == 2, "the facts of classes and of cases"
    return sent


def _result_of(place: Community, twin: Community) -> Kept:
    """What was written for a community, as rows for its twin: its people and homes stand in the same order."""
    people, homes = (_apart(model, place, twin) for model in (Person, Property))
    found: Kept = []
    for model in (Standing, Change, Case):
        fields = [field for field in model._meta.concrete_fields if not field.primary_key]
        names = [field.attname for field in fields]
        rows = [
            tuple(_moved(name, value, twin, people, homes) for name, value in zip(names, row, strict=True))
            for row in model._default_manager.filter(community_id=place.pk).order_by("pk").values_list(*names)
        ]
        found.append((model, [str(field.column) for field in fields], rows))
    return found


def _moved(name: str, value: Any, twin: Community, people: int, homes: int) -> Any:
    if name == "community_id":
        return twin.pk
    if name in ("person_id", "property_id"):
        return value + (people if name == "person_id" else homes)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value


def _apart(model: type[models.Model], place: Community, twin: Community) -> int:
    """How far the ids of two communities of one size lie apart."""
    ends = [model._default_manager.filter(community_id=one.pk).aggregate(low=models.Min("pk"), high=models.Max("pk"), n=models.Count("pk")) for one in (place, twin)]
    assert all(end["high"] - end["low"] == end["n"] - 1 for end in ends), "ids without a gap"
    return int(ends[1]["low"] - ends[0]["low"])


def _bare(reads: list[Statement], twin: Community, kept: Kept) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for sql, params in reads:
            cursor.execute(sql, {**params, "community": twin.pk})
            cursor.fetchall()
        for model, columns, rows in kept:
            with cursor.copy(f"COPY {model._meta.db_table} ({', '.join(f'{chr(34)}{name}{chr(34)}' for name in columns)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)


def collector(firm: Firm) -> Client:
    """A browser in which a collector of the whole firm has signed in."""
    user, _ = create_user(
        username=f"bench-{firm.organisation.pk}", name="测速员", actor=firm.maker, password=secrets.token_urlsafe(24), must_change=False
    )
    grant_role(user.pk, Role.COLLECTOR, actor=firm.maker)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
