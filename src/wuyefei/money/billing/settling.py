"""Settling many receivables in one go: locked once, read once, written once.

A desk payment reads and writes its few rows by themselves; a bank file of thousands does the same work set-based. What
is open on a day follows from the same pure rules, so the two agree to the fen (a property test holds them equal).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice

from django.db import connection
from django.db.models import Sum

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import LATEST, Span

from .fees import accrual_of, facts_of
from .models import Adjustment, LateFeeHold, LateFeeWaiver
from .queries import AGREED, GRANTED, INSTALMENT, LATE_FEE_TAX_SQL, OpenBill
from .rules.late_fee import Change, late_fee, payable

CHUNK = 5000
"""How many receivables' facts are read at a time."""

_LOCK_SQL = f"""
SELECT r.id, r.property_id, r.payer_id, r.item_id, i.name, r.service_from, r.service_to, r.due_on, r.amount_fen,
  r.outstanding_fen, r.late_fee_rate, r.late_fee_cap, r.allocation_order, r.memo, r.reversed_at,
  {LATE_FEE_TAX_SQL}
FROM billing_receivable r JOIN tariffs_chargeitem i ON i.id = r.item_id
WHERE r.organisation_id = %(organisation)s AND r.community_id = %(community)s AND (r.id = ANY(%(ids)s)
  OR (r.payer_id = ANY(%(payers)s) AND r.reversed_at IS NULL
      AND (r.outstanding_fen > 0 OR r.accrued_exact > r.late_fee_settled_fen)))
ORDER BY r.id FOR UPDATE OF r
"""

_SAVE_SQL = """
UPDATE billing_receivable r SET outstanding_fen = n.outstanding, late_fee_settled_fen = n.settled,
  accrued_exact = n.exact, accrued_to = n.upto
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::numeric[], %s::date[]) AS n(id, outstanding, settled, exact, upto)
WHERE r.id = n.id
"""


@dataclass(slots=True)
class OpenAccount:
    """One locked receivable with every fact that its late fee follows from; money in fen."""

    pk: int
    property_id: int
    payer_id: int
    item_id: int
    item_name: str
    service_from: dt.date
    service_to: dt.date
    due_on: dt.date
    amount_fen: int
    outstanding_fen: int
    late_fee_rate: Decimal | None
    late_fee_cap: Decimal | None
    allocation_order: str
    memo: str
    reversed_at: dt.datetime | None
    late_fee_tax_rate: Decimal
    changes: list[Change] = field(default_factory=list)
    holds: Sequence[Span] = ()
    agreed: Sequence[Span] = ()
    """The holds of plans to pay in parts: on their days principal is settled first."""
    disputed: Sequence[Span] = ()
    """The holds on whose days nobody asks for the money."""
    adjusted: list[Change] = field(default_factory=list)
    waived_fen: int = 0
    settled_fen: int = 0
    touched: bool = False

    def exact(self, as_of: dt.date) -> Decimal:
        return accrual_of(self, as_of, self.changes, self.holds).exact

    def fee_due_fen(self, as_of: dt.date) -> int:
        return self.amount_fen + sum(change.amount_fen for change in self.adjusted if change.on <= as_of)

    def late_fee_fen(self, as_of: dt.date) -> int:
        """What may still be asked of the late fee as of a day."""
        if self.late_fee_rate is None or as_of <= self.due_on:
            return 0
        return payable(self.exact(as_of), self.fee_due_fen(as_of), self.late_fee_cap, self.waived_fen, self.settled_fen)

    def overcharged_fen(self, as_of: dt.date) -> int:
        """By how much the late fee settled exceeds the one that has accrued by then: above zero where principal was
        settled as of a day before one on which late fee has been settled already."""
        accrued = late_fee(self.exact(as_of), self.fee_due_fen(as_of), self.late_fee_cap)
        return max(0, self.settled_fen + self.waived_fen - accrued)

    def changed_after(self, day: dt.date) -> bool:
        return any(change.on > day for change in self.changes)

    def settle(self, on: dt.date, principal_fen: int, late_fee_fen: int) -> None:
        """Note a payment valued ``on``; nothing is written before ``OpenAccounts.save``."""
        if principal_fen:
            self.changes.append(Change(on, -principal_fen))
            self.outstanding_fen -= principal_fen
        self.settled_fen += late_fee_fen
        self.touched = True

    def bill(self, as_of: dt.date, property_code: str = "", payer_name: str = "") -> OpenBill | None:
        """The receivable as a cashier would have seen it on a day; None where nothing is open."""
        if self.reversed_at is not None:
            return None
        fee = self.late_fee_fen(as_of)
        if self.outstanding_fen <= 0 and not fee:
            return None
        return OpenBill(
            self.pk, self.property_id, property_code, self.payer_id, payer_name, self.item_id, self.item_name,
            self.service_from, self.service_to, self.due_on, self.amount_fen, self.outstanding_fen, fee,
            AGREED if _on(self.agreed, as_of) else self.allocation_order, self.memo, _on(self.disputed, as_of),
            self.late_fee_tax_rate,
        )  # fmt: skip


def _on(spans: Sequence[Span], day: dt.date) -> bool:
    return any(span.first <= day <= span.last for span in spans)


class OpenAccounts:
    """The receivables of a batch, under lock to the end of the transaction."""

    def __init__(self, accounts: Iterable[OpenAccount]) -> None:
        self.by_id = {account.pk: account for account in accounts}
        self.by_payer: dict[int, list[OpenAccount]] = {}
        for account in sorted(self.by_id.values(), key=lambda one: (one.due_on, one.pk)):
            self.by_payer.setdefault(account.payer_id, []).append(account)

    def save(self) -> None:
        """Write the mutable columns of what was settled, in one statement."""
        rows = []
        for account in self.by_id.values():
            if account.touched:
                upto = max([account.due_on, *(change.on for change in account.changes)])
                rows.append((account.pk, account.outstanding_fen, account.settled_fen, account.exact(upto), upto))
        if rows:
            with connection.cursor() as cursor:
                cursor.execute(_SAVE_SQL, [list(column) for column in zip(*rows, strict=True)])


def lock_accounts(
    actor: Actor, community_id: int, *, payer_ids: Collection[int] = (), receivable_ids: Collection[int] = ()
) -> OpenAccounts:
    """Lock, in order of id, what is open of the payers in a community and the receivables named, and read their facts.

    An id of elsewhere is simply not among them.
    """
    actor.require(Permission.BILLING_VIEW, community_id)
    with connection.cursor() as cursor:
        cursor.execute(
            _LOCK_SQL,
            {"organisation": actor.organisation_id, "community": community_id, "payers": list(payer_ids), "ids": list(receivable_ids)},
        )
        accounts = [OpenAccount(*row) for row in cursor.fetchall()]
    for some in _chunks(accounts):
        _read_facts(some)
    return OpenAccounts(accounts)


def _chunks(accounts: list[OpenAccount]) -> Iterator[list[OpenAccount]]:
    rest = iter(accounts)
    while some := list(islice(rest, CHUNK)):
        yield some


def _read_facts(accounts: list[OpenAccount]) -> None:
    ids = [account.pk for account in accounts]
    facts = facts_of(ids)
    waived = dict(LateFeeWaiver.objects.filter(receivable_id__in=ids).values_list("receivable_id").annotate(Sum("amount_fen")))
    adjusted: dict[int, list[Change]] = {}
    rows = Adjustment.objects.filter(receivable_id__in=ids).values_list("receivable_id", "value_date", "amount_fen")
    for receivable_id, on, fen in rows:
        adjusted.setdefault(receivable_id, []).append(Change(on, fen))
    agreed: dict[int, list[Span]] = {}
    disputed: dict[int, list[Span]] = {}
    kinds = LateFeeHold.objects.filter(receivable_id__in=ids).values_list("receivable_id", "kind", "starts_on", "ends_on")
    for receivable_id, kind, first, last in kinds:
        if kind == INSTALMENT or kind not in GRANTED:
            (agreed if kind == INSTALMENT else disputed).setdefault(receivable_id, []).append(Span(first, last or LATEST))
    for account in accounts:
        account.agreed, account.disputed = agreed.get(account.pk, ()), disputed.get(account.pk, ())
        account.changes, account.holds = facts.changes.get(account.pk, []), facts.holds.get(account.pk, [])
        account.settled_fen, account.waived_fen = facts.settled.get(account.pk, 0), waived.get(account.pk, 0)
        account.adjusted = adjusted.get(account.pk, [])
