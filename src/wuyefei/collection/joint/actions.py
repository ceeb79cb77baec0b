"""Opening and closing efforts, bringing households in, showing, visiting, meeting and mending."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from wuyefei.collection.followup.public import Case, CaseClosed, get_case
from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound, Phrase
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.relations.contacts.public import (
    Channel,
    Contact,
    Draft,
    Ground,
    Purpose,
    add_ground,
    end_ground,
    lock_people,
    record,
)

from .models import PURPOSES, SIDES, Effort, Household, Meeting, Showing, Visit, Work
from .queries import get_effort, get_work, households_of, shown_of
from .rules import MOST_HOUSEHOLDS, check_fields, check_people, check_sides, check_work, row_of
from .rules import Purpose as For


class EffortClosed(DomainError):
    code = "effort_closed"
    message = "这个联合办理已经结束。"


class JoinedElsewhere(DomainError):
    code = "joined_elsewhere"
    message = "{code} 已经在另一个联合办理里。"


@dataclass(frozen=True)
class Opening:
    """What an effort is for, by which paper, and with whom."""

    title: str
    purpose: str
    basis: str
    partners: str


@transaction.atomic
def open_effort(community_id: int, draft: Opening, *, actor: Actor) -> Effort:
    """Raises ``Invalid`` naming the field."""
    place = get_community(actor, community_id, Permission.JOINT_MANAGE)
    if draft.purpose not in dict(PURPOSES):
        raise Invalid(field="目的", reason="请选一项")
    row = Effort.objects.create(
        organisation_id=place.organisation_id, community=place, title=limited(draft.title, "名称", 60, required=True), purpose=draft.purpose,
        basis=limited(draft.basis, "依据", 160, required=True), partners=limited(draft.partners, "合作单位", 160, required=True),
        opened_on=clock.today(), made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "joint.open", row, after={"purpose": row.purpose, "basis": row.basis, "partners": row.partners})
    return row


def _locked(effort_id: int, permission: Permission, actor: Actor) -> Effort:
    effort = get_effort(actor, effort_id)
    actor.require(permission, effort.community_id)
    row = Effort.objects.select_for_update().get(pk=effort.pk)
    if row.closed_on is not None:
        raise EffortClosed()
    return row


@transaction.atomic
def join(effort_id: int, case_ids: Collection[int], *, actor: Actor) -> list[Household]:
    """Bring cases in, all or none, and put on record that their payers' debts may be told to the partners.

    Raises ``CaseClosed``, ``JoinedElsewhere``, and ``Invalid`` where the effort is full.
    """
    effort = _locked(effort_id, Permission.JOINT_MANAGE, actor)
    if households_of(effort).count() + len(set(case_ids)) > MOST_HOUSEHOLDS:
        raise Invalid(field="参与户", reason=Phrase("最多 {most} 户，请另开一个", most=MOST_HOUSEHOLDS))
    cases = [get_case(actor, case_id) for case_id in sorted(set(case_ids))]
    lock_people(actor, [case.person_id for case in cases])
    return [_join(effort, case, actor) for case in cases]


def _join(effort: Effort, case: Case, actor: Actor) -> Household:
    if case.community_id != effort.community_id:
        raise NotFound()
    if case.closed_on is not None:
        raise CaseClosed()
    known = Ground.objects.filter(community_id=case.community_id, person_id=case.person_id, kind=Ground.Kind.JOINT, ended_at__isnull=True).exists()
    ground = None if known else add_ground(case.community_id, Ground.Kind.JOINT, effort.basis, person_id=case.person_id, actor=actor)
    try:
        with transaction.atomic():
            row = Household.objects.create(
                organisation_id=effort.organisation_id, community_id=effort.community_id, effort=effort, case=case, person_id=case.person_id,
                ground=ground, joined_on=clock.today(),
            )  # fmt: skip
    except IntegrityError as error:
        raise JoinedElsewhere(code=case.property.code) from error
    audit.record(actor, "joint.join", row, after={"case": case.pk, "ground": ground.pk if ground else None})
    return row


@transaction.atomic
def leave(effort_id: int, household_id: int, *, actor: Actor) -> None:
    """Take a household out; its ground holds no longer."""
    effort = _locked(effort_id, Permission.JOINT_MANAGE, actor)
    _out([_household(effort, household_id)], "退出联合办理", actor)


def _household(effort: Effort, household_id: int) -> Household:
    row = households_of(effort).filter(pk=household_id).first()
    if row is None:
        raise NotFound()
    return row


def _out(rows: Collection[Household], why: str, actor: Actor) -> None:
    for row in rows:
        row.left_on = clock.today()
        row.save(update_fields=["left_on"])
        if row.ground_id is not None and row.ground is not None and row.ground.ended_at is None:
            end_ground(row.ground_id, why, actor=actor)
        audit.record(actor, "joint.leave", row, reason=why)


@transaction.atomic
def close_effort(effort_id: int, result: str, *, actor: Actor) -> Effort:
    """End it with its result; every household leaves."""
    effort = _locked(effort_id, Permission.JOINT_MANAGE, actor)
    effort.result, effort.closed_on = limited(result, "结果", 400, required=True), clock.today()
    effort.save(update_fields=["result", "closed_on"])
    _out(list(households_of(effort).select_related("ground")), "联合办理结束", actor)
    audit.record(actor, "joint.close", effort, reason=effort.result)
    return effort


@transaction.atomic
def show(effort_id: int, side: str, receiver: str, fields: Collection[str], *, actor: Actor) -> Showing:
    """Hand the chosen fields of the households to a partner: kept as they were shown, and by whom to whom.

    Raises ``Invalid`` for a field that the purpose does not need, and where there is nobody to show.
    """
    effort = _locked(effort_id, Permission.JOINT_MANAGE, actor)
    if side not in dict(SIDES):
        raise Invalid(field="提供给", reason="请选一项")
    purpose = For(effort.purpose)
    chosen = check_fields(purpose, fields)
    rows = [row_of(shown_of(one, purpose), chosen) for one in households_of(effort)]
    if not rows:
        raise Invalid(field="参与户", reason="还没有参与户")
    row = Showing.objects.create(
        organisation_id=effort.organisation_id, community_id=effort.community_id, effort=effort, side=side,
        receiver=limited(receiver, "接收人", 60, required=True), fields=[field.value for field in chosen], rows=rows, made_by_id=actor.user_id,
        made_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "joint.show", row, after={"side": side, "receiver": row.receiver, "fields": row.fields, "households": len(rows)})
    return row


@dataclass(frozen=True)
class Went:
    """A joint visit as it went; ``people`` all who came, ours and theirs."""

    household_id: int
    at: dt.datetime
    people: int
    sides: tuple[str, ...]
    outcome: str
    note: str
    agreed: str = ""


@transaction.atomic
def visited(effort_id: int, went: Went, *, actor: Actor) -> Visit:
    """Record a joint visit. It is a contact about the debt like any other: what broke a rule is marked as such."""
    effort = _locked(effort_id, Permission.JOINT_WORK, actor)
    household = _household(effort, went.household_id)
    sides, count = check_sides(went.sides), check_people(went.people)
    why = Purpose.REMINDER if effort.purpose == For.MEDIATE else Purpose.SERVICE
    draft = Draft(household.person_id, Channel.VISIT, why, went.at, household.case.property_id, people=count, note=went.note)
    contact = record(draft, went.outcome, actor=actor)
    row = Visit.objects.create(
        organisation_id=effort.organisation_id, community_id=effort.community_id, effort=effort, household=household, contact=contact,
        sides=[side.value for side in sides], agreed=limited(went.agreed, "谈成什么", 400), made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "joint.visit", row, after={"contact": contact.pk, "sides": row.sides})
    return row


@dataclass(frozen=True)
class Minutes:
    on: dt.date
    place: str
    sides: tuple[str, ...]
    present: tuple[int, ...]
    said: str
    agreed: str = ""


@transaction.atomic
def met(effort_id: int, minutes: Minutes, *, actor: Actor) -> Meeting:
    """Keep the minutes of a three-party meeting. Raises ``Invalid`` for a meeting without a household or an office."""
    effort = _locked(effort_id, Permission.JOINT_WORK, actor)
    sides = check_sides(minutes.sides)
    here = set(households_of(effort).values_list("pk", flat=True))
    if not minutes.present:
        raise Invalid(field="到会的户", reason="三方会议至少有一户到会")
    if not set(minutes.present) <= here:
        raise NotFound()
    if not effort.opened_on <= minutes.on <= clock.today():
        raise Invalid(field="日期", reason="应在开始联合办理以后，不能在将来")
    row = Meeting.objects.create(
        organisation_id=effort.organisation_id, community_id=effort.community_id, effort=effort, on=minutes.on,
        place=limited(minutes.place, "地点", 60, required=True), sides=[side.value for side in sides], present=sorted(set(minutes.present)),
        said=limited(minutes.said, "各方意见", 1000, required=True), agreed=limited(minutes.agreed, "谈成什么", 400), made_by_id=actor.user_id,
        made_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "joint.meeting", row, after={"on": row.on, "present": len(row.present), "sides": row.sides})
    return row


@transaction.atomic
def plan_work(effort_id: int, title: str, homes: int, cost_fen: int, planned_on: dt.date, *, actor: Actor) -> Work:
    """Put a small work on the list; its money is booked where it is spent, not here."""
    effort = _locked(effort_id, Permission.JOINT_WORK, actor)
    check_work(homes, cost_fen)
    row = Work.objects.create(
        organisation_id=effort.organisation_id, community_id=effort.community_id, effort=effort, title=limited(title, "做什么", 60, required=True),
        homes=homes, cost_fen=cost_fen, planned_on=planned_on, made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "joint.work", row, after={"homes": homes, "cost_fen": cost_fen, "planned_on": planned_on})
    return row


@transaction.atomic
def work_done(work_id: int, note: str, *, actor: Actor) -> Work:
    """The work is done; a second time changes nothing."""
    effort = _locked(get_work(actor, work_id).effort_id, Permission.JOINT_WORK, actor)
    row = Work.objects.select_for_update().get(pk=work_id, effort=effort)
    if row.done_on is None:
        row.done_on, row.note = clock.today(), limited(note, "说明", 200)
        row.save(update_fields=["done_on", "note"])
        audit.record(actor, "joint.work_done", row, after={"done_on": row.done_on})
    return row


OUTCOMES = [
    (one.value, one.label)
    for one in (
        Contact.Outcome.REACHED, Contact.Outcome.PROMISED, Contact.Outcome.CLAIMS_PAID, Contact.Outcome.DISPUTES, Contact.Outcome.HARDSHIP,
        Contact.Outcome.NOT_HOME, Contact.Outcome.HUNG_UP,
    )
]  # fmt: skip
"""What may become of a visit."""
