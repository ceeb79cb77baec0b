"""The life of a contract: draft, in force, ended."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from django.db import transaction

from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import parse_day
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound, Phrase
from wuyefei.foundation.platform import audit

from .lines import refuse_overlaps_on_activation, refuse_prices_above
from .models import Contract
from .queries import contracts
from .rules import DRAFT, STATE_NAMES, ContractDraft, Taken, WrongState, clean_contract, next_state


def locked_contract(contract_id: int, actor: Actor) -> Contract:
    """The contract under lock, for someone who may edit contracts there; ``NotFound`` or ``Forbidden`` otherwise."""
    contract = contracts(actor).select_for_update(no_key=True).filter(pk=contract_id).first()
    if contract is None:
        raise NotFound()
    actor.require(Permission.CONTRACT_EDIT, contract.community_id)
    return contract


def _values(draft: ContractDraft) -> dict[str, Any]:
    return {**asdict(draft), "channels": list(draft.channels)}


def _refuse_taken(number: str, actor: Actor, but: int | None = None) -> None:
    there = Contract.objects.filter(organisation_id=actor.organisation_id, number=number).values_list("pk", flat=True)
    if any(key != but for key in there):
        raise Taken(number=number)


@transaction.atomic
def create_contract(draft: ContractDraft, *, actor: Actor, community: Community) -> Contract:
    """A contract in draft. Raises ``Invalid``, ``EitherOr``, ``ClauseMissing`` (a late fee without a clause), ``Taken``."""
    actor.require(Permission.CONTRACT_EDIT, community.pk)
    values = _values(clean_contract(draft))
    _refuse_taken(values["number"], actor)
    contract = Contract.objects.create(organisation_id=actor.organisation_id, community_id=community.pk, **values)
    audit.record(actor, "contract.create", contract, after=values)
    return contract


@transaction.atomic
def update_contract(contract_id: int, draft: ContractDraft, *, actor: Actor) -> Contract:
    """Replace the terms of a draft; a contract in force is ended and followed by another instead."""
    contract = locked_contract(contract_id, actor)
    if contract.state != DRAFT:
        raise WrongState(number=contract.number, state=STATE_NAMES[contract.state], verb="修改")
    values = _values(clean_contract(draft))
    _refuse_taken(values["number"], actor, contract.pk)
    _refuse_lines_outside(contract, values["starts_on"], values["ends_on"])
    before = {name: getattr(contract, name) for name, value in values.items() if getattr(contract, name) != value}
    if not before:
        return contract
    for name in before:
        setattr(contract, name, values[name])
    contract.save(update_fields=list(before))
    refuse_prices_above(contract)
    after = {name: values[name] for name in before}
    audit.record(actor, "contract.update", contract, before=before, after=after)
    return contract


def _refuse_lines_outside(contract: Contract, starts_on: dt.date, ends_on: dt.date | None) -> None:
    rows = contract.lines.filter(starts_on__lt=starts_on)
    if ends_on is not None:
        rows = rows | contract.lines.filter(starts_on__gt=ends_on) | contract.lines.filter(ends_on__gt=ends_on)
    if rows.exists():
        raise Invalid(field="合同期", reason=Phrase("有 {count} 条计费行在新的合同期之外，请先调整计费行", count=rows.count()))


@transaction.atomic
def activate(contract_id: int, *, actor: Actor) -> Contract:
    """Put a draft in force: from now on its lines are billed. Raises ``LineOverlaps`` where another contract in force
    charges the same tariff on the same property."""
    contract = locked_contract(contract_id, actor)
    state = next_state("activate", contract.state, contract.number)
    Community.objects.select_for_update(no_key=True).get(pk=contract.community_id)
    refuse_overlaps_on_activation(contract)
    refuse_prices_above(contract)
    contract.state = state
    contract.save(update_fields=["state"])
    audit.record(actor, "contract.activate", contract, before={"state": DRAFT}, after={"state": state})
    return contract


@transaction.atomic
def end_contract(contract_id: int, ends_on: dt.date, *, actor: Actor, reason: str) -> Contract:
    """End a contract in force; ``ends_on`` is its last day, up to which it is still billed."""
    if not reason.strip():
        raise DomainError("reason_missing", "请写明原因。")
    contract = locked_contract(contract_id, actor)
    state = next_state("end", contract.state, contract.number)
    day = parse_day(ends_on, "合同终止日期")
    if day < contract.starts_on:
        raise Invalid(field="合同终止日期", reason=Phrase("{day} 早于起始日期 {starts_on}", day=day, starts_on=contract.starts_on))
    if contract.ends_on is not None and day > contract.ends_on:
        raise Invalid(field="合同终止日期", reason=Phrase("不能晚于原约定的 {ends_on}，续期请另立合同", ends_on=contract.ends_on))
    before = {"state": contract.state, "ends_on": contract.ends_on}
    contract.state, contract.ends_on = state, day
    contract.save(update_fields=["state", "ends_on"])
    audit.record(actor, "contract.end", contract, before=before, after={"state": state, "ends_on": day}, reason=reason)
    return contract
