"""Proposing a price, asking for it, and entering it once a second person has agreed."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from wuyefei.estate.tariffs.public import (
    NewPrice,
    Tariff,
    check_next,
    enter_agreed,
    get_tariff,
    price_on,
    prices_of,
    rise,
)
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.corrections.public import (
    Correction,
    draft_correction,
    open_correction,
    refuse_drafted_at,
)

from .models import Proposal
from .queries import open_proposal, overtaken, preview

KIND = "pricing.price"


class AlreadyProposed(DomainError):
    code = "price_open"
    message = "这项收费标准已有一份自 {day} 起的新价格{state}，请先办完或放弃它。"


class CorrectionOpen(DomainError):
    code = "price_correction_open"
    message = "这项收费标准有一份自 {day} 起的差价更正还没有办完，请先办完或放弃它。"


class Overtaken(DomainError):
    code = "price_overtaken"
    message = "等待期间已出账到 {billed}，这个价格不能再自 {day} 起生效。请退回，由申请人改为补录价格，差价一次更正。"


class NotOvertaken(DomainError):
    code = "price_not_overtaken"
    message = "自 {day} 起还没有出过账，不用补录。"


class NotMaker(DomainError):
    code = "price_not_maker"
    message = "这个价格由{name}提出，请他办理。"


class WrongState(DomainError):
    code = "price_state"
    message = "这份新价格{state}，不能{verb}。"


@transaction.atomic
def propose(tariff_id: int, new: NewPrice, *, actor: Actor) -> Proposal:
    """A price with what it means for those who pay by the tariff, for somebody to look through. It holds on no day yet.

    Raises ``NotFound``, ``AlreadyProposed``, ``CorrectionOpen``, and whatever forbids the price: ``VersionTaken``,
    ``AlreadyBilled``, the ceiling, the consultation that a rise needs.
    """
    tariff = get_tariff(actor, tariff_id)
    actor.require(Permission.TARIFF_EDIT, tariff.community_id)
    Tariff.objects.select_for_update(no_key=True).get(pk=tariff.pk)
    there, correcting = open_proposal(tariff.pk), open_correction(tariff.pk)
    if there is not None:
        raise AlreadyProposed(day=there.effective_from, state=there.get_state_display())
    if correcting is not None:
        raise CorrectionOpen(day=correcting.effective_from)
    price = check_next(tariff.pk, new, actor=actor)
    standing = prices_of([tariff.pk]).get(tariff.pk, [])
    before = price_on(price.since, standing)
    seen = preview(tariff, standing, price)
    row = Proposal.objects.create(
        organisation_id=actor.organisation_id, community_id=tariff.community_id, tariff=tariff, effective_from=price.since,
        per_unit=price.per_unit, fixed=price.fixed, terms=dict(price.terms), note=limited(new.note, "说明", 200),
        before=None if before is None else {"per_unit": str(before.per_unit), "fixed": str(before.fixed), "terms": dict(before.terms)},
        line_count=seen.sums.lines, property_count=seen.sums.homes, unknown_count=seen.sums.unknown, before_fen=seen.sums.before_fen,
        after_fen=seen.sums.after_fen, groups=list(seen.groups), rises=before is not None and rise(before, price) is not None,
        made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    after = {"tariff": tariff.name, "effective_from": row.effective_from, "per_unit": row.per_unit, "fixed": row.fixed, "lines": row.line_count}
    audit.record(actor, "pricing.draft", row, after=after)
    return row


def _locked(proposal_id: int, actor: Actor, states: tuple[str, ...], verb: str) -> Proposal:
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("tariff", "made_by")
    row = rows.filter(pk=proposal_id, organisation_id=actor.organisation_id, community_id__in=actor.seen).first()
    if row is None:
        raise NotFound()
    if row.state not in states:
        raise WrongState(state=row.get_state_display(), verb=verb)
    return row


@transaction.atomic
def ask_price(proposal_id: int, *, actor: Actor, reason: str) -> Request:
    """Hand a draft to a second person. Whoever made it hands it on, so that nobody decides on a price they entered. Raises
    ``NotMaker``, and ``Overtaken`` where its first day has been billed meanwhile."""
    row = _locked(proposal_id, actor, (Proposal.State.DRAFT,), "提交")
    actor.require(Permission.TARIFF_EDIT, row.community_id)
    if row.made_by_id != actor.user_id:
        raise NotMaker(name=row.made_by.name)
    _refuse_overtaken(row)
    request = approvals.ask(KIND, row, actor=actor, community_id=row.community_id, reason=reason, payload=_payload(row),
                            amount_fen=abs(row.difference_fen))  # fmt: skip
    row.state, row.reason, row.request_id = Proposal.State.ASKED, request.reason, request.pk
    row.save(update_fields=["state", "reason", "request_id"])
    return request


def _payload(row: Proposal) -> dict[str, Any]:
    return {
        "proposal": row.pk, "tariff": row.tariff_id, "effective_from": row.effective_from.isoformat(), "per_unit": str(row.per_unit.normalize()),
        "fixed": str(row.fixed.normalize()), "terms": row.terms, "before_fen": row.before_fen, "after_fen": row.after_fen,
    }  # fmt: skip


def _refuse_overtaken(row: Proposal) -> None:
    billed = overtaken(row)
    if billed is not None:
        raise Overtaken(billed=billed, day=row.effective_from)


@transaction.atomic
def discard_price(proposal_id: int, *, actor: Actor) -> None:
    """Give a draft up: the price never held."""
    row = _locked(proposal_id, actor, (Proposal.State.DRAFT,), "放弃")
    actor.require(Permission.TARIFF_EDIT, row.community_id)
    _end(row, Proposal.State.DISCARDED)
    audit.record(actor, "pricing.discard", row)


def refused(request: Request, actor: Actor) -> None:
    """Turned down or withdrawn: the price never held."""
    _end(_locked(request.subject_id, actor, (Proposal.State.ASKED,), "退回"), Proposal.State.REFUSED)


def _end(row: Proposal, state: str) -> None:
    row.state = state
    row.save(update_fields=["state"])


def carry_out(request: Request, actor: Actor) -> None:
    """Carried out on approval: the price stands from its day on.

    Raises ``Overtaken`` where that day has been billed meanwhile, ``DraftedAhead`` while a run at the former price waits to be
    published, and whatever forbids the price by now. Nothing is changed then.
    """
    row = _locked(request.subject_id, actor, (Proposal.State.ASKED,), "办理")
    _refuse_overtaken(row)
    refuse_drafted_at(row.tariff, row.effective_from)
    version = enter_agreed(row.tariff_id, row.price, actor=actor)
    row.state, row.version, row.agreed_by_id, row.done_at = Proposal.State.DONE, version, actor.user_id, clock.now()
    row.save(update_fields=["state", "version", "agreed_by", "done_at"])
    audit.record(actor, "pricing.done", row, after={"version": version.number, "difference_fen": row.difference_fen}, reason=row.reason)


@transaction.atomic
def as_late(proposal_id: int, *, actor: Actor) -> Correction:
    """Where the price's first day was billed while it waited: give the proposal up, taking back what was asked, and draft the
    correction of the bills instead. Raises ``NotMaker``, ``NotOvertaken``, and what drafting a correction raises."""
    row = _locked(proposal_id, actor, (Proposal.State.DRAFT, Proposal.State.ASKED), "补录")
    if row.made_by_id != actor.user_id:
        raise NotMaker(name=row.made_by.name)
    if overtaken(row) is None:
        raise NotOvertaken(day=row.effective_from)
    if row.state == Proposal.State.DRAFT:
        discard_price(row.pk, actor=actor)
    else:
        assert row.request_id is not None
        approvals.cancel(row.request_id, actor=actor)
    return draft_correction(row.tariff_id, row.price, actor=actor)
