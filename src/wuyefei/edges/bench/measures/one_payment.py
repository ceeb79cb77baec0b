"""One payment at the desk beside a bare transaction that locks and writes the same rows through psycopg.

The bare transaction sends thirteen statements, prepared by psycopg: it locks the three bills and writes payment, tender,
allocations, bills, entry, legs, receipt number, receipt, audit and outbox, with values it is given. The action finds the household
and payer, computes what is owed with its late fee, checks and settles it by the rules, and renders the receipt's content too.
"""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from collections.abc import Iterator

import psycopg
from django.db import connection, transaction

from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable
from wuyefei.money.payments.public import PaymentOrder, take_payment
from wuyefei.money.receipts.public import Receipt

from ..estate import Firm, found, settle
from ..ground import analyse
from ..harness import Figure, Watch, measurement, note
from .publishing import Stages, bill

BLOCK = 20
Household = tuple[int, int, tuple[int, ...], tuple[int, ...]]
"""Property, payer, their bills and what each is of."""


@measurement("one_payment", "收银台收一笔款，对照同样行数的裸事务（psycopg）", 1000)
def one_payment(count: int) -> Iterator[Figure]:
    firm = found()
    place = settle(firm, "甲0000", 2 * count + 40)
    bill(firm, place.pk, firm.month, Stages.fresh())
    analyse()
    homes = _households()
    actor, ours, bare = firm.checker, Watch(), Watch()
    for home in homes[:10]:
        take_payment(_order(home), actor=actor)
    document = json.dumps(Receipt.objects.latest("pk").snapshot, ensure_ascii=False)
    for home in homes[10:20]:
        _pay_bare(firm, place.pk, home, document)
    rest = homes[40:]
    for start in range(0, len(rest) - 1, 2 * BLOCK):
        block = rest[start : start + 2 * BLOCK]
        orders = [_order(home) for home in block[::2]]
        with ours:
            for order in orders:
                take_payment(order, actor=actor)
        with bare:
            for home in block[1::2]:
                _pay_bare(firm, place.pk, home, document)
    note(f"每笔 {ours.seconds / count * 1000:.2f} ms，裸事务 {bare.seconds / count * 1000:.2f} ms")
    yield Figure("one_payment_rate", count, ours.seconds, bare.seconds, 0.5)


def _households() -> list[Household]:
    found: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    rows = Receivable.objects.order_by("property_id", "pk").values_list("property_id", "payer_id", "pk", "amount_fen")
    for property_id, payer_id, pk, fen in rows:
        found[property_id, payer_id].append((pk, fen))
    return [(home, payer, tuple(pk for pk, _ in bills), tuple(fen for _, fen in bills)) for (home, payer), bills in found.items()]


def _order(home: Household) -> PaymentOrder:
    property_id, payer_id, ids, sums = home
    return PaymentOrder(property_id, payer_id, ids, {"scan": sum(sums)}, secrets.token_urlsafe(18), due_fen=sum(sums))


def _pay_bare(firm: Firm, community_id: int, home: Household, document: str) -> None:
    property_id, payer_id, ids, sums = home
    organisation, user, total, now, today = firm.organisation.pk, _user(firm), sum(sums), clock.now(), clock.today()
    place = (organisation, community_id)
    with transaction.atomic(), psycopg.Cursor(connection.connection) as cursor:
        cursor.execute("SELECT id, outstanding_fen FROM billing_receivable WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [list(ids)])
        cursor.fetchall()
        cursor.execute(_PAYMENT, [*place, payer_id, property_id, total, today, now, user, secrets.token_urlsafe(18)])
        payment = _id(cursor)
        cursor.execute("INSERT INTO payments_tender (payment_id, method, amount_fen) VALUES (%s, 'scan', %s)", [payment, total])
        cursor.execute(_ALLOCATION, [*place, payment, today, now, list(ids), list(sums)])
        cursor.execute(_BILLS, [today, list(ids)])
        cursor.execute(_ENTRY, [*place, today, now, payment, user])
        entry = _id(cursor)
        cursor.execute(_LEGS, [entry, community_id, total, entry, community_id, -total])
        cursor.execute(_NUMBER, [*place, today.year])
        serial = _id(cursor)
        cursor.execute(_RECEIPT, [*place, today.year, serial, f"C-{today.year}-{serial}", secrets.token_urlsafe(18), total, document, now])
        receipt = _id(cursor)
        cursor.execute("UPDATE payments_payment SET receipt_id = %s WHERE id = %s", [receipt, payment])
        cursor.execute(_AUDIT, [*place, user, now, payment, json.dumps({"amount_fen": total, "tenders": {"scan": total}})])
        cursor.execute(_OUTBOX, [*place, json.dumps({"payment": payment, "amount_fen": total}), now])


def _user(firm: Firm) -> int:
    if firm.organisation.pk not in _users:
        _users[firm.organisation.pk] = firm.checker.user_id
    return _users[firm.organisation.pk]


_users: dict[int, int] = {}


def _id(cursor: psycopg.Cursor) -> int:
    row = cursor.fetchone()
    assert row is not None
    return int(row[0])


_PAYMENT = """INSERT INTO payments_payment (organisation_id, community_id, payer_id, property_id, kind, amount_fen, value_date,
  booked_at, booked_by_id, client_key, remark) VALUES (%s, %s, %s, %s, 'desk', %s, %s, %s, %s, %s, '') RETURNING id"""
_ALLOCATION = """INSERT INTO payments_allocation (organisation_id, community_id, payment_id, receivable_id, part, amount_fen,
  value_date, booked_at)
  SELECT v.o, v.c, v.p, u.id, 'principal', u.fen, v.d, v.t
  FROM (VALUES (%s::bigint, %s::bigint, %s::bigint, %s::date, %s::timestamptz)) v(o, c, p, d, t),
    unnest(%s::bigint[], %s::bigint[]) u(id, fen)"""
_BILLS = "UPDATE billing_receivable SET outstanding_fen = 0, accrued_to = GREATEST(due_on, %s) WHERE id = ANY(%s)"
_ENTRY = """INSERT INTO ledger_entry (organisation_id, community_id, entry_date, booked_at, kind, source_id, memo, actor_id)
  VALUES (%s, %s, %s, %s, 'payment.take', %s, '', %s) RETURNING id"""
_LEGS = """INSERT INTO ledger_leg (entry_id, community_id, account, amount_fen)
  VALUES (%s, %s, '1012', %s), (%s, %s, '1122', %s)"""
_NUMBER = """INSERT INTO platform_counter (organisation_id, community_id, kind, year, value) VALUES (%s, %s, 'receipt', %s, 1)
  ON CONFLICT (organisation_id, community_id, kind, year) DO UPDATE SET value = platform_counter.value + 1 RETURNING value"""
_RECEIPT = """INSERT INTO receipts_receipt (organisation_id, community_id, year, serial, number, token, total_fen, snapshot,
  issued_at, void_reason) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, '') RETURNING id"""
_AUDIT = """INSERT INTO platform_auditentry (organisation_id, community_id, actor_id, actor_name, at, action, subject_type,
  subject_id, subject_text, after, reason)
  VALUES (%s, %s, %s, '', %s, 'payment.take', 'payment', %s, '', %s, '')"""
_OUTBOX = """INSERT INTO platform_outboxevent (organisation_id, community_id, kind, data, at)
  VALUES (%s, %s, 'payment.taken', %s, %s)"""
