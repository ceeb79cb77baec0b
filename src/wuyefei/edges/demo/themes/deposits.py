"""Deposits: fit-out and shops' deposits billed and paid, one given back with a deduction, one overdue, one asked for."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from functools import partial

from wuyefei.estate.properties.public import Property
from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import DAY, Month, Span
from wuyefei.foundation.platform import clock
from wuyefei.money.channels.public import Refund, paid_by_transfer
from wuyefei.money.deposits.public import Deposit, ReturnDraft, Withheld, ask_return
from wuyefei.money.payments.public import Batch, BatchRow, Source, take_payments_in_bulk
from wuyefei.money.sheets.public import DepositTerms, Head, ask_to_bill, draft_deposit

from ..scene import Act, Scene
from .leases import MONTHS, SHOPS

FLATS = 4
FITTED, LET = "fitting_deposit", "shop_deposit"
FIT_OUT_DAYS = 90


def plan(scene: Scene, month: Month) -> Iterator[Act]:
    if not scene.place.shop_per_m2:
        return
    first, at = max(scene.started, scene.calendar.month.plus(-MONTHS)), scene.calendar.at
    if month == first:
        yield Act(at(month.day(19), 10), partial(_bill, scene))
        yield Act(at(month.day(22), 10), partial(_paid, scene))
    if month == first.plus(3):
        yield Act(at(month.day(19), 15), partial(_back, scene, True))
    if month == first.plus(5):
        yield Act(at(month.day(19), 15), partial(_back, scene, False))


def _bill(scene: Scene) -> None:
    """Fit-out of some flats, back in three months, and two months' rent of the shops, back when the lease ends."""
    today = clock.today()
    homes = Property.objects.filter(community=scene.community, ended_on__isnull=True).order_by("sort_key", "pk")
    for code, kind, count, back in ((FITTED, "residential", FLATS, today + FIT_OUT_DAYS * DAY), (LET, "shop", SHOPS, None)):
        item = ChargeItem.objects.get(organisation_id=scene.community.organisation_id, code=code)
        codes = tuple(homes.filter(kind=kind).values_list("code", flat=True)[:count])
        if not codes:
            continue
        head = Head(item.pk, item.name, Span(today, today), today + 7 * DAY)
        sheet = draft_deposit(head, DepositTerms(codes, return_on=back), actor=scene[Role.FINANCE], community=scene.community)
        decide(ask_to_bill(sheet.pk, actor=scene[Role.FINANCE]).pk, approved=True, actor=scene[Role.FINANCE_LEAD])


def _paid(scene: Scene) -> None:
    """All but the last came by bank transfer."""
    held = list(Deposit.objects.filter(community=scene.community).select_related("bill").order_by("pk"))[:-1]
    today: dt.date = clock.today()
    rows = tuple(
        BatchRow(f"{scene.place.prefix}YJ{today:%y%m%d}{number:04d}", one.property_id, one.holder_id, one.bill.outstanding_fen, "transfer", today, (one.bill_id,))
        for number, one in enumerate(held, start=1)
    )
    if rows:
        name = f"押金到账-{today}.csv"
        batch = Batch(scene.community.pk, Source.BANK, name, hashlib.sha256(repr(rows).encode()).hexdigest(), rows)
        take_payments_in_bulk(batch, actor=scene[Role.FINANCE])


def _back(scene: Scene, decided: bool) -> None:
    """One goes back after inspection, less what had to be repaired; of another it is asked for."""
    rows = Deposit.objects.filter(community=scene.community, bill__item__code=FITTED).order_by("pk")
    row = rows.first() if decided else rows[1:2].first()
    if row is None:
        return
    kept = (Withheld("公共走道墙面修补", 35_000, "WX-0312"),) if decided else ()
    draft = ReturnDraft(row.pk, clock.today(), "走道墙面有划痕，其余完好" if decided else "完好", 200_000 - sum(one.amount_fen for one in kept), kept, "transfer")
    made = ask_return(draft, actor=scene[Role.FINANCE])
    if decided:
        request = Request.objects.get(kind="deposits.return", subject_id=made.pk)
        decide(request.pk, approved=True, actor=scene[Role.FINANCE_LEAD])
        for refund in Refund.objects.filter(deposit=row):
            paid_by_transfer(refund.pk, f"YJTK{clock.today():%y%m%d}{refund.pk}", actor=scene[Role.FINANCE])
