"""Days on which no late fee runs: placed by higher rooms for their own reasons, or by hand with a second person."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.platform import audit

from ..fees import refresh
from ..models import LateFeeHold, Receivable
from .receivables import locked

HOLD_KIND = "billing.hold"
BY_HAND = "by_hand"


@transaction.atomic
def place_hold(
    receivable_id: int, starts_on: dt.date, ends_on: dt.date | None, *, kind: str, source_ref: str, actor: Actor, reason: str = ""
) -> LateFeeHold:
    """Stop the late fee on the days ``starts_on`` … ``ends_on`` (both included; open-ended without an end)."""
    row = locked(receivable_id, actor)
    actor.require(Permission.ADJUST_REQUEST, row.community_id)
    return _place(row, starts_on, ends_on, kind=kind, source_ref=source_ref, actor=actor, reason=reason)


def _place(
    row: Receivable, starts_on: dt.date, ends_on: dt.date | None, *, kind: str, source_ref: str, actor: Actor, reason: str
) -> LateFeeHold:
    if ends_on is not None:
        Span(starts_on, ends_on)
    hold = LateFeeHold.objects.create(
        organisation_id=row.organisation_id, community_id=row.community_id, receivable=row, starts_on=starts_on,
        ends_on=ends_on, kind=kind, source_ref=source_ref, reason=reason,
    )  # fmt: skip
    refresh([row])
    audit.record(actor, "billing.hold", row, after={"from": starts_on, "to": ends_on, "kind": kind}, reason=reason)
    return hold


@transaction.atomic
def end_hold(hold_id: int, ends_on: dt.date, *, actor: Actor) -> LateFeeHold:
    """End an open hold with its last day; never before it began."""
    hold = LateFeeHold.objects.filter(pk=hold_id, organisation_id=actor.organisation_id).first()
    if hold is None:
        raise NotFound()
    row = locked(hold.receivable_id, actor)
    actor.require(Permission.ADJUST_REQUEST, row.community_id)
    Span(hold.starts_on, ends_on)
    before = hold.ends_on
    hold.ends_on = ends_on
    hold.save(update_fields=["ends_on"])
    refresh([row])
    audit.record(actor, "billing.end_hold", row, before={"to": before}, after={"to": ends_on})
    return hold


@transaction.atomic
def ask_hold(receivable_id: int, starts_on: dt.date, ends_on: dt.date | None, *, actor: Actor, reason: str) -> Request:
    """Ask a second person to stop the late fee on these days (both included; open-ended without an end)."""
    row = locked(receivable_id, actor)
    actor.require(Permission.ADJUST_REQUEST, row.community_id)
    if row.late_fee_rate is None:
        raise DomainError("no_late_fee", "这笔应收没有违约金条款，不会产生违约金。")
    if ends_on is not None:
        Span(starts_on, ends_on)
    payload = {"receivable": row.pk, "from": starts_on, "to": ends_on}
    return approvals.ask(HOLD_KIND, row, actor=actor, community_id=row.community_id, reason=reason, payload=payload)


def hold(request: Request, actor: Actor) -> None:
    """Carried out on approval."""
    row = locked(request.subject_id, actor)
    first, last = request.payload["from"], request.payload["to"]
    _place(
        row, dt.date.fromisoformat(first), dt.date.fromisoformat(last) if last else None, kind=BY_HAND,
        source_ref=f"request:{request.pk}", actor=actor, reason=request.reason[:200],
    )  # fmt: skip
