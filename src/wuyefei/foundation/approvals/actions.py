"""Ask, decide, withdraw."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.platform import audit, clock

from . import queries
from .models import Decision, Request


class SamePerson(DomainError):
    code = "same_person"
    message = "经办人和复核人不能是同一个人，请由另一位有权限的同事复核。"


class NotOpen(DomainError):
    code = "request_not_open"
    message = "这项申请已经处理过了（{state}）。"


class AlreadyAsked(DomainError):
    code = "already_asked"
    message = "「{subject}」已有一项待复核的申请。"


@dataclass(frozen=True)
class Kind:
    """What a kind of request is called, who may decide, and what approval and refusal do.

    ``describe`` tells the second person in words what they decide on, as (label, value); ``address`` leads to the subject.
    """

    code: str
    label: str
    permission: Permission
    execute: Callable[[Request, Actor], None]
    refuse: Callable[[Request, Actor], None] | None = None
    address: Callable[[Request], str] | None = None
    describe: Callable[[Request], Sequence[tuple[str, str]]] | None = None


_kinds: dict[str, Kind] = {}


def register_kind(kind: Kind) -> None:
    """Called by a room in ``AppConfig.ready`` for each act of its that needs a second person."""
    _kinds[kind.code] = kind


def kind_of(code: str) -> Kind:
    return _kinds[code]


def kinds() -> list[Kind]:
    return list(_kinds.values())


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
        permission=_kinds[kind].permission,
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
    """Approve (and execute) or turn down. The maker may not; neither may someone without the kind's permission."""
    request = _open(request_id, actor)
    kind = _kinds[request.kind]
    actor.require(kind.permission, request.community_id)
    if request.maker_id == actor.user_id:
        raise SamePerson()
    if not approved and not note.strip():
        raise DomainError("reason_missing", "退回时请写明原因。")
    if payload_hash(request.payload) != request.payload_hash:
        raise DomainError("payload_changed", "申请内容与提交时不一致，已拒绝执行。")
    Decision.objects.create(
        request=request, maker_id=request.maker_id, person_id=actor.user_id, approved=approved, at=clock.now(), note=note[:400]
    )
    request.state = Request.State.APPROVED if approved else Request.State.REJECTED
    request.save(update_fields=["state"])
    audit.record(actor, f"{request.kind}.{'approve' if approved else 'reject'}", request, reason=note)
    if approved:
        kind.execute(request, actor)
    elif kind.refuse:
        kind.refuse(request, actor)
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
    kind = _kinds[request.kind]
    if kind.refuse:
        kind.refuse(request, actor)
    return request


def open_requests(actor: Actor) -> list[Request]:
    """The requests of the actor's places that wait for somebody, oldest first."""
    return list(
        Request.objects.filter(
            organisation_id=actor.organisation_id, community_id__in=actor.seen, state=Request.State.OPEN
        )
        .select_related("maker", "community")
        .order_by("id")
    )
