"""Take a day's bill file in, compare, match what the bank received, and work what differs (product row D7)."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections import defaultdict

from django.db import connection, transaction
from django.db.models import Q

from wuyefei.foundation.access.actor import SYSTEM, Actor, service_actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import CHINA, DAY
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.cashdesk.public import PosMerchant
from wuyefei.money.channels.public import ChannelSetup, Order, Refund, provider_of
from wuyefei.money.ledger.public import Account, Posting, post

from .cards import compare_account
from .keeping import SIDES, close, keep
from .models import BillRow, ChannelDay, Difference
from .rules import SETTLED_WITHIN, Row, compare, read_bill
from .settling import settle
from .swipes import days_of_voids

DAY_LOCK = 0x77790025
FEES_KIND, WRITE_OFF_KIND = "recon.fees", "recon.write_off"
ROUNDS = "wuyefei.reconciliation"
LOOK_BACK = 3
"""So many days are looked at each morning: a file that was late yesterday is taken in today."""
log = logging.getLogger("wuyefei.reconciliation")


def _setup(setup_id: int, actor: Actor) -> ChannelSetup:
    setup = ChannelSetup.objects.filter(pk=setup_id, organisation_id=actor.organisation_id).select_related("community").first()
    if setup is None:
        raise NotFound()
    if setup.community_id is None:
        actor.require_wide(Permission.CHANNEL_WORK)
    else:
        actor.require(Permission.CHANNEL_WORK, setup.community_id)
    return setup


@transaction.atomic
def reconcile(setup_id: int, day: dt.date, *, actor: Actor) -> ChannelDay:
    """Take the day's bill file in, where it has not come yet, and compare again; the same day again adds nothing twice.

    Raises ``Invalid`` for a day that is not over, ``BillRefused``, and what the provider raises.
    """
    setup = _setup(setup_id, actor)
    if day >= clock.today():
        raise Invalid(field="日期", reason="账单要到第二天才有")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [DAY_LOCK, setup.pk])
    row = ChannelDay.objects.filter(setup=setup, day=day).first()
    if row is None:
        row = _take_in(setup, day, provider_of(setup).bill(day), actor)
    _compare(row, actor)
    settle(row, actor)
    return row


def _take_in(setup: ChannelSetup, day: dt.date, content: bytes, actor: Actor) -> ChannelDay:
    rows = read_bill(content)
    places = _places(setup, rows)
    row = ChannelDay.objects.create(
        organisation_id=setup.organisation_id, community_id=setup.community_id, setup=setup, day=day,
        sha256=hashlib.sha256(content).hexdigest(), row_count=len(rows), paid_fen=sum(one.amount_fen for one in rows if not one.refund),
        refund_fen=sum(one.amount_fen for one in rows if one.refund), fee_fen=sum(one.fee_fen for one in rows),
        made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    BillRow.objects.bulk_create(
        [BillRow(channel_day=row, community_id=places.get(one.number, setup.community_id), number=one.number, refund=one.refund,
                 transaction_id=one.transaction_id, amount_fen=one.amount_fen, fee_fen=one.fee_fen) for one in rows]
    )  # fmt: skip
    fees: dict[int, int] = defaultdict(int)
    for one in rows:
        place = places.get(one.number, setup.community_id)
        if place is not None:
            fees[place] += one.fee_fen
    for place, fen in sorted(fees.items()):
        postings = [Posting(Account.BANK_FEE, fen), Posting(Account.CHANNEL, -fen)]
        post(FEES_KIND, row.pk, postings, actor=actor, community_id=place, memo=f"{row} 手续费")
    audit.record(actor, "recon.day", row, after={"rows": row.row_count, "paid_fen": row.paid_fen, "refund_fen": row.refund_fen,
                                                 "fee_fen": row.fee_fen, "sha256": row.sha256})  # fmt: skip
    return row


def _places(setup: ChannelSetup, rows: list[Row]) -> dict[str, int]:
    """The community of each order and refund that the file names."""
    numbers = [row.number for row in rows]
    orders = Order.objects.filter(organisation_id=setup.organisation_id, number__in=numbers).values_list("number", "community_id")
    refunds = Refund.objects.filter(organisation_id=setup.organisation_id, number__in=numbers).values_list("number", "community_id")
    return dict([*orders, *refunds])


def _ours(row: ChannelDay, numbers: list[str]) -> tuple[dict[str, Row], set[str]]:
    """Our side of the numbers in the file, and of the day: what must stand in a file by now."""
    begin = dt.datetime.combine(row.day, dt.time.min, CHINA)
    today = Q(setup_id=row.setup_id, paid_fen__isnull=False, paid_at__gte=begin, paid_at__lt=begin + DAY)
    ours: dict[str, Row] = {}
    wanted: set[str] = set()
    for order in Order.objects.filter(today | Q(setup_id=row.setup_id, number__in=numbers, paid_fen__isnull=False)):
        ours[order.number] = Row(order.number, False, order.paid_fen or 0)
        if order.paid_at is not None and begin <= order.paid_at < begin + DAY:
            wanted.add(order.number)
    done = Q(state=Refund.State.DONE, method=Refund.Method.SOURCE, order__setup_id=row.setup_id)
    within = Q(ended_at__gte=begin, ended_at__lt=begin + DAY)
    for refund in Refund.objects.filter(done & (within | Q(number__in=numbers))):
        ours[refund.number] = Row(refund.number, True, refund.amount_fen)
        if refund.ended_at is not None and begin <= refund.ended_at < begin + DAY:
            wanted.add(refund.number)
    elsewhere = BillRow.objects.filter(channel_day__setup_id=row.setup_id, number__in=wanted).exclude(channel_day=row)
    return ours, wanted - set(elsewhere.values_list("number", flat=True))


def _compare(row: ChannelDay, actor: Actor) -> None:
    """Open what differs; close what does not differ any more."""
    theirs = [Row(one.number, one.refund, one.amount_fen, one.fee_fen) for one in row.rows.all()]
    ours, wanted = _ours(row, [one.number for one in theirs])
    gaps = compare(theirs, ours, sorted(wanted))
    assert row.setup is not None
    places = _places(row.setup, [Row(gap.number, False, 0) for gap in gaps])
    keep(row, gaps, places, actor, SIDES)


def _locked(difference_id: int, actor: Actor, permission: Permission) -> Difference:
    one = Difference.objects.select_for_update(of=("self",)).select_related("channel_day__setup", "channel_day__merchant").filter(
        pk=difference_id, organisation_id=actor.organisation_id
    ).first()  # fmt: skip
    if one is None or (one.community_id is None and permission not in actor.wide):
        raise NotFound()
    if one.community_id is not None:
        actor.require(permission, one.community_id)
    if one.closed_at is not None:
        raise DomainError("difference_closed", "这项差异已经处理完了。")
    return one


@transaction.atomic
def resolve(difference_id: int, note: str, *, actor: Actor) -> Difference:
    """Close a difference with what was found out; no money moves. Refused while a second person is asked to write it off."""
    one = _locked(difference_id, actor, Permission.CHANNEL_WORK)
    if Request.objects.filter(kind=WRITE_OFF_KIND, subject_id=one.pk, state=Request.State.OPEN).exists():
        raise DomainError("write_off_asked", "这项差异已申请核销，等另一位同事复核；要直接关闭，请先到「待复核」撤回申请。")
    close(one, Difference.Resolution.NOTED, limited(note, "说明", 200, required=True), actor)
    return one


@transaction.atomic
def ask_write_off(difference_id: int, reason: str, *, actor: Actor) -> Request:
    """Ask a second person to write the difference off: the channel's account follows the provider, against fees (6603)."""
    one = _locked(difference_id, actor, Permission.CHANNEL_WORK)
    if one.community_id is None:
        raise DomainError("difference_nowhere", "这项差异不属于任何小区，不能核销；请先查清是哪个小区的。")
    payload = {"difference": one.pk, "gap_fen": one.gap_fen}
    return approvals.ask(WRITE_OFF_KIND, one, actor=actor, community_id=one.community_id, payload=payload, reason=reason, amount_fen=abs(one.gap_fen))


def write_off(request: Request, actor: Actor) -> None:
    """Carried out on approval."""
    one = Difference.objects.select_for_update(of=("self",)).select_related("channel_day__setup", "channel_day__merchant").get(pk=request.subject_id)
    if one.closed_at is not None or one.community_id is None:
        raise DomainError("difference_closed", "这项差异已经处理完了。")
    postings = [Posting(Account.CHANNEL, one.gap_fen), Posting(Account.BANK_FEE, -one.gap_fen)]
    post(WRITE_OFF_KIND, one.pk, postings, actor=actor, community_id=one.community_id, memo=f"{one} 核销")
    close(one, Difference.Resolution.WRITTEN_OFF, request.reason[:200], actor)


def make_rounds(organisation_id: int | None) -> int:
    """Each morning: the last days of every merchant account, and days whose money has not come. What one refuses holds no other up.
    An acquirer's file is brought by a person; its days are compared again."""
    rows = ChannelSetup.objects.filter(enabled=True).order_by("pk")
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    done = _card_rounds(organisation_id)
    for setup in rows:
        waiting = ChannelDay.objects.filter(setup=setup, settled_line__isnull=True, day__gte=clock.today() - 3 * SETTLED_WITHIN)
        wanted = {clock.today() - DAY * back for back in range(1, LOOK_BACK + 1)} | set(waiting.values_list("day", flat=True))
        for day in sorted(wanted):
            try:
                reconcile(setup.pk, day, actor=service_actor(setup.organisation_id, SYSTEM))
                done += 1
            except DomainError as error:
                log.warning("%s %s: %s", setup, day, error.text)
    return done


def _card_rounds(organisation_id: int | None) -> int:
    """Acquirers' days with something open, without their money, or with a payment that was voided since: what came meanwhile may end
    it, or has to be asked for."""
    rows = PosMerchant.objects.filter(pk__in=ChannelDay.objects.filter(merchant__isnull=False).values("merchant_id")).order_by("pk")
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    for merchant in rows:
        with transaction.atomic():
            compare_account(merchant, service_actor(merchant.organisation_id, SYSTEM), days_of_voids(merchant))
    return len(rows)
