"""What people do in a case: log a contact, set the next step, give it to somebody, grant a green lane."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.inserting import insert
from wuyefei.relations.contacts.public import (
    Channel,
    Contact,
    Draft,
    Purpose,
    Refused,
    StepRefused,
    cancel,
    close,
    contacts,
    plan,
    record,
)

from ..models import Act, Case, Lane, Promise, Reason, Script, Step
from ..queries.cases import get_case, lane_of, overdue_bills
from ..rules.promises import check_promise
from .reckoning import hold, reckon

KEY = 64


class CaseMoved(DomainError):
    code = "case_moved"
    message = "{name} 在 {time} 刚记过这一户：{outcome}。没有保存你的记录；看过以后可以再存一次。"


class CaseClosed(DomainError):
    code = "case_closed"
    message = "这一户已经缴清，案件已结，不用再联系。"


@dataclass(frozen=True)
class Log:
    """A contact as it went. ``seen``: how many acts the sender saw; ``next_at``: the next contact, None for what the rules
    say; a promise is made by ``outcome`` promised with both its fields."""

    client_key: str
    seen: int
    channel: Channel
    outcome: str
    at: dt.datetime
    reason: str = ""
    note: str = ""
    promise_fen: int | None = None
    promise_on: dt.date | None = None
    next_at: dt.datetime | None = None
    script_id: int | None = None


@dataclass(frozen=True)
class Logged:
    """``again``: it had been logged before; ``refused``: the guard turned the next contact away, the log stands."""

    act: Act
    again: bool = False
    refused: Refused | None = None


def log(case_id: int, entry: Log, *, actor: Actor) -> Logged:
    """Log a contact, keep its promise, plan the next one, and work the case out anew. Sent again, it is not logged again.

    Raises ``CaseMoved`` where somebody else has logged since, ``CaseClosed``, and ``Invalid`` for a field.
    """
    key = limited(entry.client_key, "编号", KEY, required=True)
    if entry.reason and entry.reason not in Reason.values:
        raise Invalid(field="未缴原因", reason="请选一项")
    with transaction.atomic():
        case = _locked(case_id, actor)
        known = Act.objects.filter(organisation_id=actor.organisation_id, client_key=key).first()
        if known is not None:
            if known.case_id != case.pk or known.made_by_id != actor.user_id:
                raise NotFound()
            return Logged(known, again=True)
        _unmoved(case, entry.seen)
        contact = _contact(case, entry, actor)
        case.acts += 1
        act = Act(
            organisation_id=case.organisation_id, community_id=case.community_id, case=case, contact=contact, client_key=key,
            number=case.acts, outcome=entry.outcome, reason=entry.reason, script=_script(entry.script_id, actor),
            made_by_id=actor.user_id, made_at=clock.now(),
        )  # fmt: skip
        insert(act)
        case.reason = entry.reason or case.reason
        case.owner_id = case.owner_id or actor.user_id
        case.save(update_fields=["acts", "reason", "owner"])
        _promise(case, act, entry, actor)
        _settle_step(case, actor)
        audit.record(actor, "followup.log", case, after={"outcome": entry.outcome, "reason": entry.reason, "number": act.number})
        refused = _plan_next(case, entry, actor)
        reckon(case.community_id, clock.today(), [case.person_id])
    return Logged(act, refused=refused)


def _locked(case_id: int, actor: Actor) -> Case:
    """The case for writing; the place's lock comes first."""
    case = get_case(actor, case_id)
    actor.require(Permission.FOLLOW_WORK, case.community_id)
    hold(case.community_id)
    return Case.objects.select_for_update().get(pk=case.pk)


def _unmoved(case: Case, seen: int) -> None:
    if case.closed_on is not None:
        raise CaseClosed()
    if case.acts > seen:
        last = Act.objects.select_related("made_by", "contact").get(case=case, number=case.acts)
        outcome = str(Contact.Outcome(last.outcome).label)
        raise CaseMoved(name=last.made_by.name, time=f"{last.made_at.astimezone(CHINA):%m-%d %H:%M}", outcome=outcome, acts=case.acts)


def _settle_step(case: Case, actor: Actor) -> None:
    """Whoever has contacted the household has done the step of the day."""
    live = Step.objects.filter(person_id=case.person_id, state__in=(Step.State.DRAFT, Step.State.RELEASED))
    live.update(state=Step.State.DONE, settled_by_id=actor.user_id, settled_at=clock.now())


def _bills(case: Case, actor: Actor) -> tuple[int, ...]:
    asked, _disputed = overdue_bills(actor, case.person_id, clock.today())
    return tuple(bill.id for bill in asked if bill.outstanding_fen)


def _contact(case: Case, entry: Log, actor: Actor) -> Contact:
    """A planned contact of this way is closed; else a new one is recorded and what was planned is taken back."""
    planned = contacts(actor).filter(
        person_id=case.person_id, state=Contact.State.PLANNED, direction=Contact.Direction.OUT, purpose=Purpose.REMINDER.value
    ).order_by("at").first()  # fmt: skip
    if planned is not None and planned.channel == entry.channel.value:
        return close(planned.pk, entry.outcome, entry.note, at=entry.at, actor=actor)
    if planned is not None:
        cancel(planned.pk, "已用别的方式联系", actor=actor)
    draft = Draft(
        case.person_id, entry.channel, Purpose.REMINDER, entry.at, case.property_id, note=entry.note, receivable_ids=_bills(case, actor),
        people=2 if entry.channel is Channel.VISIT else 1,
    )  # fmt: skip
    return record(draft, entry.outcome, actor=actor)


def _script(script_id: int | None, actor: Actor) -> Script | None:
    if script_id is None:
        return None
    row = Script.objects.filter(pk=script_id, organisation_id=actor.organisation_id).first()
    if row is None:
        raise NotFound()
    return row


def _promise(case: Case, act: Act, entry: Log, actor: Actor) -> None:
    if entry.outcome != Contact.Outcome.PROMISED:
        return
    if entry.promise_fen is None or entry.promise_on is None:
        raise Invalid(field="承诺日期", reason="承诺缴费的，请写明日期和金额")
    asked, _disputed = overdue_bills(actor, case.person_id, clock.today())
    check_promise(entry.promise_fen, entry.promise_on, sum(bill.total_fen for bill in asked), clock.today())
    former = Promise.objects.select_for_update().filter(person_id=case.person_id, state=Promise.State.OPEN)
    former.update(state=Promise.State.REPLACED, settled_on=clock.today())
    Promise.objects.create(
        organisation_id=case.organisation_id, community_id=case.community_id, case=case, act=act, person_id=case.person_id,
        amount_fen=entry.promise_fen, due_on=entry.promise_on, made_on=clock.today(), made_at=clock.now(),
    )  # fmt: skip


def _plan_next(case: Case, entry: Log, actor: Actor) -> Refused | None:
    if entry.next_at is None:
        return None
    try:
        plan(_draft(case, Channel.PHONE, entry.next_at, actor), actor=actor)
    except StepRefused as error:
        return error.verdict
    return None


def _draft(case: Case, channel: Channel, at: dt.datetime, actor: Actor) -> Draft:
    return Draft(
        case.person_id, channel, Purpose.REMINDER, at, case.property_id, people=2 if channel is Channel.VISIT else 1,
        receivable_ids=_bills(case, actor),
    )  # fmt: skip


def set_next(case_id: int, channel: Channel, at: dt.datetime, *, actor: Actor) -> Contact:
    """Plan the next contact of a case. Raises ``StepRefused`` where the guard forbids it: the attempt is on record."""
    case = get_case(actor, case_id)
    actor.require(Permission.FOLLOW_WORK, case.community_id)
    if case.closed_on is not None:
        raise CaseClosed()
    row = plan(_draft(case, channel, at, actor), actor=actor)
    with transaction.atomic():
        case = _locked(case_id, actor)
        earlier = contacts(actor).filter(
            person_id=case.person_id, state=Contact.State.PLANNED, direction=Contact.Direction.OUT, purpose=Purpose.REMINDER.value
        ).exclude(pk=row.pk)  # fmt: skip
        for pk in list(earlier.values_list("pk", flat=True)):
            cancel(pk, "另排了下一步", actor=actor)
        live = Step.objects.filter(person_id=case.person_id, state__in=(Step.State.DRAFT, Step.State.RELEASED))
        live.update(state=Step.State.DROPPED, settled_by_id=actor.user_id, settled_at=clock.now())
        reckon(case.community_id, clock.today(), [case.person_id])
    return row


@transaction.atomic
def grant_lane(case_id: int, reason: str, *, actor: Actor) -> Lane:
    """Put a valued payer in difficulty on the green lane: grade C, served by the relations manager."""
    case = get_case(actor, case_id)
    actor.require(Permission.FOLLOW_MANAGE, case.community_id)
    hold(case.community_id)
    if lane_of(actor, case.person_id) is not None:
        raise DomainError("lane_known", "已经在绿色通道里。")
    row = Lane.objects.create(
        organisation_id=case.organisation_id, community_id=case.community_id, person_id=case.person_id,
        reason=limited(reason, "原因", 200, required=True), granted_by_id=actor.user_id, granted_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "followup.lane", row, reason=row.reason)
    reckon(case.community_id, clock.today(), [case.person_id])
    return row


@transaction.atomic
def end_lane(case_id: int, *, actor: Actor) -> None:
    """The payer leaves the green lane; that they were on it stays on record."""
    case = get_case(actor, case_id)
    actor.require(Permission.FOLLOW_MANAGE, case.community_id)
    hold(case.community_id)
    row = lane_of(actor, case.person_id)
    if row is None:
        raise DomainError("no_lane", "不在绿色通道里。")
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])
    audit.record(actor, "followup.lane_end", row)
    reckon(case.community_id, clock.today(), [case.person_id])
