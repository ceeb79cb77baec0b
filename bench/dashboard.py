"""How long the dashboard takes over many open receivables, against its bare SQL.

    wuyefei bench dashboard
    DATABASE_URL=… PYTHONPATH=src python bench/dashboard.py [--open 1000000] [--rounds 3]

Makes one organisation of five communities inside a transaction: two thirds of the bills of 24 months open, one third
paid. Opens the page as its manager, sends the very statements of that page by themselves, prints both medians and their
ratio, and rolls everything back. Exits 1 where the page takes more than 1.5 times its SQL.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wuyefei.config.settings")

TARGET = 1.5
MONTHS = 24
MAX_OPEN = 1_000_000

ROWS = """
INSERT INTO properties_building (organisation_id, community_id, name, sort_key)
  SELECT %(organisation)s, c, b::text, lpad(b::text, 6, '0') FROM unnest(%(places)s) c, generate_series(1, 40) b;
INSERT INTO properties_property (organisation_id, community_id, building_id, kind, number, code, sort_key, floor, layout,
    area_m2, vacant, external_ref)
  SELECT %(organisation)s, b.community_id, b.id, (ARRAY['residential', 'residential', 'shop', 'parking'])[n %% 4 + 1], n::text,
    b.name || '-1-' || n, b.sort_key || '-' || lpad(n::text, 6, '0'), '', '', 89.5, false, ''
  FROM properties_building b, generate_series(1, %(homes)s) n WHERE b.organisation_id = %(organisation)s;
INSERT INTO billing_receivable (organisation_id, community_id, property_id, payer_id, item_id, period, service_from, service_to,
    due_on, quantity, prices, convention, amount_fen, tax_rate, tax_fen, deferred_fen, late_fee_rate, late_fee_cap,
    allocation_order, kind, memo, booked_at, outstanding_fen, late_fee_settled_fen, accrued_exact, accrued_to)
  SELECT p.organisation_id, p.community_id, p.id, %(payer)s, (%(items)s)[(p.id + i) %% 2 + 1], m, m, m + 27, m + 14, 1, '[]', 'calendar',
    25000, 0.06, 1415, 0, 0.0005, 0.05, 'law', 'opening', '', m, CASE WHEN (p.id + i) %% 3 = 0 THEN 0 ELSE 25000 END, 0, 0, m + 14
  FROM properties_property p, generate_series(0, %(months)s - 1) i, LATERAL (SELECT (%(first)s::date - make_interval(months => i))::date AS m) d
  WHERE p.organisation_id = %(organisation)s;
INSERT INTO payments_payment (organisation_id, community_id, payer_id, property_id, kind, amount_fen, value_date, booked_at,
    booked_by_id, remark)
  SELECT r.organisation_id, r.community_id, r.payer_id, r.property_id, 'desk', 25000, r.due_on, r.due_on, %(user)s, r.id::text
  FROM billing_receivable r WHERE r.organisation_id = %(organisation)s AND r.outstanding_fen = 0;
INSERT INTO payments_tender (payment_id, method, amount_fen)
  SELECT p.id, (ARRAY['cash', 'scan', 'scan'])[p.id %% 3 + 1], 25000 FROM payments_payment p WHERE p.organisation_id = %(organisation)s;
INSERT INTO payments_allocation (organisation_id, community_id, payment_id, receivable_id, part, amount_fen, value_date, booked_at)
  SELECT p.organisation_id, p.community_id, p.id, p.remark::bigint, 'principal', 25000, p.value_date, p.booked_at
  FROM payments_payment p WHERE p.organisation_id = %(organisation)s;
ANALYZE properties_property, billing_receivable, payments_payment, payments_tender, payments_allocation;
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open", type=int, default=MAX_OPEN)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if not 1000 <= options.open <= MAX_OPEN or not 1 <= options.rounds <= 20:
        parser.error(f"open: 1000 to {MAX_OPEN}; rounds: 1 to 20")
    django.setup()
    found = run(options.open, options.rounds)
    print(found)
    return 0 if found["ok"] else 1


def run(wanted: int = 100_000, rounds: int = 3) -> dict[str, Any]:
    """For ``wuyefei bench``: everything is made and rolled back in one transaction."""
    from django.db import transaction

    with transaction.atomic():
        found = measure(wanted, rounds)
        transaction.set_rollback(True)
    return found


def measure(wanted: int, rounds: int) -> dict[str, Any]:
    from django.db import connection
    from django.test import RequestFactory

    from wuyefei.insight.measures.pages.dashboard import show

    manager, made = _make(wanted)
    request = RequestFactory().get("/analysis/")
    request.actor, request.htmx = manager, False  # type: ignore[attr-defined]
    statements: list[tuple[str, Any]] = []

    def keep(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        show(request)
    page = _median(lambda: show(request), rounds)
    bare = _median(lambda: _send(statements), rounds)
    statements = [one for one in statements if one[0].lstrip().startswith(("SELECT", "WITH"))]
    slowest = sorted(((_median(lambda one=one: _send([one]), 1), one[0]) for one in statements), reverse=True)[:5]
    for seconds, sql in slowest:
        print(f"{seconds:6.2f} s  {' '.join(sql.split())[:110]}", file=sys.stderr)
    ratio = round(page / bare, 2)
    return {"name": "dashboard", "n": made, "seconds": round(page, 2), "limit_seconds": round(bare, 2), "ratio": ratio, "target": TARGET, "ok": ratio <= TARGET}


def _make(wanted: int) -> tuple[Any, int]:
    from django.db import connection

    from wuyefei.estate.people.public import Person
    from wuyefei.estate.tariffs.public import ChargeItem
    from wuyefei.foundation.access.actor import load_actor
    from wuyefei.foundation.access.models import Community, Organisation, RoleGrant, User
    from wuyefei.foundation.access.rules import Role
    from wuyefei.foundation.platform import clock

    ours = Organisation.objects.create(name="测速物业", created_at=clock.now())
    places = [Community.objects.create(organisation=ours, name=f"测速{n}期", sort_key=f"cesu{n}", receipt_prefix=f"CS{n}") for n in range(1, 6)]
    items = [ChargeItem.objects.create(organisation=ours, code=code, name=name, tax_rate="0.06") for code, name in (("service", "物业服务费"), ("parking", "车位费"))]
    payer = Person.objects.create(organisation=ours, community=places[0], name="测速甲", pinyin="cesujia", initials="csj")
    user = User.objects.create(organisation=ours, username="bench-manager", name="测速员", password="!")
    RoleGrant.objects.create(organisation=ours, user=user, role=Role.GROUP_MANAGER, starts_on=dt.date(2020, 1, 1))
    values = {
        "organisation": ours.pk, "places": [place.pk for place in places], "items": [item.pk for item in items], "payer": payer.pk,
        "user": user.pk, "homes": max(1, wanted * 3 // 2 // MONTHS // 200), "months": MONTHS, "first": clock.today().replace(day=1),
    }  # fmt: skip
    started = time.perf_counter()
    with connection.cursor() as cursor:
        for statement in filter(str.strip, ROWS.split(";")):
            cursor.execute(statement, values)
        cursor.execute("SELECT count(*) FROM billing_receivable WHERE organisation_id = %s AND outstanding_fen > 0", [ours.pk])
        made = int(cursor.fetchone()[0])
    print(f"{made} open receivables made in {time.perf_counter() - started:.1f} s", file=sys.stderr)
    return load_actor(user), made


def _send(statements: list[tuple[str, Any]]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(sql, params)
            if cursor.description:
                cursor.fetchall()


def _median(act: Callable[[], object], rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        act()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


if __name__ == "__main__":
    sys.exit(main())
