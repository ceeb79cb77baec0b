"""Asking for an emergency policy, carrying it out on bills that stand and on those to come, ending it, and its extra service."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.foundation.access.actor import SYSTEM, Actor, service_actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.collector import uncollected
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.inserting import drafts, insert_many
from wuyefei.money.billing.public import (
    DEFERRAL,
    Concession,
    Grant,
    Published,
    Receivable,
    grant,
    lock_receivables,
)

from .. import measures as queries
from ..models import ExtraService, Measure, MeasureBill, MeasurePlace
from ..rules.emergency import Effect, MeasureState, MeasureWrongState, Terms, check_measure, effect
from .plans import as_system

MEASURE_KIND = "concessions.measure"
FOLLOW_MEASURES = "wuyefei.follow_measures"
ENTRY = "concessions.measure"
"""The journal's entries of what measures take off."""
CHUNK = 5_000
log = logging.getLogger("wuyefei.concessions")


@dataclass(frozen=True, slots=True)
class MeasureOrder:
    """An emergency policy as typed in; ``community_ids`` are those chosen one by one or by their region."""

    name: str
    basis: str
    terms: Terms
    community_ids: tuple[int, ...]


@transaction.atomic
def ask_measure(order: MeasureOrder, *, actor: Actor) -> Measure:
    """Ask for a policy; a second person with the right in all its communities decides. Raises ``Invalid``, also where one of that
    name and span waits or runs already, for each would be taken off; ``NotFound``."""
    wanted = sorted(set(order.community_ids))
    if not wanted:
        raise Invalid(field="小区", reason="至少选一个")
    if not set(wanted) <= actor.seen:
        raise NotFound()
    for community_id in wanted:
        actor.require(Permission.CONCESSION_EDIT, community_id)
    check_measure(order.terms)
    terms, name = order.terms, limited(order.name, "名称", 40, required=True)
    same = Measure.objects.filter(organisation_id=actor.organisation_id, name=name, starts_on=terms.span.first, ends_on=terms.span.last)
    if same.filter(state__in=[MeasureState.ASKED, MeasureState.RUNNING]).exists():
        raise Invalid(field="名称", reason="已有一项同名、同起止日的政策在等审批或执行中")
    row = Measure.objects.create(
        organisation_id=actor.organisation_id, name=name,
        basis=limited(order.basis, "依据", 200, required=True), starts_on=terms.span.first, ends_on=terms.span.last, kinds=sorted(terms.kinds),
        deferral_months=terms.deferral_months, percent=terms.percent, made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    MeasurePlace.objects.bulk_create([MeasurePlace(measure=row, community_id=pk) for pk in wanted])
    payload = {"measure": row.pk, "communities": wanted, "percent": row.percent, "deferral_months": row.deferral_months,
               "starts_on": row.starts_on, "ends_on": row.ends_on, "kinds": row.kinds}  # fmt: skip
    request = approvals.ask(MEASURE_KIND, row, actor=actor, community_id=wanted[0], payload=payload, reason=f"{row.name}：{terms.words}")
    row.request_id = request.pk
    row.save(update_fields=["request_id"])
    audit.record(actor, "concessions.ask_measure", row, community_id=wanted[0], after=payload, reason=row.basis)
    return row


def _locked(measure_id: int, organisation_id: int) -> Measure:
    row = Measure.objects.select_for_update().filter(pk=measure_id, organisation_id=organisation_id).first()
    if row is None:
        raise NotFound()
    return row


def run_measure(request: Request, actor: Actor) -> None:
    """Carried out on approval: bills that stand are lowered and put off at once, those to come when they are published."""
    row = _locked(request.subject_id, actor.organisation_id)
    if row.state != MeasureState.ASKED:
        raise MeasureWrongState(state=row.get_state_display(), verb="通过")
    places = queries.places_of(row)
    for community_id in places:
        actor.require(Permission.ADJUST_APPROVE, community_id)
    row.state, row.agreed_by_id, row.agreed_on = MeasureState.RUNNING, actor.user_id, clock.today()
    row.save(update_fields=["state", "agreed_by", "agreed_on"])
    treated = sum(_treat(row, place, request, actor) for place in places)
    audit.record(actor, "concessions.run_measure", row, community_id=places[0], after={"bills": treated})
    audit.publish(actor, "concessions.measure_running", community_id=places[0], measure=row.pk, bills=treated)


def refuse_measure(request: Request, actor: Actor) -> None:
    """Turned down, or taken back by who asked."""
    row = _locked(request.subject_id, actor.organisation_id)
    row.state = MeasureState.REFUSED
    row.save(update_fields=["state"])
    audit.record(actor, "concessions.refuse_measure", row, community_id=request.community_id)


@uncollected()
def _treat(row: Measure, community_id: int, request: Request, actor: Actor, since: int = 0) -> int:
    """Carry a measure out on what it concerns in a community and has not treated yet, from the bill ``since`` on; how many bills
    it changed."""
    ids = list(queries.concerned(row, community_id).filter(pk__gte=since).values_list("pk", flat=True))
    changed, system = 0, as_system(actor)
    for start in range(0, len(ids), CHUNK):
        locked = {bill.pk: bill for bill in lock_receivables(ids[start : start + CHUNK], community_id)}
        still = queries.concerned(row, community_id).filter(pk__in=locked).values_list("pk", flat=True)
        changed += _apply(row, [locked[pk] for pk in still], request, system, community_id)
    return changed


def _apply(row: Measure, bills: Sequence[Receivable], request: Request, actor: Actor, community_id: int) -> int:
    """What the measure does to locked bills, all at once; how many it changed."""
    terms, items = queries.terms_of(row), ChargeItem.objects.in_bulk({bill.item_id for bill in bills})
    found: list[tuple[Grant, Effect]] = []
    for bill in bills:
        bill.item = items[bill.item_id]
        done = effect(queries.as_billed(bill, terms.span), terms)
        if done is not None:
            found.append((Grant(bill, done.off_fen, done.rests), done))
    if not found:
        return 0
    why = Concession(
        queries.words_of(row), f"{row.name}：缓缴 {row.deferral_months} 个月", DEFERRAL, queries.ref_of(row), request.pk, (ENTRY, row.pk)
    )
    granted = grant([one for one, _ in found], why, actor=actor, community_id=community_id)
    treated = drafts(MeasureBill, measure_id=row.pk, community_id=community_id, at=clock.now())
    insert_many(
        [
            treated(receivable_id=one.bill.pk, base_fen=done.base_fen, off_fen=done.off_fen, adjustment_id=lowered and lowered.pk,
                    hold_id=held and held.pk)
            for (one, done), (lowered, held) in zip(found, granted, strict=True)
        ]
    )  # fmt: skip
    after = {"bills": len(found), "off_fen": sum(one.off_fen for one, _ in found), "put_off": sum(one.rests is not None for one, _ in found)}
    audit.record(actor, "concessions.treat", row, community_id=community_id, after=after)
    return len(found)


def treat_published(published: Published, actor: Actor) -> None:
    """Inside the publishing transaction, before prepayments are offset: running measures lower and put off what was just billed."""
    rows = Measure.objects.filter(organisation_id=published.organisation_id, state=MeasureState.RUNNING, places__community_id=published.community_id)
    for row in rows.order_by("pk"):
        _treat(row, published.community_id, Request.objects.get(pk=row.request_id or 0), actor, published.since)


def follow_measures(organisation_id: int | None) -> int:
    """Carry running measures out on whatever was billed otherwise; returns how many bills they changed."""
    rows = MeasurePlace.objects.filter(measure__state=MeasureState.RUNNING).order_by("pk")
    if organisation_id is not None:
        rows = rows.filter(measure__organisation_id=organisation_id)
    changed = 0
    for place in list(rows.select_related("measure")):
        try:
            changed += _follow(place, service_actor(place.measure.organisation_id, SYSTEM))
        except DomainError as error:
            log.warning("measure %s in %s: %s", place.measure_id, place.community_id, error.text)
    return changed


@transaction.atomic
def _follow(place: MeasurePlace, actor: Actor) -> int:
    row = _locked(place.measure_id, actor.organisation_id)
    if row.state != MeasureState.RUNNING:
        return 0
    return _treat(row, place.community_id, Request.objects.get(pk=row.request_id or 0), actor)


@transaction.atomic
def end_measure(measure_id: int, *, actor: Actor) -> Measure:
    """From now on it concerns no further bills; what it has granted stays granted."""
    queries.get_measure(actor, measure_id)
    row = _locked(measure_id, actor.organisation_id)
    places = queries.places_of(row)
    for community_id in places:
        actor.require(Permission.CONCESSION_EDIT, community_id)
    if row.state != MeasureState.RUNNING:
        raise MeasureWrongState(state=row.get_state_display(), verb="结束")
    row.state = MeasureState.ENDED
    row.save(update_fields=["state"])
    audit.record(actor, "concessions.end_measure", row, community_id=places[0])
    return row


@transaction.atomic
def record_service(
    measure_id: int, community_id: int, on: dt.date, what: str, times: int, cost_fen: int, *, actor: Actor
) -> ExtraService:
    """Note a service given beyond the usual. Raises ``Invalid``, ``NotFound`` for another community than the measure's."""
    row = queries.get_measure(actor, measure_id)
    actor.require(Permission.ADJUST_REQUEST, community_id)
    if community_id not in queries.places_of(row):
        raise NotFound()
    if on > clock.today():
        raise Invalid(field="日期", reason="不能晚于今天")
    if not 0 < times <= 10_000:
        raise Invalid(field="次数", reason="应在 1 到 10,000 之间")
    if not 0 <= cost_fen <= 10**10:
        raise Invalid(field="费用", reason="应在 0 到 100,000,000 元之间")
    made = ExtraService.objects.create(
        measure=row, community_id=community_id, on=on, what=limited(what, "服务", 80, required=True), times=times, cost_fen=cost_fen,
        made_by_id=actor.user_id, made_at=clock.now(),
    )  # fmt: skip
    audit.record(actor, "concessions.extra_service", row, community_id=community_id, after={"what": made.what, "times": times, "cost_fen": cost_fen})
    return made


def communities_of(actor: Actor, region_id: int | None, chosen: Iterable[int]) -> tuple[int, ...]:
    """The communities chosen one by one, and those of a region and the regions under it, where the actor may set policy."""
    mine = actor.communities(Permission.CONCESSION_EDIT)
    found = set(chosen)
    if region_id is not None:
        rows = Community.objects.filter(organisation_id=actor.organisation_id, pk__in=mine, ended_on=None)
        found |= set(rows.filter(region_id=region_id).values_list("pk", flat=True))
        found |= set(rows.filter(region__parent_id=region_id).values_list("pk", flat=True))
    return tuple(sorted(found))
