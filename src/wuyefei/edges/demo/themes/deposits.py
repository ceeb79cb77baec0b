"""Deposits: fit-out and shops' deposits billed and paid, one given back with a deduction, one overdue, one asked for; two more went
to the bank in a payment file, and one of them came back unpaid."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from functools import partial

from wuyefei.estate.people.public import update_person
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
from wuyefei.money.payouts.public import PayoutFile, import_answer, make_file, read_answer
from wuyefei.money.sheets.public import DepositTerms, Head, ask_to_bill, draft_deposit

from ..scene import Act, Scene
from .leases import MONTHS, SHOPS

FLATS = 6
TO_BANK = slice(4, 6)
"""The flats whose deposits went to the bank together."""
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
    sent, answered = (scene.calendar.today - days * DAY for days in (3, 2))
    if Month.of(sent) == month:
        yield Act(at(sent, 10, 20), partial(_to_bank, scene))
    if Month.of(answered) == month:
        yield Act(at(answered, 16, 20), partial(_bank_answers, scene))
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


def _to_bank(scene: Scene) -> None:
    """Two deposits of 2,000.00 go back by bank transfer, in one payment file. Who notes the account does not make the file."""
    rows = list(Deposit.objects.filter(community=scene.community, bill__item__code=FITTED, bill__outstanding_fen=0).order_by("pk")[TO_BANK])
    for number, row in enumerate(rows, start=1):
        update_person(row.holder_id, bank=f"62000000770{scene.community.pk % 100:02d}{number:05d}", reason="退押金时业主提供", actor=scene.manager)
        draft = ReturnDraft(row.pk, clock.today(), "装修完工，查验完好", 200_000, (), "transfer")
        made = ask_return(draft, actor=scene[Role.FINANCE])
        decide(Request.objects.get(kind="deposits.return", subject_id=made.pk).pk, approved=True, actor=scene[Role.FINANCE_LEAD])
    if rows:
        make_file(actor=scene[Role.FINANCE])


def _bank_answers(scene: Scene) -> None:
    """The first is paid, the other account's name is not the payee's: it waits for finance to correct it."""
    file = PayoutFile.objects.filter(payouts__community=scene.community).order_by("-pk").first()
    if file is None:
        return
    lines = ["业务编号,收款账号,收款人,金额,处理结果,失败原因,交易日期,银行流水号"]
    rows = list(file.payouts.select_related("payee").order_by("place"))
    for row in rows:
        failed = row is rows[-1]
        sum_ = f"{row.amount_fen // 100}.{row.amount_fen % 100:02d}"
        result = ("失败", "收款账号与户名不符", "") if failed else ("成功", "", f"WY{clock.today():%y%m%d}{row.place:06d}")
        lines.append(f"{row.number},****{row.account_tail},{row.payee.name},{sum_},{result[0]},{result[1]},{clock.today()},{result[2]}")
    read = read_answer(f"{file.number}_回盘.csv", "\n".join(lines).encode("gb18030"), actor=scene[Role.FINANCE])
    import_answer(file.pk, read, actor=scene[Role.FINANCE])
