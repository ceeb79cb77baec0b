"""Ask, decide, withdraw."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.platform import audit, clock

from . import queries
from .errors import AlreadyAsked, NotOpen, SamePerson
from .kinds import Kind, kind_of, kinds, register_kind
from .models import Decision, Request
from .rights import rights_of

__all__ = ["AlreadyAsked", "Kind", "NotOpen", "SamePerson", "ask", "cancel", "decide", "decided_by", "kind_of", "kinds", "payload_hash", "register_kind"]


def payload_hash(payload: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(payload, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@transaction.atomic
def ask(
    kind: str,
    subject: Any,
    *,
    actor: Actor,
    community_id: int,
    payload: dict[str, Any],
    reason: str,
    amount_fen: int | None = None,
) -> Request:
    """Open a request about a saved row. Raises ``AlreadyAsked`` while another of its kind is open."""
    if not reason.strip():
        raise DomainError("reason_missing", "请写明原因。")
    payload = audit.plain(payload)
    if Request.objects.filter(kind=kind, subject_id=subject.pk, state=Request.State.OPEN).exists():
        raise AlreadyAsked(subject=str(subject))
    request = Request.objects.create(
        organisation_id=actor.organisation_id,
        community_id=community_id,
        kind=kind,
        subject_id=subject.pk,
        subject_text=str(subject)[:160],
        payload=payload,
        payload_hash=payload_hash(payload),
        amount_fen=amount_fen,
        reason=reason.strip()[:400],
        permission=kind_of(kind).permission,
        maker_id=actor.user_id,
        made_at=clock.now(),
    )
    audit.record(actor, f"{kind}.ask", request, after=payload, reason=reason)
    return request


def _open(request_id: int, actor: Actor) -> Request:
    request = queries.requests(actor).select_for_update(of=("self",)).filter(pk=request_id).first()
    if request is None:
        raise NotFound()
    if request.state != Request.State.OPEN:
        raise NotOpen(state=request.get_state_display())
    return request


@transaction.atomic
def decide(request_id: int, *, approved: bool, actor: Actor, note: str = "") -> Request:
    """Approve (and execute) or turn down, in one's own right or in that of a colleague who has lent it.

    The maker may not, nor in their name may who stands in for them; neither may someone without the kind's permission, or
    whose limit the sum exceeds (``rights.Rights.way`` says which errors)."""
    request = _open(request_id, actor)
    kind = kind_of(request.kind)
    rights = rights_of(actor, locked=True)
    way = rights.way(request)
    acting = way.acting(actor)
    if not approved and not note.strip():
        raise DomainError("reason_missing", "退回时请写明原因。")
    if payload_hash(request.payload) != request.payload_hash:
        raise DomainError("payload_changed", "申请内容与提交时不一致，已拒绝执行。")
    Decision.objects.create(
        request=request, maker_id=request.maker_id, person_id=actor.user_id, approved=approved, at=clock.now(), note=note[:400],
        delegation=way.loan.row if way.loan else None, behalf_id=way.loan.giver.user_id if way.loan else None,
        cap_fen=rights.cap(way.loan.giver if way.loan else actor, request),
    )  # fmt: skip
    request.state = Request.State.APPROVED if approved else Request.State.REJECTED
    request.save(update_fields=["state"])
    audit.record(acting, f"{request.kind}.{'approve' if approved else 'reject'}", request, reason=note)
    if approved:
        kind.execute(request, acting)
    elif kind.refuse:
        kind.refuse(request, acting)
    return request


@transaction.atomic
def cancel(request_id: int, *, actor: Actor) -> Request:
    """The maker takes the request back."""
    request = _open(request_id, actor)
    if request.maker_id != actor.user_id:
        raise DomainError("not_maker", "只有申请人本人可以撤回。")
    request.state = Request.State.CANCELLED
    request.save(update_fields=["state"])
    audit.record(actor, f"{request.kind}.cancel", request)
    kind = kind_of(request.kind)
    if kind.refuse:
        kind.refuse(request, actor)
    return request


def decided_by(user_id: int, request: Request, actor: Actor) -> bool:
    """Whether whoever decides on a request, or the colleague in whose place they do, is this person: for a kind whose subject
    has a maker of its own."""
    decision = getattr(request, "decision", None)
    return user_id in (actor.user_id, decision.behalf_id if decision else None)
