"""Entering declarations and confirming them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import connection, transaction
from django.db.models import Max

from wuyefei.estate.contracts.public import ContractLine
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.kernel.money import yuan_text
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock

from .models import Declaration
from .queries import leases, term_of
from .rules import DeclaredRow, NotWaiting, OwnDeclaration, ReasonMissing, SameFigure, StillWaiting, check_row

TURNOVER_LOCK = 0x77790007
State = Declaration.State


def lock_declarations(community_id: int) -> None:
    """One writer of a community's declarations, or of what is charged by them, at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [TURNOVER_LOCK, community_id % 2**31])


@transaction.atomic
def declare(rows: Sequence[DeclaredRow], *, actor: Actor, community: Community) -> list[Declaration]:
    """Enter turnovers, all or none; each then waits for a second person.

    An error's data name the row it is about (from 0) as ``row``. Raises ``NotFound``, what ``rules.check_row``
    raises, ``StillWaiting``, ``SameFigure``, ``ReasonMissing``.
    """
    actor.require(Permission.BILLING_DRAFT, community.pk)
    lock_declarations(community.pk)
    known = leases(actor).filter(community=community).in_bulk([row.line_id for row in rows])
    made = []
    for position, row in enumerate(rows):
        try:
            made.append(_declared(row, known.get(row.line_id), actor))
        except DomainError as error:
            error.data["row"] = position
            raise
    if made:
        audit.record(actor, "turnover.declare", community, community_id=community.pk, after={"rows": len(made), "first": str(made[0].month)})
    return made


def _declared(row: DeclaredRow, line: ContractLine | None, actor: Actor) -> Declaration:
    if line is None:
        raise NotFound()
    code = line.property.code
    check_row(row, code, term_of(line), clock.today())
    month, note = row.month.first, limited(row.note, "备注", 200)
    before = {one.state: one for one in Declaration.objects.filter(line=line, month=month)}
    if State.WAITING in before:
        raise StillWaiting(home=code, month=row.month)
    held = before.get(State.CONFIRMED)
    if held is not None:
        if held.amount_fen == row.amount_fen:
            raise SameFigure(home=code, month=row.month, amount=yuan_text(held.amount_fen))
        if not note:
            raise ReasonMissing(home=code, month=row.month)
    last = Declaration.objects.filter(line=line, month=month).aggregate(Max("number"))["number__max"] or 0
    return Declaration.objects.create(
        organisation_id=line.organisation_id, community_id=line.community_id, line=line, month=month, number=last + 1,
        amount_fen=row.amount_fen, note=note, entered_by_id=actor.user_id, entered_at=clock.now(),
    )  # fmt: skip


@transaction.atomic
def declare_sheet(
    rows: Sequence[DeclaredRow | None], *, actor: Actor, community: Community
) -> list[Declaration | DomainError | None]:
    """Try every row of an import (None: one already known to be wrong); where any is wrong none is entered.

    The answer tells of each row what was entered, or why it cannot be.
    """
    found: list[Declaration | DomainError | None] = [None if row is None else _tried(row, actor, community) for row in rows]
    if any(not isinstance(one, Declaration) for one in found):
        transaction.set_rollback(True)
    return found


def _tried(row: DeclaredRow, actor: Actor, community: Community) -> Declaration | DomainError:
    try:
        with transaction.atomic():
            return declare([row], actor=actor, community=community)[0]
    except DomainError as error:
        return error


@transaction.atomic
def settle(ids: Collection[int], *, approved: bool, actor: Actor, community: Community, reason: str = "") -> list[Declaration]:
    """A second person confirms declarations, or sends them back with a reason; all or none.

    A confirmed correction takes the place of what was confirmed before. Raises ``NotFound``, ``NotWaiting``,
    ``OwnDeclaration``.
    """
    actor.require(Permission.BILLING_CONFIRM, community.pk)
    lock_declarations(community.pk)
    rows = list(
        Declaration.objects.select_for_update(of=("self",)).select_related("line__property")
        .filter(pk__in=ids, community=community, organisation_id=actor.organisation_id).order_by("pk")
    )  # fmt: skip
    if len(rows) != len(set(ids)) or not rows:
        raise NotFound()
    why = limited(reason, "原因", 200, required=not approved)
    now = clock.now()
    for row in rows:
        _check_turn(row, approved, actor)
        if approved:
            earlier = Declaration.objects.filter(line_id=row.line_id, month=row.month, state=State.CONFIRMED).first()
            if earlier is not None:
                earlier.state = State.REPLACED
                earlier.save(update_fields=["state"])
        row.state = State.CONFIRMED if approved else State.REFUSED
        row.settled_by_id, row.settled_at = actor.user_id, now
        row.save(update_fields=["state", "settled_by", "settled_at"])
        after = {"state": row.state, "month": str(row.month), "amount_fen": row.amount_fen}
        audit.record(actor, "turnover.confirm" if approved else "turnover.refuse", row, community_id=community.pk, after=after, reason=why)
    return rows


def _check_turn(row: Declaration, approved: bool, actor: Actor) -> None:
    home: Property = row.line.property
    if row.state != State.WAITING:
        verb = "确认" if approved else "退回"
        raise NotWaiting(home=home.code, month=Month.of(row.month), state=row.get_state_display(), verb=verb)
    if row.entered_by_id == actor.user_id:
        raise OwnDeclaration()
