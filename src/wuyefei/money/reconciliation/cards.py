"""An acquirer's settlement file 刷卡清算文件 (product rows D1, D7): taken in, joined to the card payments of the desk, its fees booked.

A file is taken in whole or not at all. What came before is left as it is, so the same file changes nothing; a row that is told
otherwise than before stays as it was and becomes a difference.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Max, Q

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.errors import DomainError, NotFound, Phrase
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.cashdesk.public import CardSlip, PosMerchant, PosTerminal, tell_slip
from wuyefei.money.ledger.public import Account, Posting, post

from .card_files import read_card_file
from .card_rules import CardFileRefused, CardRow, Swipe, changed, check_rows, ours_of, pair
from .keeping import SIDES, keep
from .models import BillRow, ChannelDay, Difference
from .rules import WORK_WITHIN, Kind, Row, compare
from .settling import settle
from .swipes import LATE_WITHIN, last_traded, stored, swipes_of

MERCHANT_LOCK = 0x77790061
FEES_KIND = "recon.fees"
UNPAID_WITHIN = 60 * DAY
"""Payouts are looked for this long; after that a person chooses the line."""


@dataclass(frozen=True, slots=True)
class CardsTaken:
    """What a file brought: the days it made or added to, its rows, how many came before, and which of those are told otherwise."""

    days: tuple[ChannelDay, ...]
    rows: int
    known: int
    changed: tuple[int, ...]


def _merchant(merchant_id: int, actor: Actor) -> PosMerchant:
    """The account, and nobody else at work on it."""
    found = PosMerchant.objects.filter(pk=merchant_id, organisation_id=actor.organisation_id).select_related("community").first()
    if found is None:
        raise NotFound()
    if found.community_id is None:
        actor.require_wide(Permission.CHANNEL_WORK)
    else:
        actor.require(Permission.CHANNEL_WORK, found.community_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [MERCHANT_LOCK, found.pk])
    return found


@transaction.atomic
def take_in_cards(merchant_id: int, name: str, data: bytes, *, actor: Actor) -> CardsTaken:
    """Take a settlement file of a merchant account in and compare, all or nothing.

    Raises ``BillRefused``, ``CardFileRefused`` naming the row, and ``UploadRefused``.
    """
    merchant = _merchant(merchant_id, actor)
    name = limited(name, "文件", 120, required=True)
    rows = read_card_file(name, data, merchant.merchant_id)
    check_rows(rows, clock.today())
    places = {one.number: one.community_id for one in merchant.terminals.all()}
    strange = next((row for row in rows if row.terminal not in places), None)
    if strange is not None:
        raise CardFileRefused(row=strange.line, reason=Phrase("终端号 {number} 没有登记在这个商户号下，请先到「刷卡终端」登记", number=strange.terminal))
    before = _before(merchant, rows)
    new = [row for row in rows if row.key not in before]
    other = [(row, before[row.key]) for row in rows if row.key in before and changed(stored(before[row.key]), row)]
    if not new and not other:
        return CardsTaken((), len(rows), len(rows), ())
    days = _write(merchant, new, places, name, hashlib.sha256(data).hexdigest(), actor)
    for row, old in other:
        _told_otherwise(row, old, actor)
    compare_account(merchant, actor, [day.pk for day in days])
    return CardsTaken(tuple(days), len(rows), len(rows) - len(new), tuple(row.line for row, _old in other))


def _before(merchant: PosMerchant, rows: Sequence[CardRow]) -> dict[str, BillRow]:
    found = BillRow.objects.filter(channel_day__merchant=merchant, number__in=[row.key for row in rows])
    return {one.number: one for one in found.select_related("channel_day")}


def _write(merchant: PosMerchant, rows: Sequence[CardRow], places: dict[str, int], name: str, digest: str, actor: Actor) -> list[ChannelDay]:
    """The new rows, a day (or a further part of one) for each settlement date; slips that the cashier left out are filled in first."""
    if not rows:
        return []
    _fill_in(merchant, rows, actor)
    swipes = {swipe.key: swipe for swipe in swipes_of(merchant, rows)}
    by_day: dict[dt.date, list[CardRow]] = defaultdict(list)
    for row in rows:
        by_day[row.settled_on].append(row)
    days = []
    for on, found in sorted(by_day.items()):
        day = _day(merchant, on, found, name, digest, actor)
        at = {row.key: swipes[row.key].community_id if row.key in swipes else places[row.terminal] for row in found}
        BillRow.objects.bulk_create(
            [BillRow(channel_day=day, community_id=at[row.key], number=row.key, refund=row.refund, transaction_id=row.reference,
                     amount_fen=row.amount_fen, fee_fen=row.fee_fen, terminal=row.terminal, traded_on=row.traded_on,
                     card_tail=row.card_tail, original=row.original) for row in found]
        )  # fmt: skip
        _book_fees(day, [(at[row.key], row.fee_fen) for row in found], actor)
        days.append(day)
    return days


def _day(merchant: PosMerchant, on: dt.date, rows: Sequence[CardRow], name: str, digest: str, actor: Actor) -> ChannelDay:
    last = ChannelDay.objects.filter(merchant=merchant, day=on).aggregate(part=Max("part"))["part"] or 0
    day = ChannelDay.objects.create(
        organisation_id=merchant.organisation_id, community_id=merchant.community_id, merchant=merchant, day=on, part=last + 1, name=name,
        sha256=digest, row_count=len(rows), paid_fen=sum(row.amount_fen for row in rows if not row.refund),
        refund_fen=sum(row.amount_fen for row in rows if row.refund), fee_fen=sum(row.fee_fen for row in rows),
        made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "recon.day", day, after={"rows": day.row_count, "paid_fen": day.paid_fen, "refund_fen": day.refund_fen,
                                                 "fee_fen": day.fee_fen, "sha256": digest})  # fmt: skip
    return day


def _book_fees(day: ChannelDay, fees: Iterable[tuple[int, int]], actor: Actor) -> None:
    sums: dict[int, int] = defaultdict(int)
    for place, fen in fees:
        sums[place] += fen
    for place, fen in sorted(sums.items()):
        postings = [Posting(Account.BANK_FEE, fen), Posting(Account.CHANNEL, -fen)]
        post(FEES_KIND, day.pk, postings, actor=actor, community_id=place, memo=f"{day} 手续费")


def _fill_in(merchant: PosMerchant, rows: Sequence[CardRow], actor: Actor) -> None:
    """Payments whose slip was left out and whose row can be told beyond doubt get it from the file."""
    terminals = {one.number: one for one in merchant.terminals.all()}
    places = {number: one.community_id for number, one in terminals.items()}
    for payment_id, row in sorted(pair(rows, swipes_of(merchant, rows), places).items()):
        tell_slip(payment_id, terminals[row.terminal], row.reference, CardSlip.Source.FILE, actor=actor)


def _told_otherwise(row: CardRow, old: BillRow, actor: Actor) -> None:
    """The row stays as it came; what it is said to be now, net of its fee, is a difference of its day."""
    was, now = stored(old).net_fen, clock.now()
    there = Difference.objects.filter(channel_day=old.channel_day, kind=Kind.CHANGED, number__startswith=row.key)
    if there.filter(theirs_fen=row.net_fen).exists():
        return
    number = f"{row.key} {there.count() + 1}" if there.exists() else row.key
    Difference.objects.create(
        organisation_id=old.channel_day.organisation_id, community_id=old.community_id, channel_day=old.channel_day, kind=Kind.CHANGED,
        number=number, ours_fen=was, theirs_fen=row.net_fen, owner_id=actor.user_id, opened_at=now, due_at=now + WORK_WITHIN,
    )  # fmt: skip


def compare_account(merchant: PosMerchant, actor: Actor, day_ids: Iterable[int]) -> None:
    """Compare days of an account again, those with open differences and those without their money too: a row that comes later may
    explain an earlier day."""
    rows = ChannelDay.objects.filter(merchant=merchant).select_related("setup", "merchant", "settled_line").order_by("day", "part")
    open_days = Difference.objects.filter(channel_day__merchant=merchant, closed_at__isnull=True).values_list("channel_day_id", flat=True)
    wanted = {*day_ids, *open_days}
    for row in rows.filter(pk__in=wanted):
        _compare(row, actor)
    waiting = Q(settled_line__isnull=True, day__gte=clock.today() - UNPAID_WITHIN)
    for row in rows.filter(waiting | Q(pk__in=wanted)):
        settle(row, actor)


def _compare(row: ChannelDay, actor: Actor) -> None:
    assert row.merchant is not None
    theirs = [stored(one) for one in row.rows.all()]
    swipes = swipes_of(row.merchant, theirs)
    ours, wanted = ours_of(theirs, swipes), _wanted(row, theirs, swipes)
    back: Counter[str] = Counter()
    for swipe in swipes:
        if swipe.voided and f"{swipe.key}-R" in wanted and f"{swipe.key}-R" not in ours:
            back[f"{swipe.key}-R"] += swipe.amount_fen
    ours |= {key: Row(key, True, fen) for key, fen in back.items()}
    gaps = compare([Row(one.key, one.refund, one.amount_fen, one.fee_fen) for one in theirs], ours, sorted(wanted))
    places = {one.number: one.community_id for one in row.rows.all() if one.community_id is not None}
    for swipe in swipes:
        places |= {swipe.key: swipe.community_id, f"{swipe.key}-R": swipe.community_id}
    keep(row, gaps, places, actor, SIDES)


def _wanted(row: ChannelDay, theirs: Sequence[CardRow], swipes: Sequence[Swipe]) -> set[str]:
    """The keys of ours that must stand in a file by now: standing payments of the days it closes, and what was taken back of a payment
    that it has."""
    first, last = _covers(row, theirs)
    found = {swipe.key for swipe in swipes if not swipe.voided and first <= swipe.on <= last} if row.part == 1 else set()
    here = {one.key for one in theirs if not one.refund}
    back = {f"{swipe.key}-R" for swipe in swipes if swipe.voided and swipe.key in here}
    known = BillRow.objects.filter(channel_day__merchant_id=row.merchant_id)
    elsewhere = set(known.filter(number__in=found | back).exclude(channel_day=row).values_list("number", flat=True))
    undone = known.filter(refund=True, original__in=[one.reference for one in theirs]).values_list("terminal", "original")
    return (found | back) - elsewhere - {f"{terminal}-{original}-R" for terminal, original in undone}


def _covers(row: ChannelDay, theirs: Sequence[CardRow]) -> tuple[dt.date, dt.date]:
    """The days of trade that a file closes: from after the file before it to its own last trade."""
    last = max(one.traded_on for one in theirs)
    earlier = last_traded(ChannelDay.objects.filter(merchant_id=row.merchant_id, day__lt=row.day))
    first = min(one.traded_on for one in theirs) if earlier is None else earlier + DAY
    return max(first, last - LATE_WITHIN), last


@transaction.atomic
def compare_again(day_id: int, *, actor: Actor) -> ChannelDay:
    """Compare a day of an acquirer with what is in the books now. Raises ``NotFound``."""
    row = ChannelDay.objects.filter(pk=day_id, organisation_id=actor.organisation_id, merchant__isnull=False).first()
    if row is None or row.merchant_id is None:
        raise NotFound()
    compare_account(_merchant(row.merchant_id, actor), actor, [row.pk])
    return row


@transaction.atomic
def pair_by_hand(difference_id: int, payment_id: int, *, actor: Actor) -> Difference:
    """A row that is not ours is this payment, whose slip was left out or typed wrongly. Raises ``NotFound``, ``DomainError``."""
    one = Difference.objects.select_related("channel_day").filter(
        pk=difference_id, organisation_id=actor.organisation_id, kind=Kind.NOT_OURS, channel_day__merchant__isnull=False
    ).first()  # fmt: skip
    if one is None or one.channel_day.merchant_id is None:
        raise NotFound()
    merchant = _merchant(one.channel_day.merchant_id, actor)
    one.refresh_from_db()
    if one.closed_at is not None:
        raise DomainError("difference_closed", "这项差异已经处理完了。")
    row = BillRow.objects.filter(channel_day=one.channel_day, number=one.number, refund=False).first()
    swipe = next((swipe for swipe in candidates(one) if swipe.payment_id == payment_id), None)
    if row is None or swipe is None:
        raise NotFound()
    actor.require(Permission.CHANNEL_WORK, swipe.community_id)
    terminal = PosTerminal.objects.get(merchant=merchant, number=row.terminal)
    tell_slip(payment_id, terminal, row.transaction_id, CardSlip.Source.HAND, actor=actor)
    compare_account(merchant, actor, [one.channel_day_id])
    one.refresh_from_db()
    return one


def candidates(one: Difference) -> list[Swipe]:
    """Card payments near a row that is not ours which no file has, the same sum first; for callers who may read the difference."""
    row = BillRow.objects.filter(channel_day_id=one.channel_day_id, number=one.number, refund=False).select_related("channel_day__merchant").first()
    if row is None or row.channel_day.merchant is None or one.kind != Kind.NOT_OURS:
        return []
    near = [swipe for swipe in swipes_of(row.channel_day.merchant, [stored(row)]) if not swipe.voided]
    known = set(BillRow.objects.filter(channel_day__merchant=row.channel_day.merchant, number__in=[swipe.key for swipe in near]).values_list("number", flat=True))
    found = [swipe for swipe in near if swipe.key not in known]
    return sorted(found, key=lambda swipe: (abs(swipe.amount_fen - row.amount_fen), abs((swipe.on - stored(row).traded_on).days)))[:20]
