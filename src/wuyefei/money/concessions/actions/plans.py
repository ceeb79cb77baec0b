"""Asking for a plan, the opinions on it, agreeing and turning it down, signing it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from wuyefei.foundation.access.actor import SYSTEM, Actor, service_actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.errors import Invalid, NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.billing.public import (
    INSTALMENT,
    Receivable,
    end_hold,
    lock_receivables,
    place_hold,
    receivables,
    standings,
)

from .. import queries
from ..limiting import limits_of
from ..models import Assessment, Plan, PlanBill, PlanPart
from ..origins import origin_of
from ..rules.plans import (
    SEAT_NAMES,
    STATE_NAMES,
    AlreadyPlanned,
    Basis,
    BillsChanged,
    NotAgreed,
    NotMediated,
    PlanLate,
    PlanState,
    Seat,
    SeatTaken,
    State,
    Wanted,
    check_terms,
    hold_ends,
    last_day,
    schedule,
)

POLICY_KIND, HARDSHIP_KIND, MEDIATION_KIND = "concessions.plan", "concessions.hardship", "concessions.mediation"
KINDS = {Basis.POLICY: POLICY_KIND, Basis.HARDSHIP: HARDSHIP_KIND, Basis.MEDIATION: MEDIATION_KIND}
MOST_BILLS = 200


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """What is asked for. ``follows``: the plan that this one is agreed anew of. ``origin``: where the payer
    asked for it, such as a work order (``origins``)."""

    basis: Basis
    months: int
    first_due_on: dt.date
    reason: str
    relief_percent: int = 0
    follows: int | None = None
    origin: str = ""


def as_system(actor: Actor) -> Actor:
    """The program's own rights under the name of who caused it: agreeing a plan is what places its holds, whoever may agree."""
    return dataclasses.replace(service_actor(actor.organisation_id, SYSTEM), user_id=actor.user_id, name=actor.name)


@transaction.atomic
def propose(property_id: int, receivable_ids: Sequence[int], terms: PlanTerms, *, actor: Actor) -> Plan:
    """Ask for a plan over the unpaid principal of one payer's receivables. What a second person (of a payer in difficulty:
    three) agrees to is exactly this. Raises ``Invalid``, ``TooSmall``, ``AlreadyPlanned``, ``PlanState``, ``NotFound``."""
    bills = _chosen(receivable_ids, actor)
    first = bills[0]
    actor.require(Permission.ADJUST_REQUEST, first.community_id)
    if property_id not in {bill.property_id for bill in bills}:
        property_id = first.property_id
    before = _followed(terms, first, actor)
    _check_origin(terms, first, actor)
    if queries.in_a_plan([bill.pk for bill in bills], before.pk if before else None):
        raise AlreadyPlanned()
    today, total = clock.today(), sum(bill.outstanding_fen for bill in bills)
    limits = limits_of(first.organisation_id)
    check_terms(Wanted(terms.basis, terms.months, terms.relief_percent, terms.first_due_on), total, today, limits)
    late = sum(one.payable_fen for one in standings(bills, today).values())
    plan = Plan.objects.create(
        organisation_id=first.organisation_id, community_id=first.community_id, property_id=property_id, payer_id=first.payer_id,
        follows=before, origin=terms.origin, basis=terms.basis, months=terms.months, relief_percent=terms.relief_percent, grace_days=limits.grace_days,
        total_fen=total, late_fee_fen=late, reason=limited(terms.reason, "原因", 400, required=True), made_by_id=actor.user_id,
        made_at=clock.now(),
    )  # fmt: skip
    PlanBill.objects.bulk_create([PlanBill(plan=plan, receivable=bill, principal_fen=bill.outstanding_fen) for bill in bills])
    parts = schedule(total, terms.months, terms.first_due_on)
    PlanPart.objects.bulk_create([PlanPart(plan=plan, number=one.number, due_on=one.due_on, amount_fen=one.amount_fen) for one in parts])
    payload = {"plan": plan.pk, "part_count": plan.months, "relief_percent": plan.relief_percent, "first_due_on": terms.first_due_on,
               "bills": [bill.pk for bill in bills], "total_fen": total}  # fmt: skip
    request = approvals.ask(KINDS[terms.basis], plan, actor=actor, community_id=plan.community_id, payload=payload, reason=plan.reason, amount_fen=total)
    plan.request_id = request.pk
    plan.save(update_fields=["request_id"])
    audit.record(actor, "concessions.propose", plan, after=payload, reason=plan.reason)
    return plan


def _chosen(receivable_ids: Sequence[int], actor: Actor) -> list[Receivable]:
    """The receivables under lock, in order of due date; all of one payer in one community, none reversed or paid."""
    wanted = sorted(set(receivable_ids))
    if not 1 <= len(wanted) <= MOST_BILLS:
        raise Invalid(field="账单", reason="请选 1 到 200 笔")
    place = receivables(actor).filter(pk=wanted[0]).values_list("community_id", flat=True).first()
    if place is None:
        raise NotFound()
    bills = sorted(lock_receivables(wanted, place), key=lambda bill: (bill.due_on, bill.pk))
    if len(bills) != len(wanted):
        raise NotFound()
    if len({bill.payer_id for bill in bills}) > 1:
        raise Invalid(field="账单", reason="一份分期只能是同一缴费人的账单")
    if any(bill.reversed_at is not None or bill.outstanding_fen <= 0 for bill in bills):
        raise Invalid(field="账单", reason="有账单已经缴清或红冲")
    return bills


def _followed(terms: PlanTerms, first: Receivable, actor: Actor) -> Plan | None:
    if terms.follows is None:
        return None
    before = queries.get_plan(actor, terms.follows)
    if before.payer_id != first.payer_id or before.community_id != first.community_id:
        raise NotFound()
    if before.state not in (State.ACTIVE, State.BREACHED):
        raise PlanState(state=STATE_NAMES[State(before.state)], verb="重新协商")
    return before


def _check_origin(terms: PlanTerms, first: Receivable, actor: Actor) -> None:
    """What the payer asked for leads to a plan of their own once. A mediated one comes from its agreement."""
    origin = origin_of(actor, terms.origin) if terms.origin else None
    if terms.basis is Basis.MEDIATION and not (origin and origin.mediated):
        raise NotMediated()
    if origin is None:
        return
    if origin.payer_id != first.payer_id or origin.community_id != first.community_id:
        raise NotFound()
    if queries.plan_from(terms.origin) is not None:
        raise AlreadyPlanned()


def locked(plan_id: int, actor: Actor) -> Plan:
    row = Plan.objects.select_for_update(of=("self",)).filter(pk=plan_id, organisation_id=actor.organisation_id, community_id__in=actor.seen)
    plan = row.select_related("property").first()
    if plan is None:
        raise NotFound()
    return plan


@transaction.atomic
def assess(plan_id: int, seat: Seat, *, agreed: bool, note: str, actor: Actor) -> Assessment:
    """Give the opinion of a seat on a payer in difficulty. That of finance is the decision itself (``approvals.decide``).
    Raises ``SeatTaken`` for the maker, a person or a seat that has spoken, and ``PlanState`` once it is decided."""
    plan = locked(plan_id, actor)
    if seat not in (Seat.PROJECT, Seat.SERVICE):
        raise NotFound()
    actor.require(queries.SEATS[seat], plan.community_id)
    if plan.state != State.ASKED or plan.basis != Basis.HARDSHIP:
        raise PlanState(state=STATE_NAMES[State(plan.state)], verb="评估")
    if plan.made_by_id == actor.user_id or plan.assessments.filter(person_id=actor.user_id).exists() or plan.assessments.filter(seat=seat).exists():
        raise SeatTaken()
    said = limited(note, "意见", 400, required=not agreed)
    row = Assessment.objects.create(
        plan=plan, seat=seat, maker_id=plan.made_by_id, person_id=actor.user_id, agreed=agreed, note=said, at=clock.now()
    )
    audit.record(actor, "concessions.assess", plan, after={"seat": seat, "agreed": agreed}, reason=said)
    return row


def agree(request: Request, actor: Actor) -> None:
    """Carried out on approval: late fees rest from today while the plan is kept."""
    plan = locked(request.subject_id, actor)
    if plan.state != State.ASKED:
        raise PlanState(state=STATE_NAMES[State(plan.state)], verb="通过")
    if plan.basis == Basis.HARDSHIP:
        _all_agree(plan, actor)
    before = None if plan.follows_id is None else locked(plan.follows_id, actor)
    parts, today = queries.parts_of(plan), clock.today()
    if parts[0].due_on < today:
        raise PlanLate(day=parts[0].due_on)
    bills = {bill.receivable_id: bill for bill in plan.bills.all()}
    rows = lock_receivables(bills, plan.community_id)
    if any(row.reversed_at is not None or row.outstanding_fen != bills[row.pk].principal_fen for row in rows):
        raise BillsChanged()
    system = as_system(actor)
    if before is not None:
        _close_followed(before, today, system)
    if queries.in_a_plan(bills, plan.pk):
        raise AlreadyPlanned()
    ends = last_day(parts[-1], plan.grace_days)
    for row in rows:
        bill = bills[row.pk]
        bill.hold = place_hold(row.pk, today, ends, kind=INSTALMENT, source_ref=f"plan:{plan.pk}", actor=system, reason=f"分期 {plan.months} 期")
        bill.running = True
        bill.save(update_fields=["hold", "running"])
    plan.late_fee_fen = sum(one.payable_fen for one in standings(rows, today).values())
    plan.state, plan.agreed_on, plan.agreed_by_id = State.ACTIVE, today, actor.user_id
    plan.save(update_fields=["state", "agreed_on", "agreed_by", "late_fee_fen"])
    audit.record(actor, "concessions.agree", plan, after={"state": plan.state, "hold_to": ends})
    audit.publish(actor, "concessions.agreed", community_id=plan.community_id, plan=plan.pk)


def _all_agree(plan: Plan, actor: Actor) -> None:
    said = queries.opinions(plan)
    missing = [SEAT_NAMES[seat] for seat in (Seat.PROJECT, Seat.SERVICE) if seat not in said or not said[seat].agreed]
    if missing:
        raise NotAgreed(seats="、".join(missing))
    if actor.user_id in {row.person_id for row in said.values()}:
        raise SeatTaken()


def _close_followed(before: Plan, today: dt.date, system: Actor) -> None:
    """The plan agreed before gives way; what it held until yesterday stays held."""
    if before.state == State.BREACHED:
        return
    if before.state != State.ACTIVE:
        raise PlanState(state=STATE_NAMES[State(before.state)], verb="重新协商")
    stop(before, today, system)
    before.state, before.ended_on = State.REPLACED, today
    before.save(update_fields=["state", "ended_on"])
    audit.record(system, "concessions.replace", before)


def stop(plan: Plan, from_day: dt.date, system: Actor) -> None:
    """End the holds of a plan with the day before ``from_day``, at the earliest with their first; its receivables are free
    again."""
    for bill in plan.bills.filter(running=True).select_related("hold").order_by("receivable_id"):
        hold = bill.hold
        assert hold is not None and hold.ends_on is not None
        ends = hold_ends(hold.starts_on, hold.ends_on, from_day)
        if ends != hold.ends_on and not _reversed(bill):
            end_hold(hold.pk, ends, actor=system)
        bill.running = False
        bill.save(update_fields=["running"])


def _reversed(bill: PlanBill) -> bool:
    """A reversed receivable bears nothing more: its hold stays as it is."""
    return Receivable.objects.filter(pk=bill.receivable_id, reversed_at__isnull=False).exists()


def refuse(request: Request, actor: Actor) -> None:
    """Turned down, or taken back by who asked."""
    plan = locked(request.subject_id, actor)
    plan.state = State.REFUSED
    plan.save(update_fields=["state"])
    audit.record(actor, "concessions.refuse", plan)


@transaction.atomic
def sign(plan_id: int, signed_on: dt.date, *, actor: Actor) -> Plan:
    """Note that the payer has signed the agreement: it proves that they agreed (limitation, Civil Code article 195)."""
    plan = locked(plan_id, actor)
    actor.require(Permission.ADJUST_REQUEST, plan.community_id)
    if plan.agreed_on is None or plan.signed_on is not None:
        raise PlanState(state="已签署" if plan.signed_on else STATE_NAMES[State(plan.state)], verb="登记签署")
    if not plan.agreed_on - 30 * DAY <= signed_on <= clock.today():
        raise Invalid(field="签署日期", reason="应在审批通过前 30 天到今天之间")
    plan.signed_on = signed_on
    plan.save(update_fields=["signed_on"])
    audit.record(actor, "concessions.sign", plan, after={"signed_on": signed_on})
    return plan
