"""Companies with many open receivables, a third of their bills paid: what the pages that only read are measured on."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.test import Client

from wuyefei.estate.people.public import Person, PersonRow, create_person
from wuyefei.estate.tariffs.public import ensure_default_items
from wuyefei.foundation.access.actions.places import create_community
from wuyefei.foundation.access.actions.roles import grant_role
from wuyefei.foundation.access.actions.users import create_user
from wuyefei.foundation.access.rules import Role

from .estate import Firm

MONTHS, COMMUNITIES, BUILDINGS = 24, 5, 40
Statement = tuple[str, Any]

ROWS = (
    """INSERT INTO properties_building (organisation_id, community_id, name, sort_key)
       SELECT %(organisation)s, c, b::text, lpad(b::text, 6, '0') FROM unnest(%(places)s::bigint[]) c, generate_series(1, %(buildings)s) b""",
    """INSERT INTO properties_property (organisation_id, community_id, building_id, kind, number, code, sort_key, floor, layout,
         area_m2, vacant, external_ref)
       SELECT %(organisation)s, b.community_id, b.id, (ARRAY['residential', 'residential', 'shop', 'parking'])[n %% 4 + 1], n::text,
         b.name || '-1-' || n, b.sort_key || '-' || lpad(n::text, 6, '0'), '', '', 89.5, false, ''
       FROM properties_building b, generate_series(1, %(homes)s) n WHERE b.organisation_id = %(organisation)s""",
    """INSERT INTO billing_receivable (organisation_id, community_id, property_id, payer_id, item_id, period, service_from, service_to,
         due_on, quantity, prices, convention, amount_fen, tax_rate, tax_fen, deferred_fen, late_fee_rate, late_fee_cap,
         allocation_order, kind, memo, booked_at, outstanding_fen, late_fee_settled_fen, accrued_exact, accrued_to)
       SELECT p.organisation_id, p.community_id, p.id, %(payer)s + CASE WHEN %(each)s THEN p.id %% %(people)s ELSE 0 END, (%(items)s::bigint[])[(p.id + i) %% 2 + 1], m, m, m + 27, m + 14, 1, '[]',
         'calendar', 25000, 0.06, 1415, 0, 0.0005, 0.05, 'law', 'opening', '', m, CASE WHEN (p.id + i) %% 3 = 0 THEN 0 ELSE 25000 END,
         0, 0, m + 14
       FROM properties_property p, generate_series(0, %(months)s - 1) i,
         LATERAL (SELECT (%(first)s::date - make_interval(months => i))::date AS m) d
       WHERE p.organisation_id = %(organisation)s""",
    """INSERT INTO payments_payment (organisation_id, community_id, payer_id, property_id, kind, amount_fen, value_date, booked_at,
         booked_by_id, remark)
       SELECT r.organisation_id, r.community_id, r.payer_id, r.property_id, 'desk', 25000, r.due_on, r.due_on, %(user)s, r.id::text
       FROM billing_receivable r WHERE r.organisation_id = %(organisation)s AND r.outstanding_fen = 0""",
    """INSERT INTO payments_tender (payment_id, method, amount_fen)
       SELECT p.id, (ARRAY['cash', 'scan', 'scan'])[p.id %% 3 + 1], 25000 FROM payments_payment p
       WHERE p.organisation_id = %(organisation)s""",
    """INSERT INTO payments_allocation (organisation_id, community_id, payment_id, receivable_id, part, amount_fen, value_date, booked_at)
       SELECT p.organisation_id, p.community_id, p.id, p.remark::bigint, 'principal', 25000, p.value_date, p.booked_at FROM payments_payment p
       WHERE p.organisation_id = %(organisation)s""",
)


def indebted(firm: Firm, receivables: int, *, each_pays: bool = False) -> Client:
    """The bills of 24 months in five communities with so many of them open, written by one statement a table; and a browser
    in which a manager of the whole firm has signed in. One person owes all, or each household's own its bills."""
    name = firm.organisation.name
    places = [create_community(f"{name}{n}期", actor=firm.maker, receipt_prefix=f"CS{n}") for n in range(COMMUNITIES)]
    user, _ = create_user(
        username=f"bench-{firm.organisation.pk}", name="测速员", actor=firm.maker, password=secrets.token_urlsafe(24), must_change=False
    )
    grant_role(user.pk, Role.COLLECTOR, actor=firm.maker)
    items = ensure_default_items(firm.organisation)
    payer = create_person(PersonRow(name="测速甲"), actor=firm.maker, community=places[0])
    homes = max(1, receivables * 3 // 2 // MONTHS // (COMMUNITIES * BUILDINGS))
    values: dict[str, Any] = {
        "organisation": firm.organisation.pk, "places": [place.pk for place in places], "buildings": BUILDINGS, "homes": homes,
        "each": each_pays, "people": homes * BUILDINGS * COMMUNITIES,
        "items": [items["service"].pk, items["parking_service"].pk], "payer": payer.pk, "user": user.pk, "months": MONTHS, "first": firm.month.first,
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        if each_pays:
            columns = ", ".join(field.attname for field in Person._meta.concrete_fields if not field.primary_key)
            cursor.execute(f"INSERT INTO {Person._meta.db_table} (id, {columns}) SELECT id + i, {columns} FROM {Person._meta.db_table}, generate_series(1, %(people)s) i WHERE id = %(payer)s", values)
        for statement in ROWS:
            cursor.execute(statement, values)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def statements_of(client: Client, *addresses: str) -> list[Statement]:
    """What reading the pages sends to the database: the reads, and the settings they are made under."""
    sent: list[Statement] = []

    def keep(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        read(client, *addresses)
    return [one for one in sent if one[0].lstrip().startswith(("SELECT", "WITH", "SET"))]


def read(client: Client, *addresses: str) -> None:
    for address in addresses:
        assert client.get(address).status_code == 200, address


def send(statements: list[Statement]) -> None:
    """The statements alone, every row fetched."""
    with transaction.atomic(), connection.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(sql, params)
            if cursor.description:
                cursor.fetchall()
