"""What ``verify`` proves of drives."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import Sum

from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check
from wuyefei.money.billing.public import Adjustment, Receivable
from wuyefei.money.payments.public import Allocation

from .models import Drive, Household, Listed, Member, Passing

R, A, P, D, H, L = (model._meta.db_table for model in (Receivable, Adjustment, Allocation, Drive, Household, Listed))
_BILLS = f"""
SELECT l.id, l.owed_fen, r.amount_fen + books.before AS fen, books.just, r.payer_id = h.person_id AND r.community_id = h.community_id AS theirs
FROM {L} l JOIN {H} h ON h.id = l.household_id JOIN {D} d ON d.id = h.drive_id JOIN {R} r ON r.id = l.receivable_id
CROSS JOIN LATERAL (SELECT coalesce(sum(fen) FILTER (WHERE at < d.listed_at), 0) AS before, coalesce(sum(fen) FILTER (WHERE at = d.listed_at), 0) AS just FROM (
    SELECT booked_at AS at, amount_fen AS fen FROM {A} WHERE receivable_id = r.id
    UNION ALL SELECT booked_at, -amount_fen FROM {P} WHERE receivable_id = r.id AND part = 'principal') moved) books
WHERE d.organisation_id = %s ORDER BY l.id"""


def lists(organisation_id: int) -> Iterator[Yielded]:
    """A list is what the books held when it was drawn up, of its own payers; entries of the very moment may stand on either side."""
    with connection.cursor() as cursor:
        cursor.execute(_BILLS, [organisation_id])
        rows = cursor.fetchall()
    yield Examined(len(rows))
    for pk, owed, booked, just, theirs in rows:
        if not theirs or owed not in (int(booked), int(booked) + int(just)):
            yield Finding("drives.lists", L, pk, Phrase("名单上记为 {owed}，列名单时账上是 {booked}，或不是这一户的账单", owed=yuan(owed), booked=yuan(int(booked))))


def shares(organisation_id: int) -> Iterator[Yielded]:
    """A household owes the sum of its bills and lies with somebody who takes part; the targets of those who take part make up the drive's."""
    for drive in Drive.objects.filter(organisation_id=organisation_id, listed_at__isnull=False).order_by("pk"):
        yield Examined(1)
        targets = dict(Member.objects.filter(drive=drive).values_list("user_id", "target_fen"))
        homes = Household.objects.filter(drive=drive)
        for pk, user, owed, bills in homes.annotate(fen=Sum("bills__owed_fen")).order_by("pk").values_list("pk", "user_id", "owed_fen", "fen"):
            if user not in targets or owed != bills:
                yield Finding("drives.shares", H, pk, Phrase("记为 {owed}，账单合计 {bills}，或负责的人没有参加", owed=yuan(owed), bills=yuan(bills or 0)))
        asked = drive.target_fen if homes.exists() else 0
        if sum(fen or 0 for fen in targets.values()) != asked:
            yield Finding("drives.shares", D, drive.pk, Phrase("各人目标合计 {sum}，应为 {target}", sum=yuan(sum(fen or 0 for fen in targets.values())), target=yuan(asked)))


def passings(organisation_id: int) -> Iterator[Yielded]:
    """A list is passed on between two who take part, within the drive's days; nobody's at once to two; none outlives its drive."""
    last: dict[tuple[int, int], Passing] = {}
    for row in Passing.objects.filter(organisation_id=organisation_id).select_related("drive").order_by("drive_id", "giver_id", "pk"):
        yield Examined(1)
        people = set(Member.objects.filter(drive=row.drive).values_list("user_id", flat=True))
        before = last.get((row.drive_id, row.giver_id))
        wrong = ""
        if not {row.giver_id, row.taker_id} <= people or not row.drive.starts_on <= row.starts_on <= row.ends_on <= row.drive.ends_on:
            wrong = "转交的人没有参加，或日期不在行动以内"
        elif before is not None and (before.ended_at is None or before.ended_at > row.made_at):
            wrong = "同一个人的名单同时转交给了两个人"
        elif row.drive.closed_on is not None and row.ended_at is None:
            wrong = "行动已经结束，名单还转交着"
        if wrong:
            yield Finding("drives.passings", Passing._meta.db_table, row.pk, wrong)
        last[row.drive_id, row.giver_id] = row


def register() -> None:
    register_check("drives.lists", "季末行动：名单与列名单时的账", lists)
    register_check("drives.shares", "季末行动：各户、各人和目标", shares)
    register_check("drives.passings", "季末行动：名单转交", passings)
