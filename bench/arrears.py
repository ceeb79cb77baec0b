"""The arrears ledger over many open receivables: totals and ageing beside their bare SQL, first pages at two sizes.

    wuyefei bench arrears
    DATABASE_URL=… PYTHONPATH=src python bench/arrears.py [--lines 1000000]

Makes one organisation of twenty communities with ten months unpaid inside a transaction, some of them held, adjusted
or waived; asks as its group manager; prints seconds and ratios; rolls everything back. Exits 1 where a total takes
more than ``TARGET`` times its bare SQL, or a first page grows more than threefold from a hundredth of the size.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import time
from collections.abc import Callable

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wuyefei.config.settings")

TARGET = 1.5
ROUNDS = 3
MONTHS = 10
ROWS = """
INSERT INTO properties_building (organisation_id, community_id, name, sort_key)
  SELECT %(organisation)s, c, b::text, lpad(b::text, 6, '0') FROM unnest(%(places)s) c, generate_series(1, 20) b;
INSERT INTO properties_property (organisation_id, community_id, building_id, kind, number, code, sort_key, floor, layout, vacant, external_ref)
  SELECT b.organisation_id, b.community_id, b.id, 'residential', n::text, b.name || '-1-' || n, b.sort_key || lpad(n::text, 6, '0'), '', '', false, ''
  FROM properties_building b, generate_series(1, %(each)s) n WHERE b.organisation_id = %(organisation)s;
INSERT INTO people_person (organisation_id, community_id, kind, name, pinyin, initials, mobile_tail, mobile_mark, mobile_shown,
    identity_mark, identity_shown, bank_mark, bank_shown, remark, external_ref)
  SELECT %(organisation)s, p.community_id, 'individual', '测' || p.id, 'ce', 'c', '', '', '', '', '', '', '', '', p.id::text
  FROM properties_property p WHERE p.organisation_id = %(organisation)s;
INSERT INTO billing_receivable (organisation_id, community_id, property_id, payer_id, item_id, period, service_from, service_to,
    due_on, quantity, prices, convention, amount_fen, tax_rate, tax_fen, deferred_fen, late_fee_rate, late_fee_cap,
    allocation_order, kind, memo, booked_at, outstanding_fen, late_fee_settled_fen, accrued_exact, accrued_to)
  SELECT q.organisation_id, q.community_id, q.external_ref::bigint, q.id, %(item)s, m, m, m + 27, m + 14, 1, '[]', 'calendar',
    10000 + (q.id * 7919 %% 40000), 0.06, 1415, 0, 0.0005, 0.05, 'law', 'opening', '', now(), 10000 + (q.id * 7919 %% 40000), 0, 0, m + 14
  FROM people_person q, generate_series(0, %(months)s - 1) g, LATERAL (SELECT (date '2025-01-01' + make_interval(months => g * 2))::date AS m) d
  WHERE q.organisation_id = %(organisation)s;
INSERT INTO billing_latefeehold (organisation_id, community_id, receivable_id, starts_on, kind, source_ref, reason)
  SELECT organisation_id, community_id, id, due_on + 30, 'dispute', 'bench', '' FROM billing_receivable
  WHERE organisation_id = %(organisation)s AND id %% 50 = 0;
ANALYZE properties_property, people_person, billing_receivable, billing_latefeehold;
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    options = parser.parse_args()
    if not 40_000 <= options.lines <= 5_000_000:
        parser.error("lines: 40000 to 5000000")
    django.setup()
    return 0 if all(row["ok"] for row in measure_both(options.lines)) else 1


def run(lines: int = 1_000_000) -> dict[str, object]:
    """For ``wuyefei bench``: everything is made and rolled back in one transaction."""
    return {"lines": lines, "results": measure_both(lines)}


def measure_both(lines: int) -> list[dict[str, object]]:
    small = _within(max(lines // 100, 4000))
    large = _within(lines)
    found = []
    for name in ("totals", "ageing"):
        seconds, limit = large[name], large[f"{name} bare"]
        found.append(_row(name, lines, seconds, limit, TARGET))
    for name in ("first page by household", "first page by line"):
        found.append(_row(name, lines, large[name], small[name], 3.0))
    found.append(_row("largest debts of the company", lines, large["by amount"], large["totals bare"], TARGET))
    return found


def _row(name: str, lines: int, seconds: float, limit: float, target: float) -> dict[str, object]:
    ratio = seconds / limit
    print(f"{name:32} {seconds:8.3f} s  limit {limit:8.3f} s  ratio {ratio:5.2f}  target {target}", file=sys.stderr)
    return {"name": f"arrears {name}", "n": lines, "seconds": round(seconds, 4), "limit_seconds": round(limit, 4),
            "ratio": round(ratio, 3), "target": target, "ok": ratio <= target}  # fmt: skip


def _within(lines: int) -> dict[str, float]:
    from django.db import transaction

    with transaction.atomic():
        found = measure(lines)
        transaction.set_rollback(True)
    return found


def _best(act: Callable[[], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        act()
        taken.append(time.perf_counter() - started)
        print(f"  {taken[-1]:.3f} s", file=sys.stderr, flush=True)
    return min(taken)


def measure(lines: int) -> dict[str, float]:
    from django.db import connection

    from wuyefei.estate.tariffs.public import ChargeItem
    from wuyefei.foundation.access.actor import load_actor
    from wuyefei.foundation.access.models import Community, Organisation, RoleGrant, User
    from wuyefei.foundation.access.rules import Role
    from wuyefei.foundation.platform import clock
    from wuyefei.insight.arrears.public import By, Filter, State, ledger_page, scope_of, totals
    from wuyefei.insight.measures.public import BUCKET_FROM
    from wuyefei.money.billing.public import LATE_FEE_FEEDS_SQL, LATE_FEE_SET_SQL

    ours = Organisation.objects.create(name=f"测速物业{lines}", created_at=clock.now())
    places = [
        Community.objects.create(organisation=ours, name=f"测速{n}期", sort_key=f"cesu{n:02}", receipt_prefix=f"CS{n}") for n in range(20)
    ]
    item = ChargeItem.objects.create(organisation=ours, code="service", name="物业服务费", tax_rate="0.06")
    user = User.objects.create(organisation=ours, username=f"bench-{lines}", name="测速员", password="!")
    RoleGrant.objects.create(organisation=ours, user=user, role=Role.GROUP_MANAGER, starts_on=dt.date(2020, 1, 1))
    values = {"organisation": ours.pk, "places": [place.pk for place in places], "item": item.pk, "months": MONTHS,
              "each": lines // (MONTHS * 20 * 20)}  # fmt: skip
    started = time.perf_counter()
    with connection.cursor() as cursor:
        for statement in filter(str.strip, ROWS.split(";")):
            cursor.execute(statement, values)
    print(f"{lines} open receivables made in {time.perf_counter() - started:.1f} s", file=sys.stderr)
    actor, today = load_actor(user), clock.today()
    whens = " ".join(f"WHEN %(as_of)s::date - r.due_on >= {first} THEN '{bucket.value}'" for bucket, first in BUCKET_FROM.items())
    bucket = f"CASE {whens} ELSE 'not_due' END"
    where = "r.organisation_id = %(organisation)s AND r.community_id = ANY(%(places)s) AND r.outstanding_fen > 0"
    bare_totals = f"""SELECT {bucket}, count(*), count(DISTINCT r.property_id), sum(r.amount_fen), sum(r.outstanding_fen), sum({LATE_FEE_SET_SQL})
      FROM billing_receivable r {LATE_FEE_FEEDS_SQL} WHERE {where} GROUP BY GROUPING SETS ((1), ())"""

    def bare(sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, values | {"as_of": today})
            cursor.fetchall()

    def page(**chosen: object) -> None:
        ledger_page(actor, scope_of(actor, Filter(**chosen), today))  # type: ignore[arg-type]

    return {
        "totals": _best(lambda: totals(scope_of(actor, Filter(), today))),
        "totals bare": _best(lambda: bare(bare_totals.replace(where, f"{where} AND r.due_on < %(as_of)s"))),
        "ageing": _best(lambda: totals(scope_of(actor, Filter(state=State.OPEN), today))),
        "ageing bare": _best(lambda: bare(bare_totals)),
        "first page by household": _best(page),
        "first page by line": _best(lambda: page(by=By.LINE)),
        "by amount": _best(lambda: page(sort="-total")),
    }


if __name__ == "__main__":
    sys.exit(main())
