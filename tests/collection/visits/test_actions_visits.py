"""Routes made, begun and walked: what is kept, once; what is refused, without a trace."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from tests.collection.followup.conftest import MARCH, at, case_of
from tests.collection.visits.conftest import PNG, order, stop_of, walking
from tests.insight.arrears.conftest import paid
from tests.world import World
from wuyefei.collection.followup.models import Act, Promise, Step
from wuyefei.collection.followup.public import CaseMoved, Log, log
from wuyefei.collection.visits.actions import (
    NotReady,
    NotYours,
    RouteMoved,
    StopSettled,
    Visited,
    cancel_route,
    finish,
    leave_out,
    make_route,
    start,
    visited,
)
from wuyefei.collection.visits.models import Proof, Route
from wuyefei.collection.visits.rules import READINESS
from wuyefei.foundation.kernel.errors import Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.pictures import PictureRefused
from wuyefei.relations.contacts.public import Channel, Contact, StepRefused

pytestmark = pytest.mark.django_db


def test_a_route_is_in_the_order_one_walks(ready: World) -> None:
    route = make_route(order(ready), actor=ready["manager"])
    assert list(route.stops.order_by("number").values_list("number", "property__code")) == [(1, "1-1-101"), (2, "1-1-102"), (3, "1-1-201")]
    with pytest.raises(Invalid):
        make_route(order(ready), actor=ready["manager"])
    cancel_route(route.pk, "下雨", actor=ready["manager"])
    assert set(route.stops.values_list("state", flat=True)) == {"skipped"}
    assert make_route(order(ready), actor=ready["manager"]).stops.count() == 3
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        Route.objects.filter(pk=route.pk).update(second_id=route.first_id + 10**6)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"begins_at": at(MARCH, 12)}, StepRefused), ({"begins_at": at(MARCH, 20)}, StepRefused), ({"begins_at": at(MARCH, 9)}, Invalid),
        ({"begins_at": at(MARCH + dt.timedelta(days=1))}, Invalid), ({"step_ids": ()}, Invalid), ({"second": "collector"}, Invalid),
        ({"first": "keeper", "second": "collector"}, Invalid), ({"second": "outsider"}, Invalid), ({"by": "outsider"}, NotFound),
        ({"by": "auditor"}, Forbidden),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(ready: World, change: dict[str, object], error: type[Exception]) -> None:
    """A meal, the night, the past, another day, nobody, one person twice, one who works no cases, a stranger."""
    facts = dict(change)
    by = str(facts.pop("by", "manager"))
    people = {f"{name}_id": ready[str(facts.pop(name))].user_id for name in ("first", "second") if name in facts}
    with pytest.raises(error):
        make_route(replace(order(ready), **facts, **people), actor=ready[by])  # type: ignore[arg-type]
    assert not Route.objects.exists()


def test_nobody_starts_unprepared(ready: World) -> None:
    route = make_route(order(ready), actor=ready["manager"])
    with pytest.raises(NotReady, match="记录仪"):
        start(route.pk, [code for code in READINESS if code != "recorder"], actor=ready["collector"])
    with clock.at(at(MARCH, 12)), pytest.raises(StepRefused):
        start(route.pk, list(READINESS), actor=ready["collector"])
    with clock.at(at(MARCH + dt.timedelta(days=1), 10)), pytest.raises(NotReady, match="不是今天"):
        start(route.pk, list(READINESS), actor=ready["collector"])
    with pytest.raises(NotFound):
        start(route.pk, list(READINESS), actor=ready["keeper"])
    assert Route.objects.get().state == "planned"
    begun = start(route.pk, list(READINESS), actor=ready["collector"])
    assert (begun.state, begun.panic, begun.started_at) == ("walking", "19900000110", at(MARCH, 10, 30))
    with pytest.raises(RouteMoved):
        cancel_route(route.pk, "下雨", actor=ready["collector"])


def test_nobody_starts_without_a_number_to_call(ready: World, monkeypatch: pytest.MonkeyPatch) -> None:
    route = make_route(order(ready), actor=ready["manager"])
    monkeypatch.setattr("wuyefei.collection.visits.actions.panic_number", lambda community_id: "")
    with pytest.raises(NotReady, match="紧急电话"):
        start(route.pk, list(READINESS), actor=ready["collector"])
    assert Route.objects.get().state == "planned"


def test_a_visit_is_kept_once_with_its_proofs(ready: World) -> None:
    walking(ready)
    stop = stop_of(ready, "陆小满")
    entry = Visited("v-1", 0, "promised", clock.now(), "forgot", "忘了", 80000, MARCH + dt.timedelta(days=3), PNG, PNG)
    for _turn in range(2):
        kept = visited(stop.pk, entry, actor=ready["collector"])
    assert (kept.state, kept.act and kept.act.outcome, kept.contact and (kept.contact.channel, kept.contact.people, kept.contact.breach)) == (
        "done", "promised", ("visit", 2, ""),
    )  # fmt: skip
    assert (Act.objects.count(), Promise.objects.get().amount_fen, Step.objects.get(pk=stop.step_id).state) == (1, 80000, "done")
    assert sorted(Proof.objects.values_list("kind", "content_type")) == [("photo", "image/png"), ("signature", "image/png")]
    assert Contact.objects.filter(person=stop.person, state="planned").count() == 0
    with pytest.raises(StopSettled):
        visited(stop.pk, replace(entry, client_key="v-2"), actor=ready["collector"])
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        Proof.objects.update(kind="photo")


def test_a_refused_visit_leaves_nothing(ready: World) -> None:
    walking(ready)
    stop = stop_of(ready, "陆小满")
    good = Visited("v-1", 0, "reached", clock.now())
    wrong = [
        (replace(good, photo=b"GIF89a"), PictureRefused), (replace(good, signature=b"\xff\xd8\xff\xda"), PictureRefused),
        (replace(good, outcome="promised"), Invalid), (replace(good, outcome="nonsense"), Invalid), (replace(good, client_key=" "), Invalid),
        (replace(good, at=at(MARCH, 9)), Invalid), (replace(good, at=at(MARCH, 14)), Invalid), (replace(good, reason="x"), Invalid),
    ]  # fmt: skip
    for entry, error in wrong:
        with pytest.raises(error):
            visited(stop.pk, entry, actor=ready["collector"])
    with pytest.raises(NotFound):
        visited(stop.pk, good, actor=ready["outsider"])
    stop.refresh_from_db()
    assert stop.state == "open" and not Act.objects.exists() and not Proof.objects.exists()


def test_of_two_people_at_a_case_the_second_is_told(ready: World) -> None:
    walking(ready)
    stop = stop_of(ready, "陆小满")
    log(stop.case_id, Log("call", 0, Channel.PHONE, "reached", clock.now()), actor=ready["manager"])
    with pytest.raises(CaseMoved):
        visited(stop.pk, Visited("v-1", 0, "reached", clock.now()), actor=ready["collector"])
    assert visited(stop.pk, Visited("v-1", 1, "reached", clock.now()), actor=ready["collector"]).state == "done"


def test_paid_at_the_door_is_no_demand(ready: World) -> None:
    """沈秋白 pays by phone before the visit is written down: the visit is service, the case is closed, the plan taken back."""
    walking(ready)
    stop, case = stop_of(ready, "沈秋白"), case_of(ready, "沈秋白")
    for month in (1, 2):
        paid(ready, "1-1-102", "沈秋白", dt.date(2026, month, 1), 23000, f"p{month}")
    kept = visited(stop.pk, Visited("v-1", 0, "reached", clock.now(), note="当场扫码"), actor=ready["collector"])
    case.refresh_from_db()
    assert kept.contact is not None
    assert (kept.state, kept.act, kept.contact.purpose, kept.contact.breach, case.closed_on) == ("paid", None, "service", "", MARCH)
    assert not Contact.objects.filter(person=stop.person, state="planned").exists()


def test_only_the_two_and_the_manager_write(ready: World) -> None:
    route = replace(order(ready), first_id=ready["manager"].user_id or 0)
    made = make_route(route, actor=ready["manager"])
    with pytest.raises(NotYours):
        start(made.pk, list(READINESS), actor=ready["collector"])
    assert Route.objects.get().state == "planned"


def test_a_door_left_out_is_free_and_what_comes_late_is_kept(ready: World) -> None:
    """Left out, it may stand on another route; written down without a network, it comes in after the walk has ended."""
    route = walking(ready)
    with pytest.raises(Invalid):
        leave_out(stop_of(ready, "顾予安").pk, " ", actor=ready["collector"])
    leave_out(stop_of(ready, "顾予安").pk, "电梯检修", actor=ready["collector"])
    with clock.at(at(MARCH, 11)):
        finish(route.pk, actor=ready["collector"])
        assert sorted(route.stops.values_list("number", "state", "why")) == [(1, "skipped", "走完时没有去"), (2, "skipped", "走完时没有去"), (3, "skipped", "电梯检修")]
        late = Visited("v-1", 0, "not_home", at(MARCH, 10, 50))
        assert visited(stop_of(ready, "陆小满").pk, late, actor=ready["collector"]).state == "done"
        again = Step.objects.get(person=ready.people["顾予安"]).pk
        make_route(replace(order(ready), begins_at=at(MARCH, 14), step_ids=(again,)), actor=ready["manager"])
        first = route.stops.get(number=3)
        with pytest.raises(StopSettled):
            visited(first.pk, replace(late, client_key="v-2"), actor=ready["collector"])
