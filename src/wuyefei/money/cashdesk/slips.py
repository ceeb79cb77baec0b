"""Deposit slips 缴款单 (product row D3): the cash of counted shifts goes to the bank, and the bank's statement proves it.

Making a slip moves the money from cash on hand to cash in transit; the bank's line moves it on (``money/bank``). A slip that
was written wrongly is made void by two people, as long as the bank has not shown it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.db.models import F, QuerySet, Sum

from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.ledger.public import Account, Leg, Posting, post

from .models import DepositSlip, Shift, SlipScan, SlipShift
from .rules import banking_late, check_slip, scan_kind, settling_late, to_bank

SLIP_KIND, VOID_SLIP_KIND = "cashdesk.slip", "cashdesk.slip_void"
CASH_LOCK = 0x77790024
MOST_SHIFTS = 60


@dataclass(frozen=True, slots=True)
class SlipDraft:
    """A slip as it is typed: the bank's number and day, the money, the shifts it covers, perhaps a scan. Cash from before there
    were shifts is banked by a slip without any, with its reason as ``note``."""

    number: str
    bank_on: dt.date
    amount_fen: int
    shift_ids: tuple[int, ...]
    note: str = ""
    scan: bytes = b""


def slips(actor: Actor) -> QuerySet[DepositSlip]:
    """The slips of the communities whose payments the actor may see."""
    return DepositSlip.objects.filter(
        organisation_id=actor.organisation_id, community_id__in=actor.communities(Permission.PAYMENT_VIEW)
    ).select_related("community", "made_by", "voided_by")


def get_slip(actor: Actor, slip_id: int) -> DepositSlip:
    found = slips(actor).filter(pk=slip_id).first()
    if found is None:
        raise NotFound()
    return found


def open_slips(community_id: int) -> QuerySet[DepositSlip]:
    """The slips of a community that the bank has not shown yet; for callers that have checked the place."""
    return DepositSlip.objects.filter(community_id=community_id, settled_at__isnull=True, voided_at__isnull=True)


def unbanked() -> QuerySet[Shift]:
    """Accepted shifts with cash that no slip covers; for callers that narrow them to places they have checked."""
    accepted = Shift.objects.filter(state=Shift.State.ACCEPTED, counted_fen__gt=F("float_fen"))
    return accepted.exclude(pk__in=SlipShift.objects.filter(standing=True).values("shift_id"))


def to_be_banked(actor: Actor) -> QuerySet[Shift]:
    """Those of the communities whose payments the actor may see, the oldest first."""
    places = actor.communities(Permission.PAYMENT_VIEW)
    rows = unbanked().filter(organisation_id=actor.organisation_id, community_id__in=places)
    return rows.select_related("community", "cashier").order_by("closed_at", "pk")


def shift_cash(shift: Shift) -> int:
    """What a counted shift brings in for the bank, in fen."""
    return to_bank(shift.counted_fen or 0, shift.float_fen)


def shift_late(shift: Shift, today: dt.date) -> bool:
    return shift.closed_at is not None and banking_late(shift.closed_at.astimezone(CHINA).date(), today)


def slip_late(slip: DepositSlip, today: dt.date) -> bool:
    return slip.settled_at is None and slip.voided_at is None and settling_late(slip.bank_on, today)


def overdue(actor: Actor, today: dt.date) -> int:
    """How many shifts should have been banked, and slips shown by the bank, where the actor makes slips."""
    places = actor.communities(Permission.SLIP_MAKE)
    late = sum(shift_late(row, today) for row in to_be_banked(actor).filter(community_id__in=places))
    return late + sum(slip_late(row, today) for row in DepositSlip.objects.filter(
        community_id__in=places, settled_at__isnull=True, voided_at__isnull=True))  # fmt: skip


def cash_on_hand(community_id: int) -> int:
    """What the books hold as cash of a community that the caller has checked, in fen."""
    legs = Leg.objects.filter(community_id=community_id, account=Account.CASH.value)
    return int(legs.aggregate(fen=Sum("amount_fen", default=0))["fen"])


@transaction.atomic
def make_slip(community_id: int, draft: SlipDraft, *, actor: Actor) -> DepositSlip:
    """Bank the cash of some shifts: Dr cash in transit, Cr cash on hand.

    Raises ``AmountDiffers``, ``MoreThanHeld``, ``Invalid`` and ``DomainError`` for shifts that are not to be banked, a number
    used before, a day to come, or a scan that is none.
    """
    community = get_community(actor, community_id, Permission.SLIP_MAKE)
    number, note = limited(draft.number, "缴款单号", 40, required=True), limited(draft.note, "说明", 200)
    if draft.bank_on > clock.today():
        raise Invalid(field="缴存日期", reason="晚于今天")
    kind = scan_kind(draft.scan) if draft.scan else ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [CASH_LOCK, community.pk])
    covered = _covered(community, draft.shift_ids)
    total = sum(covered.values())
    check_slip(draft.amount_fen, total, cash_on_hand(community.pk), note)
    slip = _written(community, draft, number, note, total, actor)
    SlipShift.objects.bulk_create([SlipShift(slip=slip, shift_id=pk, amount_fen=fen) for pk, fen in covered.items()])
    if draft.scan:
        SlipScan.objects.create(slip=slip, kind=kind, content=draft.scan, sha256=hashlib.sha256(draft.scan).hexdigest())
    post(SLIP_KIND, slip.pk, _postings(slip.amount_fen), actor=actor, community_id=community.pk, memo=f"{slip} 缴存银行")
    audit.record(actor, SLIP_KIND, slip, reason=note, after={
        "amount_fen": slip.amount_fen, "covered_fen": total, "shifts": list(covered), "bank_on": slip.bank_on, "scan": bool(draft.scan),
    })  # fmt: skip
    return slip


def _postings(fen: int) -> list[Posting]:
    return [Posting(Account.TRANSIT, fen), Posting(Account.CASH, -fen)]


def _covered(community: Community, shift_ids: Sequence[int]) -> dict[int, int]:
    wanted = sorted(set(shift_ids))
    if len(wanted) > MOST_SHIFTS:
        raise Invalid(field="班次", reason="一张缴款单最多 60 个班次")
    rows = list(Shift.objects.select_for_update().filter(pk__in=wanted, community=community).order_by("pk"))
    if len(rows) != len(wanted):
        raise NotFound()
    if any(row.state != Shift.State.ACCEPTED for row in rows):
        raise DomainError("shift_not_accepted", "所选班次里有交班还没复核的。")
    if SlipShift.objects.filter(shift_id__in=wanted, standing=True).exists():
        raise DomainError("shift_banked", "所选班次里有已经缴存过的。")
    return {row.pk: shift_cash(row) for row in rows}


def _written(community: Community, draft: SlipDraft, number: str, note: str, total: int, actor: Actor) -> DepositSlip:
    try:
        with transaction.atomic():
            return DepositSlip.objects.create(
                organisation_id=actor.organisation_id, community=community, number=number, bank_on=draft.bank_on,
                amount_fen=draft.amount_fen, covered_fen=total, note=note, made_by_id=actor.user_id, made_at=clock.now(),
            )  # fmt: skip
    except IntegrityError as error:
        raise DomainError("slip_number_used", "缴款单号「{number}」已经登记过。", number=number) from error


def lock_slip(slip_id: int, community_id: int) -> DepositSlip:
    """A slip of a community that the bank has not shown, locked. Raises ``NotFound`` and ``DomainError``."""
    slip = DepositSlip.objects.select_for_update().filter(pk=slip_id, community_id=community_id).first()
    if slip is None:
        raise NotFound()
    if slip.voided_at is not None or slip.settled_at is not None:
        raise DomainError("slip_ended", "{slip} 已经到账或作废。", slip=str(slip))
    return slip


@transaction.atomic
def settle_slip(slip_id: int, community_id: int, on: dt.date, *, actor: Actor) -> DepositSlip:
    """The bank's statement shows the slip on a day. Called by the room that read it, which books the other side."""
    slip = lock_slip(slip_id, community_id)
    slip.settled_on, slip.settled_at = on, clock.now()
    slip.save(update_fields=["settled_on", "settled_at"])
    audit.record(actor, "cashdesk.slip_settled", slip, after={"on": on})
    return slip


@transaction.atomic
def reopen_slip(slip_id: int, community_id: int, reason: str, *, actor: Actor) -> DepositSlip:
    """The line that seemed to show the slip was another: the slip is on its way again. Called by the room that undoes the match,
    which books the other side."""
    slip = DepositSlip.objects.select_for_update().filter(pk=slip_id, community_id=community_id, settled_at__isnull=False).first()
    if slip is None:
        raise NotFound()
    before = {"on": slip.settled_on}
    slip.settled_on = slip.settled_at = None
    slip.save(update_fields=["settled_on", "settled_at"])
    audit.record(actor, "cashdesk.slip_reopened", slip, before=before, reason=reason)
    return slip


@transaction.atomic
def ask_void_slip(slip_id: int, reason: str, *, actor: Actor) -> Request:
    """Ask a second person to make a slip void that was written wrongly."""
    slip = get_slip(actor, slip_id)
    actor.require(Permission.SLIP_MAKE, slip.community_id)
    slip = lock_slip(slip.pk, slip.community_id)
    payload = {"slip": slip.pk, "number": slip.number, "amount_fen": slip.amount_fen}
    return approvals.ask(VOID_SLIP_KIND, slip, actor=actor, community_id=slip.community_id, payload=payload, reason=reason, amount_fen=slip.amount_fen)


def void_slip(request: Request, actor: Actor) -> None:
    """Carried out on approval: the money is cash on hand again, its shifts are to be banked again."""
    slip = lock_slip(request.subject_id, request.community_id)
    if approvals.decided_by(slip.made_by_id, request, actor):
        raise approvals.SamePerson()
    slip.voided_by_id, slip.voided_at = actor.user_id, clock.now()
    slip.save(update_fields=["voided_by", "voided_at"])
    slip.shifts.update(standing=False)
    postings = [Posting(leg.account, -leg.amount_fen) for leg in _postings(slip.amount_fen)]
    post(VOID_SLIP_KIND, slip.pk, postings, actor=actor, community_id=slip.community_id, memo=f"{slip} 作废")
    audit.record(actor, VOID_SLIP_KIND, slip, reason=request.reason)
