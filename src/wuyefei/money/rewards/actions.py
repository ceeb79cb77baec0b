"""Asking for a campaign, running and ending it, giving what was earned, taking a gift back."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from wuyefei.estate.properties.public import get_property
from wuyefei.estate.tariffs.public import get_item
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError, NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.billing.public import discount, lock_receivables

from . import queries
from .models import Campaign, Given, Tier
from .rules import (
    CAMPAIGN_STATE_NAMES,
    CampaignKind,
    CampaignState,
    CampaignWrongState,
    Terms,
    check_day,
    check_terms,
    reached,
    waived,
)

CAMPAIGN_KIND = "concessions.campaign"
"""Among the concessions, so that a bill names what was granted on it."""


class AlreadyGiven(DomainError):
    code = "already_given"
    message = "这户在这个活动里已经领过。"


@dataclass(frozen=True, slots=True)
class CampaignOrder:
    """A campaign as typed in; ``item_id``: the fee it waives."""

    community_id: int
    name: str
    basis: str
    terms: Terms
    item_id: int | None = None


@transaction.atomic
def ask_campaign(order: CampaignOrder, *, actor: Actor) -> Campaign:
    """Ask for a campaign; a second person decides on what it can cost at most. Raises ``Invalid``, ``NotFound``."""
    community = Community.objects.filter(pk=order.community_id, organisation_id=actor.organisation_id).first()
    if community is None or community.pk not in actor.seen:
        raise NotFound()
    actor.require(Permission.CONCESSION_EDIT, community.pk)
    terms, fee = order.terms, order.terms.kind is CampaignKind.FEE
    check_terms(terms, clock.today())
    row = Campaign.objects.create(
        organisation_id=actor.organisation_id, community=community, kind=terms.kind, name=limited(order.name, "名称", 40, required=True),
        basis=limited(order.basis, "依据", 200, required=True), starts_on=terms.span.first, ends_on=terms.span.last,
        item=get_item(actor, order.item_id or 0) if fee else None, most_fen=terms.most_fen if fee else 0, budget_fen=terms.budget_fen if fee else 0,
        made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    Tier.objects.bulk_create([
        Tier(campaign=row, least_fen=one.least_fen, gift=limited(one.gift, "礼品或服务", 80, required=True), cost_fen=one.cost_fen, stock=one.stock)
        for one in (() if fee else terms.tiers)
    ])  # fmt: skip
    payload = {"campaign": row.pk, "kind": row.kind, "starts_on": row.starts_on, "ends_on": row.ends_on, "budget_fen": terms.most_cost_fen,
               "tiers": [[one.least_fen, one.gift, one.cost_fen, one.stock] for one in terms.tiers], "most_fen": row.most_fen}  # fmt: skip
    request = approvals.ask(CAMPAIGN_KIND, row, actor=actor, community_id=community.pk, payload=payload, reason=row.basis, amount_fen=terms.most_cost_fen)
    row.request_id = request.pk
    row.save(update_fields=["request_id"])
    audit.record(actor, "rewards.ask", row, after=payload, reason=row.basis)
    return row


def _locked(campaign_id: int, organisation_id: int) -> Campaign:
    """One giver at a time of a campaign."""
    row = Campaign.objects.select_for_update(of=("self",)).filter(pk=campaign_id, organisation_id=organisation_id).first()
    if row is None:
        raise NotFound()
    return row


def _require(row: Campaign, state: CampaignState, verb: str) -> None:
    if row.state != state:
        raise CampaignWrongState(state=CAMPAIGN_STATE_NAMES[CampaignState(row.state)], verb=verb)


def run(request: Request, actor: Actor) -> None:
    row = _locked(request.subject_id, actor.organisation_id)
    _require(row, CampaignState.ASKED, "通过")
    row.state, row.agreed_by_id, row.agreed_on = CampaignState.RUNNING, actor.user_id, clock.today()
    row.save(update_fields=["state", "agreed_by", "agreed_on"])
    audit.record(actor, "rewards.run", row)


def refuse(request: Request, actor: Actor) -> None:
    """Turned down, or taken back by who asked."""
    row = _locked(request.subject_id, actor.organisation_id)
    row.state = CampaignState.REFUSED
    row.save(update_fields=["state"])
    audit.record(actor, "rewards.refuse", row)


@transaction.atomic
def end(campaign_id: int, *, actor: Actor) -> Campaign:
    """From now on it gives nothing; what it has given stays given."""
    row = _locked(queries.get_campaign(actor, campaign_id).pk, actor.organisation_id)
    actor.require(Permission.CONCESSION_EDIT, row.community_id)
    _require(row, CampaignState.RUNNING, "结束")
    row.state = CampaignState.ENDED
    row.save(update_fields=["state"])
    audit.record(actor, "rewards.end", row)
    return row


def may_give(actor: Actor, community_id: int) -> bool:
    """The desk, and whoever may ask for concessions."""
    return actor.may(Permission.CASHDESK, community_id) or actor.may(Permission.ADJUST_REQUEST, community_id)


@transaction.atomic
def give(campaign_id: int, property_id: int, *, actor: Actor) -> Given:
    """Hand over what a property has earned, or waive its fee. Raises ``NotReached``, ``OutOfStock``, ``OverBudget``, ``NotInForce``,
    ``AlreadyGiven``, ``NotFound``."""
    home = get_property(actor, property_id)
    row = _locked(queries.get_campaign(actor, campaign_id).pk, actor.organisation_id)
    if home.community_id != row.community_id:
        raise NotFound()
    if not may_give(actor, row.community_id):
        actor.require(Permission.ADJUST_REQUEST, row.community_id)
    _require(row, CampaignState.RUNNING, "发给住户")
    terms = queries.terms_of(row)
    check_day(terms.span, clock.today())
    made = Given(campaign=row, community_id=row.community_id, property=home, made_by_id=actor.user_id, made_at=clock.now())
    if row.given.filter(property=home, taken_back_at__isnull=True).exists():
        raise AlreadyGiven()
    if terms.kind is CampaignKind.GIFT:
        made.paid_fen = queries.paid_ahead(home.pk, terms.span)
        made.tier = queries.tiers_of(row)[reached(terms.tiers, queries.gone(row), made.paid_fen)]
        made.cost_fen = made.tier.cost_fen
    else:
        _waive(row, made, actor)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        raise AlreadyGiven() from error
    audit.record(actor, "rewards.give", made, after={"cost_fen": made.cost_fen, "paid_fen": made.paid_fen, "gift": made.tier.gift if made.tier else ""})
    return made


def _waive(row: Campaign, made: Given, actor: Actor) -> None:
    """Lower the oldest unpaid bill of the campaign's fee, under the campaign's own approval."""
    ids = [bill.pk for bill in queries.fees(row, made.property_id)[:1]]
    bill = next(iter(lock_receivables(ids, row.community_id)), None) if ids else None
    made.cost_fen = waived(bill.outstanding_fen if bill else 0, row.most_fen, row.budget_fen, queries.spent_fen(row))
    assert bill is not None
    made.receivable = bill
    made.adjustment = discount(bill, made.cost_fen, Request.objects.get(pk=row.request_id or 0), queries.words_of(row), actor=actor)


@transaction.atomic
def take_back(given_id: int, reason: str, *, actor: Actor) -> Given:
    """A gift comes back and may be given again. A waived fee is corrected by an adjustment of the bill. Raises ``Invalid``."""
    found = queries.get_given(actor, given_id)
    _locked(found.campaign_id, actor.organisation_id)
    row = Given.objects.select_for_update(of=("self",)).get(pk=found.pk)
    actor.require(Permission.ADJUST_REQUEST, row.community_id)
    if row.tier_id is None or row.taken_back_at is not None:
        raise DomainError("not_a_gift", "只有发出去的礼品可以收回；减免的手续费请在那笔应收上调整。")
    reason = limited(reason, "原因", 200, required=True)
    row.taken_back_at, row.taken_back_by_id = clock.now(), actor.user_id
    row.save(update_fields=["taken_back_at", "taken_back_by"])
    audit.record(actor, "rewards.take_back", row, reason=reason)
    return row
