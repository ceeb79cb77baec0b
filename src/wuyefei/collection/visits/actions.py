"""A route planned, begun, walked door by door, ended or taken back; the number to call in trouble."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction

from wuyefei.collection.followup.public import Log, Step, held_steps, log, overdue_bills, reckon, workers
from wuyefei.foundation.access.actor import Actor, get_community
from wuyefei.foundation.access.rules import Permission
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.kernel.text import limited
from wuyefei.foundation.platform import audit, clock
from wuyefei.foundation.platform.pictures import PNG, Picture, PictureRefused, read_picture
from wuyefei.relations.contacts.public import (
    Channel,
    Contact,
    Draft,
    Purpose,
    StepRefused,
    cancel,
    record,
)

from .models import PanicNumber, Proof, Route, Stop
from .queries import (
    TAKEN,
    companions,
    get_route,
    get_stop,
    panic_number,
    refused_at,
    stops,
    waiting,
)
from .rules import MOST_STOPS, READINESS, Door, in_order, lacking, phone_number

KEY, WHY = 64, 200
SKEW = dt.timedelta(minutes=5)


class RouteMoved(DomainError):
    code = "route_moved"
    message = "这张路线单已经{state}，请刷新。"


class NotYours(Forbidden):
    message = "只有路线单上的两个人和项目经理能办。"


class StopSettled(DomainError):
    code = "stop_settled"
    message = "这一户已经登记过：{state}。"


class NotReady(DomainError):
    code = "visit_not_ready"
    message = "还不能出发：{what}。"


@dataclass(frozen=True)
class Order:
    """A route as it is asked for: when it begins, which two people, which steps."""

    community_id: int
    begins_at: dt.datetime
    first_id: int
    second_id: int
    step_ids: tuple[int, ...]


@dataclass(frozen=True)
class Visited:
    """A visit as it went; ``seen`` how many acts of the case the visitor saw; pictures as bytes, empty for none."""

    client_key: str
    seen: int
    outcome: str
    at: dt.datetime
    reason: str = ""
    note: str = ""
    promise_fen: int | None = None
    promise_on: dt.date | None = None
    photo: bytes = b""
    signature: bytes = b""


@transaction.atomic
def name_number(community_id: int, phone: str, *, actor: Actor) -> PanicNumber:
    """Say whom visitors in trouble call. Raises ``Invalid`` for what no phone can dial."""
    place = get_community(actor, community_id, Permission.FOLLOW_MANAGE)
    row = PanicNumber.objects.create(
        organisation_id=place.organisation_id, community=place, phone=phone_number(phone), made_by_id=actor.user_id, made_at=clock.now()
    )
    audit.record(actor, "visits.number", row, after={"phone": row.phone})
    return row


def make_route(order: Order, *, actor: Actor) -> Route:
    """Put released visits of today on a route, in the order one walks.

    Raises ``StepRefused`` where nobody may be visited at that hour, ``Invalid`` for people or steps that do not fit.
    """
    place = get_community(actor, order.community_id, Permission.FOLLOW_WORK)
    _pair(order, actor)
    if order.begins_at.astimezone(CHINA).date() != clock.today() or order.begins_at < clock.now() - SKEW:
        raise Invalid(field="出发时间", reason="应在今天，不早于现在")
    refused = refused_at(place.organisation_id, place.pk, order.begins_at)
    if refused is not None:
        raise StepRefused(refused)
    with transaction.atomic():
        held = {row.pk for row in held_steps(place.pk, order.step_ids)}
        rows = [row for row in waiting(actor, clock.today()).filter(pk__in=order.step_ids, community=place) if row.pk in held]
        if not rows or len(rows) != len(set(order.step_ids)):
            raise Invalid(field="步骤", reason="有的已经不用上门，或者已在别的路线单上，请重新选")
        if len(rows) > MOST_STOPS:
            raise Invalid(field="步骤", reason="一张路线单最多 40 户")
        route = Route.objects.create(
            organisation_id=place.organisation_id, community=place, on=clock.today(), begins_at=order.begins_at, first_id=order.first_id,
            second_id=order.second_id, made_by_id=actor.user_id, made_at=clock.now(),
        )  # fmt: skip
        Stop.objects.bulk_create(_stops(route, rows))
        audit.record(actor, "visits.route", route, after={"stops": len(rows), "first": order.first_id, "second": order.second_id})
    return route


def _pair(order: Order, actor: Actor) -> None:
    """The one who writes works cases there; the other has some task there and is somebody else."""
    if order.first_id == order.second_id:
        raise Invalid(field="同行人", reason="须是另外一个人")
    if order.first_id not in {user.pk for user in workers(actor, order.community_id)}:
        raise Invalid(field="负责人", reason="不办理这个小区的催缴")
    if order.second_id not in {user.pk for user in companions(actor, order.community_id)}:
        raise Invalid(field="同行人", reason="在这个小区没有岗位")


def _stops(route: Route, rows: Sequence[Step]) -> list[Stop]:
    by_id = {row.pk: row for row in rows}
    doors = [_door(row) for row in rows]
    return [
        Stop(
            organisation_id=route.organisation_id, community_id=route.community_id, route=route, number=number, step_id=pk, case_id=by_id[pk].case_id,
            person_id=by_id[pk].person_id, property_id=by_id[pk].case.property_id,
        )
        for number, pk in enumerate(in_order(doors), 1)
    ]  # fmt: skip


def _door(step: Step) -> Door:
    home = step.case.property
    building, entrance = home.building, home.entrance
    return Door(step.pk, building.sort_key if building else "", entrance.name if entrance else "", home.floor, home.sort_key)


def start(route_id: int, ticked: Collection[str], *, actor: Actor) -> Route:
    """Begin the walk: everything ticked, a number to call, and an hour at which visits are permitted.

    Raises ``NotReady`` naming what is missing, ``StepRefused`` for the hour, ``RouteMoved`` where it is not planned.
    """
    route = get_route(actor, route_id)
    refused = refused_at(route.organisation_id, route.community_id, clock.now())
    if refused is not None:
        raise StepRefused(refused)
    with transaction.atomic():
        route = _held(route_id, (Route.State.PLANNED,), actor)
        if route.on != clock.today():
            raise NotReady(what="不是今天的路线单")
        missing = lacking(ticked)
        if missing:
            raise NotReady(what=missing[0])
        number = panic_number(route.community_id)
        if not number:
            raise NotReady(what="小区没有紧急电话")
        route.state, route.started_at, route.readiness, route.panic = Route.State.WALKING, clock.now(), list(READINESS), number
        route.save(update_fields=["state", "started_at", "readiness", "panic"])
        audit.record(actor, "visits.start", route, after={"readiness": route.readiness, "panic": number})
    return route


def _held(route_id: int, states: Collection[str], actor: Actor) -> Route:
    """The route for writing, by one of its two people or by who manages the follow-up there."""
    route = get_route(actor, route_id)
    actor.require(Permission.FOLLOW_WORK, route.community_id)
    if actor.user_id not in (route.first_id, route.second_id) and not actor.may(Permission.FOLLOW_MANAGE, route.community_id):
        raise NotYours()
    row = Route.objects.select_for_update().get(pk=route.pk)
    if row.state not in states:
        raise RouteMoved(state=row.get_state_display())
    return row


def visited(stop_id: int, entry: Visited, *, actor: Actor) -> Stop:
    """Write down how a visit went, with its photograph and signature. Sent again, it is kept once.

    Where nothing is owed any more the visit is kept as service, and no debt was asked for. Raises ``StopSettled``,
    ``PictureRefused``, and what ``log`` raises: nothing is kept then.
    """
    key = limited(entry.client_key, "编号", KEY, required=True)
    pictures = _pictures(entry)
    stop = get_stop(actor, stop_id)
    with transaction.atomic():
        route = _held(stop.route_id, (Route.State.WALKING, Route.State.OVER), actor)
        stop = Stop.objects.select_for_update().get(pk=stop.pk)
        if stop.client_key == key:
            return stop
        if stop.state != Stop.State.OPEN and not _late(route, stop):
            raise StopSettled(state=stop.get_state_display())
        if route.started_at is None or not route.started_at - SKEW <= entry.at <= clock.now() + SKEW:
            raise Invalid(field="时间", reason="应在出发以后，不能在将来")
        held_steps(stop.community_id, [stop.step_id])
        bills, disputed = overdue_bills(actor, stop.person_id, clock.today())
        if bills or disputed:
            _logged(stop, entry, key, actor)
        else:
            _paid(stop, entry, actor)
        stop.client_key, stop.settled_by_id, stop.settled_at = key, actor.user_id, clock.now()
        stop.save(update_fields=["state", "client_key", "act", "contact", "settled_by", "settled_at"])
        _keep(stop, pictures)
        audit.record(actor, "visits.visited", stop, after={"outcome": entry.outcome, "state": stop.state, "proofs": sorted(pictures)})
    return stop


def _late(route: Route, stop: Stop) -> bool:
    """A visit that was written down without a network and comes in when the walk is over."""
    over = route.state == Route.State.OVER and stop.state == Stop.State.SKIPPED
    return over and not Stop.objects.filter(step_id=stop.step_id, state__in=TAKEN).exists()


def _pictures(entry: Visited) -> dict[str, Picture]:
    found = {kind: read_picture(content) for kind, content in (("photo", entry.photo), ("signature", entry.signature)) if content}
    if "signature" in found and found["signature"].kind != PNG:
        raise PictureRefused(reason="签名应是 PNG")
    return found


def _logged(stop: Stop, entry: Visited, key: str, actor: Actor) -> None:
    said = Log(key, entry.seen, Channel.VISIT, entry.outcome, entry.at, entry.reason, entry.note, entry.promise_fen, entry.promise_on)
    stop.act = log(stop.case_id, said, actor=actor).act
    stop.contact_id, stop.state = stop.act.contact_id, Stop.State.DONE


def _paid(stop: Stop, entry: Visited, actor: Actor) -> None:
    """Nothing is owed at the door: what was planned is taken back, and the case is brought up to date."""
    of_step = Step.objects.filter(pk=stop.step_id).values("contact_id")
    planned = Contact.objects.filter(pk__in=of_step, state=Contact.State.PLANNED).first()
    if planned is not None:
        cancel(planned.pk, "上门时已经缴清", actor=actor)
    draft = Draft(stop.person_id, Channel.VISIT, Purpose.SERVICE, entry.at, stop.property_id, people=2, note=entry.note)
    stop.contact, stop.state = record(draft, Contact.Outcome.REACHED, actor=actor), Stop.State.PAID
    reckon(stop.community_id, clock.today(), [stop.person_id])


def _keep(stop: Stop, pictures: dict[str, Picture]) -> None:
    Proof.objects.bulk_create(
        Proof(
            organisation_id=stop.organisation_id, community_id=stop.community_id, stop=stop, kind=kind, content_type=one.kind,
            content=one.content, size=len(one.content), sha256=hashlib.sha256(one.content).hexdigest(), made_at=clock.now(),
        )
        for kind, one in pictures.items()
    )  # fmt: skip


@transaction.atomic
def leave_out(stop_id: int, why: str, *, actor: Actor) -> Stop:
    """Nobody goes to this door today; its step may go on another route. Raises ``StopSettled``."""
    stop = get_stop(actor, stop_id)
    _held(stop.route_id, (Route.State.PLANNED, Route.State.WALKING), actor)
    stop = Stop.objects.select_for_update().get(pk=stop.pk)
    if stop.state != Stop.State.OPEN:
        raise StopSettled(state=stop.get_state_display())
    _skip([stop], limited(why, "原因", WHY, required=True), actor)
    return stop


@transaction.atomic
def finish(route_id: int, *, actor: Actor) -> Route:
    """End the walk; doors that nobody went to are free for another route."""
    route = _held(route_id, (Route.State.WALKING,), actor)
    _skip(_open(route), "走完时没有去", actor)
    return _end(route, Route.State.OVER, "visits.finish", "", actor)


@transaction.atomic
def cancel_route(route_id: int, why: str, *, actor: Actor) -> Route:
    """Take back a route that has not begun; its doors are free for another one."""
    route = _held(route_id, (Route.State.PLANNED,), actor)
    reason = limited(why, "原因", WHY, required=True)
    _skip(_open(route), reason, actor)
    return _end(route, Route.State.CANCELLED, "visits.cancel", reason, actor)


def _open(route: Route) -> list[Stop]:
    return list(Stop.objects.select_for_update().filter(route=route, state=Stop.State.OPEN).order_by("pk"))


def _skip(rows: Sequence[Stop], why: str, actor: Actor) -> None:
    for row in rows:
        row.state, row.why, row.settled_by_id, row.settled_at = Stop.State.SKIPPED, why, actor.user_id, clock.now()
        audit.record(actor, "visits.skip", row, reason=why)
    Stop.objects.bulk_update(rows, ["state", "why", "settled_by", "settled_at"])


def _end(route: Route, state: str, act: str, reason: str, actor: Actor) -> Route:
    route.state, route.ended_at = state, clock.now()
    route.save(update_fields=["state", "ended_at"])
    audit.record(actor, act, route, reason=reason)
    return route


@transaction.atomic
def printed(route_id: int, *, actor: Actor) -> list[Stop]:
    """The doors whose bills are about to be printed; who printed them is on record."""
    route = get_route(actor, route_id)
    actor.require(Permission.FOLLOW_WORK, route.community_id)
    rows = list(stops(actor).filter(route=route, state__in=TAKEN).order_by("number"))
    if not rows:
        raise NotFound()
    audit.record(actor, "visits.papers", route, after={"doors": len(rows)})
    return rows
