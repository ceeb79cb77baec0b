"""Passing somebody's list on while they are away, and taking it back: whose it is, and what it brought, stays with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction

from wuyefei.collection.followup.public import Case, Handover, hand_over, take_back, workers
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound, Phrase
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock

from .models import Drive, Household, Member, Passing
from .queries.drives import get_drive, passings_now

REASON = 60


class NotRunning(DomainError):
    code = "drive_not_running"
    message = "只有进行中的行动才能转交名单。"


@transaction.atomic
def pass_on(drive_id: int, giver_id: int, taker_id: int, last: dt.date, reason: str, *, actor: Actor) -> Passing:
    """From today to ``last`` another of those who take part does somebody's list, and works their cases where they may.

    Raises ``NotRunning``, and ``Invalid`` naming the field: for one who takes no part, a list that is passed on already, or one
    who is away themself or has somebody else's list.
    """
    row = _locked(drive_id, actor)
    today = clock.today()
    if row.state_on(today) != "running":
        raise NotRunning()
    members = {one.user_id: one.user.name for one in Member.objects.filter(drive=row).select_related("user")}
    if giver_id not in members or taker_id not in members or giver_id == taker_id:
        raise Invalid(field="转给谁", reason="请选另一位参加的人")
    if not today <= last <= row.ends_on:
        raise Invalid(field="到哪天", reason=Phrase("应在今天到 {day} 之间", day=row.ends_on))
    now = list(passings_now(row))
    if any(one.giver_id == giver_id for one in now):
        raise Invalid(field="谁的名单", reason="已经转交出去，先收回")
    if any(one.taker_id == giver_id for one in now):
        raise Invalid(field="谁的名单", reason="手上还有别人的名单，先收回或者另交别人")
    if any(one.giver_id == taker_id for one in now):
        raise Invalid(field="转给谁", reason="自己的名单也转交着")
    made = Passing.objects.create(
        organisation_id=row.organisation_id, community_id=row.community_id, drive=row, giver_id=giver_id, taker_id=taker_id, starts_on=today,
        ends_on=last, reason=limited(reason, "原因", REASON, required=True), made_by_id=actor.user_id, made_at=clock.now(),
        handovers=_cases_over(row, giver_id, taker_id, actor),
    )  # fmt: skip
    audit.record(actor, "drives.pass", row, reason=made.reason, after={"from": members[giver_id], "to": members[taker_id], "until": last})
    return made


def _cases_over(row: Drive, giver_id: int, taker_id: int, actor: Actor) -> list[int]:
    """The list's cases that lie with the giver go to the taker, if that is somebody who works cases."""
    if taker_id not in {user.pk for user in workers(actor, row.community_id)}:
        return []
    listed = Household.objects.filter(drive=row, user_id=giver_id).values("case_id")
    cases = list(Case.objects.filter(pk__in=listed, owner_id=giver_id, closed_on__isnull=True).order_by("pk").values_list("pk", flat=True))
    return [one.pk for one in hand_over(cases, taker_id, actor=actor)] if cases else []


@transaction.atomic
def end_passing(passing_id: int, *, actor: Actor) -> Passing:
    """The list is its own person's again, before the day on which it would be. Raises ``NotFound``."""
    seen = Passing.objects.filter(pk=passing_id, organisation_id=actor.organisation_id, ended_at__isnull=True).first()
    if seen is None:
        raise NotFound()
    row = _locked(seen.drive_id, actor)
    found = Passing.objects.select_for_update().filter(pk=seen.pk, ended_at__isnull=True).first()
    if found is None:
        raise NotFound()
    end(found, actor, by=actor.user_id)
    audit.record(actor, "drives.passed_back", row, after={"from": found.taker.name, "to": found.giver.name})
    return found


def end(row: Passing, actor: Actor, *, by: int | None = None) -> None:
    """Ended; its cases that still lie where they were put go back. The caller holds the drive."""
    row.ended_at, row.ended_by_id = clock.now(), by
    row.save(update_fields=["ended_at", "ended_by"])
    give_back(row.handovers, actor)


def give_back(handovers: Collection[int], actor: Actor) -> None:
    for pk in Handover.objects.filter(pk__in=handovers, undone_at__isnull=True).order_by("-pk").values_list("pk", flat=True):
        take_back(pk, actor=actor)


def end_all(drive: Drive, actor: Actor, *, before: dt.date | None = None) -> int:
    """End the passings of a drive that the caller holds, with ``before`` only those whose last day lies before it."""
    rows = Passing.objects.select_for_update().filter(drive=drive, ended_at__isnull=True).order_by("-pk")
    found = list(rows.filter(ends_on__lt=before) if before else rows)
    for row in found:
        end(row, actor)
    return len(found)


def _locked(drive_id: int, actor: Actor) -> Drive:
    found = get_drive(actor, drive_id)
    actor.require(Permission.FOLLOW_MANAGE, found.community_id)
    return Drive.objects.select_for_update().get(pk=found.pk)
