"""Scoped reads of statements and lines."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from django.db import connection
from django.db.models import QuerySet

from wuyefei.estate.occupancy.public import payers
from wuyefei.estate.people.public import people
from wuyefei.estate.properties.public import properties
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import NotFound
from wuyefei.money.billing.public import OpenBill, open_bills

from .models import BankLine, BankStatement
from .rules.matching import WEIGHTS, Reason


def statements(actor: Actor) -> QuerySet[BankStatement]:
    """The statements of the communities whose payments the actor may see."""
    return BankStatement.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.PAYMENT_VIEW)
    )


def get_statement(actor: Actor, statement_id: int) -> BankStatement:
    found = statements(actor).select_related("community", "imported_by").filter(pk=statement_id).first()
    if found is None:
        raise NotFound()
    return found


def lines(actor: Actor) -> QuerySet[BankLine]:
    """The lines of the communities whose payments the actor may see."""
    return BankLine.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.PAYMENT_VIEW)
    )


def get_line(actor: Actor, line_id: int) -> BankLine:
    found = lines(actor).select_related("statement", "community", "owner", "closed_by").filter(pk=line_id).first()
    if found is None:
        raise NotFound()
    return found


def to_claim(actor: Actor) -> QuerySet[BankLine]:
    """What waits for whoever may claim it, a return under approval included."""
    return lines(actor).filter(
        community_id__in=actor.communities(Permission.PAYMENT_BATCH), closed_at__isnull=True,
        state__in=(BankLine.State.WAITING, BankLine.State.PART, BankLine.State.RETURNING),
    )


_OWING = """
SELECT place, sum(fen) FROM (
  SELECT l.community_id AS place, p.amount_fen AS fen FROM bank_linebooking b JOIN bank_bankline l ON l.id = b.line_id
  JOIN payments_payment p ON p.id = b.payment_id
  WHERE p.community_id = %(place)s AND l.community_id <> %(place)s AND p.voided_at IS NULL
  UNION ALL
  SELECT l.community_id, f.amount_fen FROM bank_receivedfor f JOIN bank_bankline l ON l.id = f.line_id
  WHERE f.community_id = %(place)s AND f.undone_at IS NULL
  UNION ALL
  SELECT f.community_id, -f.amount_fen FROM bank_receivedfor f JOIN bank_bankline l ON l.id = f.line_id
  WHERE l.community_id = %(place)s AND f.undone_at IS NULL
  UNION ALL
  SELECT o.owing_id, -l.amount_fen FROM bank_paidover o JOIN bank_bankline l ON l.id = o.line_id
  WHERE l.community_id = %(place)s AND o.undone_at IS NULL
  UNION ALL
  SELECT p.community_id, -p.amount_fen FROM bank_linebooking b JOIN bank_bankline l ON l.id = b.line_id
  JOIN payments_payment p ON p.id = b.payment_id
  WHERE l.community_id = %(place)s AND p.community_id <> %(place)s AND p.voided_at IS NULL
  UNION ALL
  SELECT l.community_id, l.amount_fen FROM bank_paidover o JOIN bank_bankline l ON l.id = o.line_id
  WHERE o.owing_id = %(place)s AND o.undone_at IS NULL
) x GROUP BY 1 HAVING sum(fen) > 0
"""


def owing_to(community_id: int) -> dict[int, int]:
    """What other communities owe this one on 1221.1, in fen: received for it and not paid over, less what it owes them. For callers that
    have checked the place."""
    with connection.cursor() as cursor:
        cursor.execute(_OWING, {"place": community_id})
        return {place: int(fen) for place, fen in cursor.fetchall()}


def may_owe(actor: Actor, line: BankLine) -> list[tuple[Community, int]]:
    """The communities that may have paid a waiting line over, with what they owe: those where the actor books, and that owe as much."""
    owed = {place: fen for place, fen in owing_to(line.community_id).items() if fen >= line.amount_fen}
    mine = owed.keys() & actor.communities(Permission.PAYMENT_BATCH)
    return [(place, owed[place.pk]) for place in Community.objects.filter(pk__in=mine).order_by("sort_key", "pk")]


@dataclass(frozen=True, slots=True)
class Proposed:
    """A household that a line may be for; ``owed_fen`` with its late fee as of the line's day."""

    property_id: int
    code: str
    payer_id: int
    payer_name: str
    reasons: tuple[Reason, ...]
    bills: tuple[OpenBill, ...] = ()

    @property
    def owed_fen(self) -> int:
        return sum(bill.total_fen for bill in self.bills)

    @property
    def score(self) -> int:
        return sum(WEIGHTS[reason] for reason in self.reasons)


def proposed(actor: Actor, rows: list[BankLine]) -> dict[int, list[Proposed]]:
    """What was found for each of a page of lines when it came, with what is owed now."""
    wanted = {row.pk: [(int(a), int(b), tuple(map(Reason, c))) for a, b, c in row.proposal] for row in rows}
    flats = {one[0] for found in wanted.values() for one in found}
    owners = {one[1] for found in wanted.values() for one in found}
    codes = dict(properties(actor).filter(pk__in=flats).values_list("pk", "code"))
    names = dict(people(actor).filter(pk__in=owners).values_list("pk", "name"))
    days = {row.pk: row.value_date for row in rows}
    bills = _bills(actor, owners, max(days.values())) if days and owners else {}
    sums = {row.pk: row.suspense_fen for row in rows}

    def offer(pk: int, flat: int, payer: int, reasons: tuple[Reason, ...]) -> Proposed:
        one = Proposed(flat, codes[flat], payer, names[payer], reasons, tuple(bills.get(payer, ())))
        paid = one.owed_fen < sums[pk]  # since it came: the sum is no longer that of the bills
        return replace(one, reasons=tuple(reason for reason in reasons if reason is not Reason.AMOUNT)) if paid else one

    return {pk: [offer(pk, *one) for one in found if one[0] in codes and one[1] in names] for pk, found in wanted.items()}


def _bills(actor: Actor, payer_ids: set[int], as_of: dt.date) -> dict[int, list[OpenBill]]:
    found: dict[int, list[OpenBill]] = {}
    for bill in open_bills(actor, as_of, payer_ids=payer_ids):
        found.setdefault(bill.payer_id, []).append(bill)
    return found


def households(actor: Actor, line: BankLine, property_ids: list[int]) -> list[Proposed]:
    """Households named by a person for a line of the same community, with who pays there on the line's day."""
    rows = dict(properties(actor).filter(pk__in=property_ids, community_id=line.community_id).values_list("pk", "code"))
    spans = payers(rows, Span(line.value_date, line.value_date))
    first = {flat: found[0][0] for flat, found in spans.items() if found}
    names = dict(people(actor).filter(pk__in=first.values()).values_list("pk", "name"))
    bills = _bills(actor, set(first.values()), line.value_date) if first else {}
    return [
        Proposed(flat, rows[flat], first[flat], names[first[flat]], (), tuple(bills.get(first[flat], ())))
        for flat in property_ids
        if flat in first and first[flat] in names
    ]
