"""What ``verify`` proves of plans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from django.db.models import Q, Sum

from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.foundation.approvals.models import Decision
from wuyefei.foundation.kernel.errors import Phrase
from wuyefei.foundation.kernel.money import yuan
from wuyefei.foundation.shell.verify import Examined, Finding, Yielded, register_check
from wuyefei.money.billing.public import INSTALMENT, Adjustment, LateFeeWaiver, Receivable
from wuyefei.money.ledger.public import Account, control

from .measures import as_billed, ref_of, terms_of
from .models import GivenUp, MeasureBill, Plan, YearBill
from .rules.emergency import effect
from .rules.given_up import GivenUpState, Way
from .rules.plans import Part, State, last_day
from .rules.pricing import percent_of

AGREED = (State.ACTIVE, State.COMPLETED, State.BREACHED, State.REPLACED)
TABLE = "concessions_plan"


def _plans(organisation_id: int) -> list[Plan]:
    return list(
        Plan.objects.filter(organisation_id=organisation_id).prefetch_related("parts", "bills__hold", "assessments").order_by("pk")
    )


def conserved(organisation_id: int) -> Iterator[Yielded]:
    """The parts of a plan, and the principal of its receivables, both add up to its sum; parts follow each other."""
    for plan in _plans(organisation_id):
        yield Examined(1)
        parts = sorted(plan.parts.all(), key=lambda part: part.number)
        of_parts, of_bills = sum(part.amount_fen for part in parts), sum(bill.principal_fen for bill in plan.bills.all())
        if {of_parts, of_bills} != {plan.total_fen}:
            what = Phrase("本金 {total}，各期合计 {parts}，账单合计 {bills}", total=yuan(plan.total_fen), parts=yuan(of_parts), bills=yuan(of_bills))
            yield Finding("concessions.parts", TABLE, plan.pk, what)
        days = [part.due_on for part in parts]
        if [part.number for part in parts] != list(range(1, plan.months + 1)) or days != sorted(set(days)):
            yield Finding("concessions.parts", TABLE, plan.pk, "期次不连续，或到期日不是一期晚于一期")


def held(organisation_id: int) -> Iterator[Yielded]:
    """What a plan covers is held from the day it was agreed to the end of its grace; once it ended, no longer."""
    for plan in _plans(organisation_id):
        if plan.state not in AGREED:
            continue
        yield Examined(1)
        last = max(plan.parts.all(), key=lambda part: part.number)
        until = last_day(Part(last.number, last.due_on, last.amount_fen), plan.grace_days)
        for bill in plan.bills.all():
            hold = bill.hold
            running = plan.state == State.ACTIVE
            if hold is None or (hold.kind, hold.starts_on, hold.source_ref) != (INSTALMENT, plan.agreed_on, f"plan:{plan.pk}"):
                yield Finding("concessions.holds", TABLE, plan.pk, Phrase("应收 {row} 没有这份分期的停计", row=bill.receivable_id))
            elif bill.running is not running or hold.ends_on is None or hold.ends_on > until or (running and hold.ends_on != until):
                yield Finding("concessions.holds", TABLE, plan.pk, Phrase("应收 {row} 的停计止日或状态与分期不符", row=bill.receivable_id))


def relieved(organisation_id: int) -> Iterator[Yielded]:
    """Relief stands beside a kept plan only, and equals the waivers booked for it."""
    waived = dict(
        LateFeeWaiver.objects.filter(organisation_id=organisation_id).values_list("approval_id").annotate(Sum("amount_fen")).order_by()
    )
    for plan in _plans(organisation_id):
        yield Examined(1)
        has, should = waived.get(plan.request_id or 0, 0), plan.relief_fen or 0
        if has != should or (should and plan.state != State.COMPLETED):
            yield Finding("concessions.relief", TABLE, plan.pk, Phrase("减免的违约金 {has}，应为 {should}", has=yuan(has), should=yuan(should)))


def assessed(organisation_id: int) -> Iterator[Yielded]:
    """An agreed plan was agreed by somebody else than its maker; of a payer in difficulty by three people of three seats."""
    plans = [plan for plan in _plans(organisation_id) if plan.state in AGREED]
    decided = dict(
        Decision.objects.filter(request_id__in=[plan.request_id for plan in plans], approved=True).values_list("request_id", "person_id")
    )
    for plan in plans:
        yield Examined(1)
        people = [decided.get(plan.request_id or 0), plan.made_by_id]
        if plan.basis == Plan.Basis.HARDSHIP:
            people += [row.person_id for row in plan.assessments.all() if row.agreed]
        wanted = 4 if plan.basis == Plan.Basis.HARDSHIP else 2
        if plan.agreed_by_id != people[0] or len(people) != wanted or len(set(people)) != wanted:
            yield Finding("concessions.four_eyes", TABLE, plan.pk, "没有由不同的人审批或评估")


def years_priced(organisation_id: int) -> Iterator[Yielded]:
    """A billed year's receivable has its list price, exactly one discount of its percentage, and was agreed by another
    person; one that lapsed is reversed."""
    rows = YearBill.objects.filter(organisation_id=organisation_id, receivable__isnull=False).select_related("receivable").order_by("pk")
    off = dict(
        Adjustment.objects.filter(organisation_id=organisation_id, kind="adjust", approval_id__in=rows.values("request_id"), receivable__in=rows.values("receivable_id"))
        .values_list("receivable_id").annotate(Sum("amount_fen")).order_by()
    )  # fmt: skip
    for row in rows:
        yield Examined(1)
        bill = row.receivable
        assert bill is not None
        should = percent_of(bill.amount_fen, row.percent)
        if (bill.amount_fen, row.off_fen, -off.get(bill.pk, 0)) != (row.list_fen, should, should):
            what = Phrase("原价 {list}、优惠 {off}，账单 {bill}、调整 {has}，应优惠 {should}", list=yuan(row.list_fen), off=yuan(row.off_fen),
                          bill=yuan(bill.amount_fen), has=yuan(-off.get(bill.pk, 0)), should=yuan(should))  # fmt: skip
            yield Finding("concessions.years", "concessions_yearbill", row.pk, what)
        elif row.agreed_by_id in (None, row.made_by_id) or (row.state == YearBill.State.LAPSED and bill.reversed_at is None):
            yield Finding("concessions.years", "concessions_yearbill", row.pk, "没有由不同的人审批，或逾期作废而账单没有撤销")


def measured(organisation_id: int) -> Iterator[Yielded]:
    """What an emergency policy took off a bill is its percentage of the price of the days in question, unless less was open;
    it stands in the books; and another person agreed."""
    rows = MeasureBill.objects.filter(measure__organisation_id=organisation_id).select_related("measure", "adjustment", "hold", "receivable__item")
    for row in rows.order_by("pk"):
        yield Examined(1)
        measure = row.measure
        bill = as_billed(row.receivable, terms_of(measure).span)
        found = effect(replace(bill, open_fen=bill.amount_fen), terms_of(measure))
        base = found.base_fen if found else 0
        has = -row.adjustment.amount_fen if row.adjustment else 0
        if row.base_fen != base or row.off_fen != has or row.off_fen > percent_of(base, measure.percent):
            what = Phrase("减 {has}，按 {base} 的 {percent}% 应不超过 {should}", has=yuan(has), base=yuan(base), percent=measure.percent,
                          should=yuan(percent_of(base, measure.percent)))  # fmt: skip
            yield Finding("concessions.measures", "concessions_measurebill", row.pk, what)
        elif measure.agreed_by_id in (None, measure.made_by_id) or (row.hold and row.hold.source_ref != ref_of(measure)):
            yield Finding("concessions.measures", "concessions_measurebill", row.pk, "没有由不同的人审批，或停计不是这项政策的")


def bad_debt(organisation_id: int) -> Iterator[Yielded]:
    """Account 6702 equals what stands written off of the firm's own receivables."""
    rows = Adjustment.objects.filter(organisation_id=organisation_id, kind__in=Adjustment.LOSS).filter(
        Q(receivable__item__nature__in=[ChargeItem.Nature.INCOME, ChargeItem.Nature.ADVANCE]) | Q(receivable__kind=Receivable.Kind.OPENING)
    )
    lost = {community_id: -fen for community_id, fen in rows.values_list("community_id").annotate(Sum("amount_fen")).order_by()}
    yield from control("concessions.bad_debt", organisation_id, Account.BAD_DEBT, lost, name="信用减值损失")


def given_up(organisation_id: int) -> Iterator[Yielded]:
    """What was given up stands in the books as it was agreed, by another person than asked; of a bill no more was taken up again
    than was written off."""
    rows = GivenUp.objects.filter(organisation_id=organisation_id, state=GivenUpState.DONE).select_related("adjustment", "waiver")
    for row in rows.order_by("pk"):
        yield Examined(1)
        has = -row.adjustment.amount_fen if row.adjustment else 0
        kind = Adjustment.Kind.WRITE_OFF if row.way == Way.WRITE_OFF else Adjustment.Kind.ADJUST
        facts = [fact for fact in (row.adjustment, row.waiver) if fact]
        if has != row.principal_fen or any(fact.receivable_id != row.receivable_id for fact in facts) or (row.adjustment and row.adjustment.kind != kind):
            what = Phrase("本金 {has}，应为 {should}", has=yuan(has), should=yuan(row.principal_fen))
            yield Finding("concessions.given_up", "concessions_givenup", row.pk, what)
        elif row.agreed_by_id in (None, row.made_by_id) or any(fact.approval_id != row.request_id for fact in facts):
            yield Finding("concessions.given_up", "concessions_givenup", row.pk, "没有由不同的人审批，或账上的记录不是这项申请的")
    losses = Adjustment.objects.filter(organisation_id=organisation_id, kind__in=Adjustment.LOSS).values_list("receivable_id")
    for receivable_id, fen in losses.annotate(Sum("amount_fen")).order_by("receivable_id"):
        yield Examined(1)
        if fen > 0:
            yield Finding("concessions.given_up", "billing_receivable", receivable_id, Phrase("收回比核销多 {sum}", sum=yuan(fen)))


def register() -> None:
    register_check("concessions.given_up", "核销与裁减和账上一致", given_up)
    register_check("concessions.bad_debt", "坏账损失总账等于明细", bad_debt)
    register_check("concessions.measures", "应急减免的金额可由政策和账单重算", measured)
    register_check("concessions.years", "年付的原价、优惠与账单一致", years_priced)
    register_check("concessions.parts", "分期各期合计等于本金", conserved)
    register_check("concessions.holds", "分期的违约金停计与分期一致", held)
    register_check("concessions.relief", "分期减免的违约金等于减免记录", relieved)
    register_check("concessions.four_eyes", "分期由不同的人审批和评估", assessed)
