"""Following plans day by day: one is broken on the day the facts say so, and earns its relief once all is paid."""

from __future__ import annotations

import logging

from django.db import transaction

from wuyefei.foundation.access.actor import SYSTEM, Actor, service_actor
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.billing.public import lock_receivables, standings, waive_part

from .. import queries
from ..models import Plan
from ..rules.plans import Going, State, Verdict, relief_fen
from .plans import locked, stop

log = logging.getLogger("wuyefei.concessions")
FOLLOW = "wuyefei.follow_plans"
BATCH = 500


def follow_plans(organisation_id: int | None) -> int:
    """Look at every running plan; returns how many came to their end. One that is refused holds no other up."""
    rows = Plan.objects.filter(state=State.ACTIVE).order_by("pk")
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    ids, ended = list(rows.values_list("pk", "organisation_id")), 0
    for start in range(0, len(ids), BATCH):
        some = dict(ids[start : start + BATCH])
        plans = Plan.objects.filter(pk__in=some).prefetch_related("parts", "bills__receivable")
        for plan_id, verdict in queries.verdicts(plans, clock.today()).items():
            if verdict.going in (Going.BREACHED, Going.COMPLETED):
                ended += _end(plan_id, some[plan_id])
    return ended


def _end(plan_id: int, organisation_id: int) -> bool:
    try:
        return follow_plan(plan_id, actor=service_actor(organisation_id, SYSTEM))
    except DomainError as error:
        log.warning("plan %s: %s", plan_id, error.text)
        return False


@transaction.atomic
def follow_plan(plan_id: int, *, actor: Actor) -> bool:
    """End a running plan if the facts of today say so; whether it did."""
    plan = locked(plan_id, actor)
    if plan.state != State.ACTIVE:
        return False
    lock_receivables(plan.bills.values_list("receivable_id", flat=True), plan.community_id)
    verdict = queries.verdicts([plan], clock.today())[plan.pk]
    if verdict.going is Going.COMPLETED:
        _complete(plan, actor)
    elif verdict.going is Going.BREACHED:
        _break(plan, verdict, actor)
    else:
        return False
    return True


def _break(plan: Plan, verdict: Verdict, actor: Actor) -> None:
    today = clock.today()
    stop(plan, today, actor)
    plan.state, plan.breached_on, plan.ended_on = State.BREACHED, verdict.breached_on, today
    plan.save(update_fields=["state", "breached_on", "ended_on"])
    audit.record(actor, "concessions.breach", plan, after={"breached_on": verdict.breached_on, "open_fen": verdict.open_fen})
    audit.publish(actor, "concessions.breached", community_id=plan.community_id, plan=plan.pk)


def _complete(plan: Plan, actor: Actor) -> None:
    """Paid to the last fen: the agreed share of the late fee still payable is let off."""
    today, given = clock.today(), 0
    rows = [bill.receivable for bill in plan.bills.select_related("receivable").order_by("receivable_id")]
    rows = [row for row in rows if row.reversed_at is None]
    standing = standings(rows, today)
    for row in rows:
        fen = relief_fen(standing[row.pk].payable_fen, plan.relief_percent)
        if fen:
            waive_part(row.pk, fen, approval_id=plan.request_id or 0, reason=f"按期履行分期协议，减免违约金 {plan.relief_percent}%", actor=actor)
            given += fen
    stop(plan, today + DAY, actor)
    plan.state, plan.ended_on, plan.relief_fen = State.COMPLETED, today, given
    plan.save(update_fields=["state", "ended_on", "relief_fen"])
    audit.record(actor, "concessions.complete", plan, after={"relief_fen": given})
    audit.publish(actor, "concessions.completed", community_id=plan.community_id, plan=plan.pk)
