"""Asking for a year ahead, billing it on approval, and following it to its deadline."""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models import Q

from wuyefei.estate.properties.public import get_property
from wuyefei.foundation.access.actor import SYSTEM, Actor, service_actor
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.billing.public import (
    HasPayments,
    Hindrance,
    Year,
    bill_ahead,
    lock_receivables,
    refuse_drafted,
    take_back,
    years_ahead,
)

from ..models import YearBill, YearOffers
from ..rules.pricing import percent_of
from ..rules.yearly import (
    YEAR_STATE_NAMES,
    Offer,
    OfferOver,
    YearChanged,
    YearHindered,
    YearOpen,
    YearState,
    YearTerms,
    check_year_terms,
    offers,
    terms_to_plain,
    year_state,
)
from ..years import AHEAD_MONTHS, HINDRANCES, year_terms_of
from .plans import as_system

YEAR_KIND = "concessions.year"
FOLLOW_YEARS = "wuyefei.follow_years"
log = logging.getLogger("wuyefei.concessions")


@transaction.atomic
def save_year_terms(terms: YearTerms, reason: str, *, actor: Actor) -> YearOffers:
    """From now on a year asked for earns this, in the whole firm; what was asked before stays. Raises ``Invalid``."""
    actor.require_wide(Permission.CONCESSION_EDIT)
    check_year_terms(terms)
    before, after = terms_to_plain(year_terms_of(actor.organisation_id)), terms_to_plain(terms)
    row = YearOffers.objects.create(
        organisation_id=actor.organisation_id, values=after, reason=limited(reason, "原因", 200, required=True),
        made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "concessions.year_terms", row, before=before, after=after, reason=reason)
    return row


@transaction.atomic
def ask_year(property_id: int, line_id: int, start: Month, offer: Offer, *, actor: Actor) -> YearBill:
    """Ask for a year of a contract line ahead. Raises ``YearHindered``, ``OfferOver``, ``YearOpen``, ``Invalid``, ``NotFound``."""
    home = get_property(actor, property_id)
    actor.require(Permission.ADJUST_REQUEST, home.community_id)
    today = clock.today()
    if not 0 <= start.index - Month.of(today).index <= AHEAD_MONTHS:
        raise Invalid(field="起始月份", reason="应在本月到 13 个月之内")
    year = _year(home.community_id, home.pk, line_id, start)
    open_ = {one.offer: one for one in offers(start, today, home.delivered_on, year_terms_of(home.organisation_id))}
    if offer not in open_:
        raise OfferOver(day=start.first)
    opened = YearBill.objects.filter(contract_line_id=line_id, state__in=[YearState.ASKED, YearState.BILLED]).first()
    if opened is not None:
        raise YearOpen(start=opened.starts_on)
    one, amount = open_[offer], year.amount_fen
    row = YearBill.objects.create(
        organisation_id=home.organisation_id, community_id=home.community_id, property=home, payer_id=year.payer_id,
        contract_line_id=line_id, item_id=year.facts.item_id, offer=offer, percent=one.percent, starts_on=year.span.first,
        ends_on=year.span.last, deadline=one.deadline, list_fen=amount, off_fen=percent_of(amount, one.percent),
        made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    payload = {"year": row.pk, "payer": row.payer_id, "list_fen": amount, "off_fen": row.off_fen, "starts_on": row.starts_on, "deadline": row.deadline}
    request = approvals.ask(YEAR_KIND, row, actor=actor, community_id=row.community_id, payload=payload, reason=words_of(row), amount_fen=amount - row.off_fen)
    row.request_id = request.pk
    row.save(update_fields=["request_id"])
    audit.record(actor, "concessions.ask_year", row, after=payload)
    return row


def words_of(row: YearBill) -> str:
    """What the owner reads on the bill."""
    return f"{row.starts_on:%Y-%m} 至 {row.ends_on:%Y-%m} 年付，{row.deadline} 以前付清优惠 {row.percent}%"


def _year(community_id: int, property_id: int, line_id: int, start: Month) -> Year:
    found = years_ahead(community_id, property_id, start).get(line_id)
    if found is None:
        raise NotFound()
    if isinstance(found, Hindrance):
        raise YearHindered(reason=HINDRANCES[found])
    return found


def _locked(year_id: int, actor: Actor) -> YearBill:
    rows = YearBill.objects.select_for_update(of=("self",)).filter(pk=year_id, organisation_id=actor.organisation_id, community_id__in=actor.seen)
    row = rows.select_related("property", "item").first()
    if row is None:
        raise NotFound()
    return row


def bill_year(request: Request, actor: Actor) -> None:
    """Carried out on approval: the year is billed at the list price, and its discount taken off."""
    community_id, property_id = YearBill.objects.values_list("community_id", "property_id").get(pk=request.subject_id)
    refuse_drafted(community_id, [property_id], YearBill.objects.values_list("starts_on", flat=True).get(pk=request.subject_id))
    row = _locked(request.subject_id, actor)
    if row.state != YearState.ASKED:
        raise YearHindered(reason=YEAR_STATE_NAMES[YearState(row.state)])
    today = clock.today()
    if today > row.deadline:
        raise OfferOver(day=row.deadline)
    year = _year(community_id, property_id, row.contract_line_id, Month.of(row.starts_on))
    if (year.payer_id, year.amount_fen) != (row.payer_id, row.list_fen):
        raise YearChanged()
    row.receivable = bill_ahead(
        year, row.contract_line_id, property_id=property_id, community_id=community_id, due_on=row.deadline, off_fen=row.off_fen,
        request=request, actor=as_system(actor), words=words_of(row),
    )  # fmt: skip
    row.state, row.agreed_by_id, row.agreed_on = YearState.BILLED, actor.user_id, today
    row.save(update_fields=["receivable", "state", "agreed_by", "agreed_on"])
    audit.record(actor, "concessions.bill_year", row, after={"state": row.state, "off_fen": row.off_fen})
    audit.publish(actor, "concessions.year_billed", community_id=community_id, year=row.pk)


def refuse_year(request: Request, actor: Actor) -> None:
    """Turned down, or taken back by who asked."""
    row = _locked(request.subject_id, actor)
    row.state = YearState.REFUSED
    row.save(update_fields=["state"])
    audit.record(actor, "concessions.refuse_year", row)


def follow_years(organisation_id: int | None) -> int:
    """Look at every billed year, and every paid one whose payment was undone; returns how many moved on. One that is refused
    holds no other up."""
    undone = Q(state=YearState.EARNED, receivable__outstanding_fen__gt=0, receivable__reversed_at__isnull=True)
    rows = YearBill.objects.filter(Q(state=YearState.BILLED) | undone).order_by("pk")
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    ended = 0
    for year_id, owner in list(rows.values_list("pk", "organisation_id")):
        try:
            ended += follow_year(year_id, actor=service_actor(owner, SYSTEM))
        except HasPayments as error:
            log.info("year %s waits for its part payment: %s", year_id, error.text)
        except DomainError as error:
            log.warning("year %s: %s", year_id, error.text)
    return ended


@transaction.atomic
def follow_year(year_id: int, *, actor: Actor) -> bool:
    """Close a billed year if the facts of today say so: paid in full, or taken back after its deadline; whether it did.

    Raises ``HasPayments`` where only a part was paid: staff turn that into prepayment first.
    """
    row = _locked(year_id, actor)
    if row.state not in (YearState.BILLED, YearState.EARNED) or row.receivable_id is None:
        return False
    (bill,) = lock_receivables([row.receivable_id], row.community_id)
    if bill.reversed_at is not None:  # cut by a transfer or reversed by staff
        state = YearState.EARNED if row.state == YearState.EARNED else YearState.LAPSED
    else:
        state = year_state(bill.outstanding_fen, row.deadline, clock.today())
    if state == row.state:
        return False
    if state is YearState.LAPSED and bill.reversed_at is None:
        take_back(bill.pk, Request.objects.get(pk=row.request_id or 0), actor=actor)
    row.state, row.ended_on = state, None if state is YearState.BILLED else clock.today()
    row.save(update_fields=["state", "ended_on"])
    audit.record(actor, f"concessions.year_{state}", row, after={"state": state})
    audit.publish(actor, f"concessions.year_{state}", community_id=row.community_id, year=row.pk)
    return True
