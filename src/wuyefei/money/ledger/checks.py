"""What ``verify`` proves of the journal."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from wuyefei.foundation.kernel.errors import Phrase, joined
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded

from .closing import figures, standing
from .models import Entry, PeriodClose
from .rules import Account


def balanced_entries(organisation_id: int) -> Iterator[Yielded]:
    """Every entry has legs that sum to zero, in its own community, on known accounts."""
    yield Examined(Entry.objects.filter(organisation_id=organisation_id).count())
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT e.id, COALESCE(sum(l.amount_fen), 0), count(l.id), count(*) FILTER (WHERE l.community_id <> e.community_id),
                      count(*) FILTER (WHERE NOT l.account = ANY(%s))
               FROM ledger_entry e LEFT JOIN ledger_leg l ON l.entry_id = e.id WHERE e.organisation_id = %s
               GROUP BY e.id HAVING COALESCE(sum(l.amount_fen), 0) <> 0 OR count(l.id) < 2
                 OR bool_or(l.community_id <> e.community_id) OR bool_or(NOT l.account = ANY(%s)) ORDER BY e.id""",
            [[a.value for a in Account], organisation_id, [a.value for a in Account]],
        )
        for entry_id, total, legs, strayed, unknown in cursor.fetchall():
            what: str = Phrase("借贷差 {total}，{legs} 条分录", total=yuan(int(total)), legs=legs)
            if strayed or unknown:
                what = joined([what, Phrase("{strayed} 条不属于本项目，{unknown} 条科目不存在", strayed=strayed, unknown=unknown)])
            yield Finding("ledger.balanced", "ledger_entry", entry_id, what)


def account_balances(organisation_id: int, account: Account, kinds: list[str] | None = None) -> dict[int, int]:
    """The balance of an account by community, in fen; with ``kinds``, only what entries of those kinds moved."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT e.community_id, sum(l.amount_fen) FROM ledger_leg l JOIN ledger_entry e ON e.id = l.entry_id
               WHERE e.organisation_id = %s AND l.account = %s AND (%s::text[] IS NULL OR e.kind = ANY(%s)) GROUP BY 1""",
            [organisation_id, account.value, kinds, kinds],
        )
        return {community_id: int(total) for community_id, total in cursor.fetchall()}


def control(
    check: str, organisation_id: int, account: Account, subledger: dict[int, int], *, name: str, kinds: list[str] | None = None
) -> Iterator[Yielded]:
    """Compare a control account with its sub-ledger, community by community (both as debit-positive fen)."""
    booked = account_balances(organisation_id, account, kinds)
    for community_id in sorted({*booked, *subledger}):
        yield Examined(1)
        has, should = booked.get(community_id, 0), subledger.get(community_id, 0)
        if has != should:
            what = Phrase("{account} {what}：总账 {has}，明细 {should}，相差 {difference}", account=account.value, what=name, has=yuan(has), should=yuan(should), difference=yuan(has - should))
            yield Finding(check, "access_community", community_id, what)


def closed_days(organisation_id: int) -> Iterator[Yielded]:
    """In closed days stand exactly the entries that stood there when they were closed."""
    rows: dict[int, list[PeriodClose]] = {}
    for row in PeriodClose.objects.filter(organisation_id=organisation_id).order_by("pk"):
        rows.setdefault(row.community_id, []).append(row)
    for community_id, found in rows.items():
        for row in standing(found):
            yield Examined(row.entries)
            now = figures(community_id, row.first, row.last)
            if (now.entries, now.debit_fen, now.digest) == (row.entries, row.debit_fen, row.digest):
                continue
            days = Entry.objects.filter(community_id=community_id, entry_date__lte=row.last, booked_at__gt=row.at)
            late = (days.filter(entry_date__gte=row.first) if row.first else days).order_by("pk").first()
            what = Phrase("{last} 结账时有 {kept} 张凭证、借方 {debit}，现在有 {entries} 张、借方 {sum}，或内容不同", last=str(row.last),
                          kept=row.entries, debit=yuan(row.debit_fen), entries=now.entries, sum=yuan(now.debit_fen))  # fmt: skip
            if late is not None:
                yield Finding("ledger.closed", "ledger_entry", late.pk, what)
            else:
                yield Finding("ledger.closed", "ledger_periodclose", row.pk, what)
