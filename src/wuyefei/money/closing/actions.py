"""Ask for a month to be closed or opened again; carry out or refuse it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError, spoken
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.ledger.public import close_books, closed_through, hold_books, reopen_books

from .models import Closing
from .queries import NAMES, asked_of, checklist
from .rules import Item, Key, check_list, check_month, check_reopen

CLOSE_KIND, REOPEN_KIND = "closing.close", "closing.reopen"
NOTHING_OPEN = "清单各项都已处理"


class AlreadyAsked(DomainError):
    code = "closing_asked"
    message = "「{what}」正在等另一位同事复核。"


@transaction.atomic
def ask_close(community_id: int, month: Month, *, actor: Actor, reason: str = "") -> Request:
    """Ask a second person to close the month. ``reason`` says why what is not settled may be carried over.

    Raises ``NotOver``, ``Already``, ``EarlierFirst``, ``Hindered``, ``ReasonMissing``, ``AlreadyAsked``.
    """
    community = _place(community_id, actor)
    reason = limited(reason, "原因", 400)
    check_month(month, closed_through(community.pk), clock.today())
    items = checklist(actor, community.pk, month)
    check_list(items, reason, _names())
    row = _asked(Closing.Act.CLOSE, community, month, reason, actor, items)
    return _request(CLOSE_KIND, row, actor, reason or NOTHING_OPEN)


@transaction.atomic
def ask_reopen(community_id: int, month: Month, *, actor: Actor, reason: str) -> Request:
    """Ask a second person to open the month that was closed last. Raises ``NotTheLatest``, ``AlreadyAsked``."""
    community = _place(community_id, actor)
    reason = limited(reason, "原因", 400, required=True)
    check_reopen(month, closed_through(community.pk))
    row = _asked(Closing.Act.REOPEN, community, month, reason, actor, [])
    return _request(REOPEN_KIND, row, actor, reason)


def _place(community_id: int, actor: Actor) -> Community:
    """The community, locked against a second asking."""
    community = get_community(actor, community_id, Permission.CLOSE_REQUEST)
    return Community.objects.select_for_update(no_key=True).get(pk=community.pk)


def _asked(act: Closing.Act, community: Community, month: Month, reason: str, actor: Actor, items: list[Item]) -> Closing:
    if (waiting := asked_of(community.pk)) is not None:
        raise AlreadyAsked(what=str(waiting))
    return Closing.objects.create(
        organisation_id=actor.organisation_id, community=community, month=month.first, act=act, reason=reason,
        findings=[[one.key, one.count, one.fen, one.weight] for one in items], asked_by_id=actor.user_id, asked_at=clock.now(),
    )  # fmt: skip


def _request(kind: str, row: Closing, actor: Actor, reason: str) -> Request:
    payload: dict[str, Any] = {"closing": row.pk, "month": row.month, "findings": row.findings}
    return approvals.ask(kind, row, actor=actor, community_id=row.community_id, payload=payload, reason=reason)


def _names() -> dict[Key, str]:
    return {key: spoken(name) for key, name in NAMES.items()}


def _locked(request: Request) -> Closing:
    return Closing.objects.select_for_update(of=("self",)).select_related("community").get(pk=request.subject_id)


def close(request: Request, actor: Actor) -> None:
    """Carried out on approval, with everybody who posts kept waiting: what hinders is looked at again first."""
    row = _locked(request)
    month = Month.of(row.month)
    hold_books(row.community_id)
    check_month(month, closed_through(row.community_id), clock.today())
    check_list(checklist(actor, row.community_id, month), row.reason or NOTHING_OPEN, _names())
    fact = close_books(row.community, month.last, actor=actor, asked_by_id=row.asked_by_id, reason=row.reason or NOTHING_OPEN)
    _done(row, fact.pk, actor)


def reopen(request: Request, actor: Actor) -> None:
    """Carried out on approval: the month that was closed last takes entries again."""
    row = _locked(request)
    month = Month.of(row.month)
    hold_books(row.community_id)
    check_reopen(month, closed_through(row.community_id))
    fact = reopen_books(row.community, month.last, actor=actor, asked_by_id=row.asked_by_id, reason=row.reason)
    _done(row, fact.pk, actor)


def _done(row: Closing, fact_id: int, actor: Actor) -> None:
    row.state, row.decided_at, row.fact_id = Closing.State.DONE, clock.now(), fact_id
    row.save(update_fields=["state", "decided_at", "fact"])
    audit.record(actor, f"closing.{row.act}_done", row, reason=row.reason)


def refuse(request: Request, actor: Actor) -> None:
    """Carried out on refusal or withdrawal: the month stays as it was."""
    row = _locked(request)
    row.state, row.decided_at = Closing.State.REFUSED, clock.now()
    row.save(update_fields=["state", "decided_at"])
