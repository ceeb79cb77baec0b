"""Asking for an emergency policy, carrying it out on bills that stand and on those to come, ending it, and its extra service."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from wuyefei.foundation.access.actor import SYSTEM, Actor, service_actor
from wuyefei.foundation.access.models import Community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.approvals import actions as approvals
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.errors import DomainError, Invalid, NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.money.billing.public import (
    DEFERRAL,
    Published,
    Receivable,
    discount,
    lock_receivables,
    place_hold,
)

from .. import measures as queries
from ..models import ExtraService, Measure, MeasureBill, MeasurePlace
from ..rules.emergency import MeasureState, MeasureWrongState, Terms, check_measure, effect
from .plans import as_system

MEASURE_KIND = "concessions.measure"
FOLLOW_MEASURES = "wuyefei.follow_measures"
CHUNK = 500
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
    """Ask for a policy; a second person with the right in all its communities decides. Raises ``Invalid``, ``NotFound``."""
    wanted = sorted(set(order.community_ids))
    if not wanted:
        raise Invalid(field="小区", reason="至少选一个")
    if not set(wanted) <= actor.seen:
        raise NotFound()
    for community_id in wanted:
        actor.require(Permission.CONCESSION_EDIT, community_id)
    check_measure(order.terms)
    terms = order.terms
    row = Measure.objects.create(
        organisation_id=actor.organisation_id, name=limited(order.name, "名称", 40, required=True),
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


def _treat(row: Measure, community_id: int, request: Request, actor: Actor, only: Iterable[int] | None = None) -> int:
    """Carry a measure out on what it concerns in a community and has not treated yet; how many bills it changed."""
    ids = list(queries.concerned(row, community_id).values_list("pk", flat=True))
    if only is not None:
        wanted = set(only)
        ids = [pk for pk in ids if pk in wanted]
    changed, system = 0, as_system(actor)
    for start in range(0, len(ids), CHUNK):
        locked = {bill.pk for bill in lock_receivables(ids[start : start + CHUNK], community_id)}
        for bill in queries.concerned(row, community_id).filter(pk__in=locked).select_related("item"):
            changed += _apply(row, bill, request, system)
    return changed


def _apply(row: Measure, bill: Receivable, request: Request, actor: Actor) -> bool:
    found = effect(queries.as_billed(bill), queries.terms_of(row))
    if found is None:
        return False
    adjustment = discount(bill, found.off_fen, request, queries.words_of(row), actor=actor) if found.off_fen else None
    hold = None
    if found.rests is not None:
        hold = place_hold(bill.pk, found.rests.first, found.rests.last, kind=DEFERRAL, source_ref=queries.ref_of(row), actor=actor,
                          reason=f"{row.name}：缓缴 {row.deferral_months} 个月")  # fmt: skip
    MeasureBill.objects.create(
        measure=row, community_id=bill.community_id, receivable=bill, base_fen=found.base_fen, off_fen=found.off_fen, adjustment=adjustment,
        hold=hold, at=clock.now(),
    )  # fmt: skip
    return True


def treat_published(published: Published, actor: Actor) -> None:
    """Inside the publishing transaction, before prepayments are offset: running measures lower and put off what was just billed."""
    rows = Measure.objects.filter(organisation_id=published.organisation_id, state=MeasureState.RUNNING, places__community_id=published.community_id)
    for row in rows.order_by("pk"):
        _treat(row, published.community_id, Request.objects.get(pk=row.request_id or 0), actor)


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
    if not 0 < times <= 10_000 or not 0 <= cost_fen <= 10**10:
        raise Invalid(field="次数", reason="次数应大于 0，费用不能是负数")
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
