"""What the bank received for the days of a merchant account (product row D7): found by itself where one line is the sum, or chosen by
a person, and then what is missing is a difference."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter

from django.db import transaction
from django.db.models import Case, F, QuerySet, Sum, Value, When

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.bank.public import BankLine, claim_settlement

from .card_rules import Unpaid, paid_by
from .keeping import PAYOUT, keep
from .layouts import PAYOUT_WORDS
from .models import BillRow, ChannelDay, Unsettled
from .rules import SETTLED_WITHIN, Gap, Kind

CHOICE_WITHIN = dt.timedelta(days=30)
MOST_CHOICES = 20


def settle(row: ChannelDay, actor: Actor) -> None:
    """Find the waiting bank line that pays the day, or the days it belongs to; where none comes in time, that is a difference."""
    if row.settled_line_id is None:
        _find(row, actor)
    note(row, actor)


def note(row: ChannelDay, actor: Actor) -> None:
    """Keep the difference of a day whose money has not come in time, came as another sum, or was not its money after all."""
    gaps, places = [], {}
    if row.settled_line is not None:
        line, together = row.settled_line, row.settled_line.pk
        expected = sum(one.net_fen for one in ChannelDay.objects.filter(settled_line_id=together))
        if expected != line.amount_fen:
            gap = Gap(Kind.SETTLEMENT, line.ref or f"L{line.pk}", expected, line.amount_fen)
            gaps, places = [gap], {gap.number: line.community_id}
    elif row.net_fen != 0 and (clock.today() > row.day + SETTLED_WITHIN or row.unsettled.exists()):
        gaps = [Gap(Kind.SETTLEMENT, "", row.net_fen, 0)]
    keep(row, gaps, places, actor, PAYOUT)


def _find(row: ChannelDay, actor: Actor) -> None:
    if row.setup_id is not None:
        lines = [line for line in _unrefused(row, [row.pk]) if line.amount_fen == row.net_fen and line.value_date <= row.day + SETTLED_WITHIN]
        if len(lines) == 1 and actor.may(Permission.PAYMENT_BATCH, lines[0].community_id):
            _claim([row], lines[0], actor)
        return
    days = list(ChannelDay.objects.select_for_update(of=("self",)).filter(merchant_id=row.merchant_id, settled_line__isnull=True).order_by("day", "pk"))
    unpaid = [Unpaid(day.pk, day.day, day.net_fen) for day in days]
    runs = {line: paid_by(line.amount_fen, line.value_date, unpaid, SETTLED_WITHIN) for line in _unrefused(row, [day.pk for day in days])}
    wanted = Counter(pk for run in runs.values() for pk in run)
    for line, run in runs.items():
        if run and all(wanted[pk] == 1 for pk in run) and row.pk in run and actor.may(Permission.PAYMENT_BATCH, line.community_id):
            _claim([day for day in days if day.pk in run], line, actor)
            row.refresh_from_db(fields=["settled_line"])


def _claim(days: list[ChannelDay], line: BankLine, actor: Actor) -> None:
    claim_settlement(line.pk, actor=actor, others=_parts(days, line.community_id))
    for day in days:
        day.settled_line = line
        day.save(update_fields=["settled_line"])
        audit.record(actor, "recon.settled", day, after={"line": line.pk, "net_fen": day.net_fen, "line_fen": line.amount_fen})


def _parts(days: list[ChannelDay], home_id: int) -> dict[int, int]:
    """What of the days' net sum is other communities': their payments less refunds and fees. Rows of nowhere are the line's."""
    sign = Case(When(refund=True, then=Value(-1)), default=Value(1))
    rows = BillRow.objects.filter(channel_day__in=days, community__isnull=False).exclude(community_id=home_id)
    return {place: int(fen) for place, fen in rows.values_list("community_id").annotate(fen=Sum(F("amount_fen") * sign - F("fee_fen")))}


def words_of(row: ChannelDay) -> tuple[str, ...]:
    """What a bank may write beside a payout of the account."""
    if row.setup is not None:
        return (*PAYOUT_WORDS[row.setup.channel], row.setup.merchant_id)
    assert row.merchant is not None
    return (row.merchant.acquirer, row.merchant.merchant_id, *filter(None, re.split(r"[,，、;；\s]+", row.merchant.payout_words)))


def _waiting(row: ChannelDay) -> QuerySet[BankLine]:
    rows = BankLine.objects.filter(
        organisation_id=row.organisation_id, state=BankLine.State.WAITING, returned_fen=0, value_date__gt=row.day, value_date__lte=row.day + CHOICE_WITHIN
    )
    return rows.filter(community_id=row.community_id) if row.community_id is not None else rows


def _payouts(row: ChannelDay) -> list[BankLine]:
    """The waiting lines in the account's words, the earliest first."""
    words = words_of(row)
    found = _waiting(row).order_by("value_date", "pk")[:500]
    return [line for line in found if any(word in f"{line.payer_name} {line.memo}" for word in words)][:50]


def _unrefused(row: ChannelDay, day_ids: list[int]) -> list[BankLine]:
    """The payouts that nobody has said are not those days'."""
    refused = set(Unsettled.objects.filter(channel_day_id__in=day_ids).values_list("line_id", flat=True))
    return [line for line in _payouts(row) if line.pk not in refused]


def choices(row: ChannelDay, actor: Actor) -> list[BankLine]:
    """The lines a person may choose from for a day whose money was not found."""
    if row.settled_line_id is not None:
        return []
    return [line for line in _payouts(row) if actor.may(Permission.PAYMENT_BATCH, line.community_id)][:MOST_CHOICES]


@transaction.atomic
def settle_by_hand(day_id: int, line_id: int, *, actor: Actor) -> ChannelDay:
    """A person says which line paid the day; what it is more or less than the day's sum becomes a difference.

    Raises ``NotFound`` and ``DomainError`` for a day that is settled.
    """
    row = ChannelDay.objects.select_for_update(of=("self",)).select_related("setup", "merchant").filter(
        pk=day_id, organisation_id=actor.organisation_id
    ).first()  # fmt: skip
    if row is None or (row.community_id is None and Permission.CHANNEL_WORK not in actor.wide):
        raise NotFound()
    if row.community_id is not None:
        actor.require(Permission.CHANNEL_WORK, row.community_id)
    if row.settled_line_id is not None:
        raise DomainError("day_settled", "这一天的结算款已经到账。")
    line = _waiting(row).filter(pk=line_id).first()
    if line is None:
        raise NotFound()
    _claim([row], line, actor)
    note(row, actor)
    return row
