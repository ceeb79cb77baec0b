"""Policies kept, steps drafted and released, cases handed over and taken back."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from tests.collection.followup.conftest import MARCH, at, case_of
from tests.insight.arrears.conftest import paid
from tests.world import World, actor_of
from wuyefei.collection.followup.actions.steps import KIND, draft
from wuyefei.collection.followup.models import CadencePolicy, Case, Handover, Step
from wuyefei.collection.followup.public import (
    DEFAULT,
    Log,
    Policy,
    adjust,
    draft_now,
    drop,
    hand_over,
    log,
    reckon,
    release,
    save_policy,
    take_back,
    workable,
)
from wuyefei.collection.followup.queries.policies import guard_of, history, last_quarter
from wuyefei.collection.followup.rules.cadence import Release
from wuyefei.collection.followup.rules.trial import try_policy
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.schedule import run_scheduled
from wuyefei.money.billing.public import Receivable, place_hold
from wuyefei.relations.contacts.public import Channel, Contact, Refusal

pytestmark = pytest.mark.django_db
BY_HAND = Policy(tuple(replace(rung, release=Release.HAND) for rung in DEFAULT.rungs))


def by_hand(world: World) -> CadencePolicy:
    """From today on every step waits for a person."""
    row = save_policy(world.community.pk, "", BY_HAND, MARCH, "新人多，先看一遍", actor=world["manager"])
    draft_now(world.community.pk, actor=world["manager"])
    return row


def state_of(world: World, name: str) -> Step:
    return Step.objects.get(person=world.people[name])


def test_a_night_drafts_and_releases_by_rule(world: World) -> None:
    """Three calls planned for half past six, nobody twice however often it runs."""
    for _turn in range(2):
        run_scheduled(KIND, organisation_id=world.organisation.pk)
    assert list(Step.objects.values_list("state", "rung", "channel")) == [("released", "ask", "phone")] * 3
    assert {row.at for row in Contact.objects.all()} == {at(MARCH, 18, 30)}
    assert Contact.objects.filter(state="planned", source_ref__startswith="step:").count() == 3
    case = case_of(world, "陆小满")
    assert (case.next_kind, case.next_on, case.next_rank, case.next_channel) == ("planned", MARCH, 5, "phone")
    assert sum(rows.count() for rows in workable(world["collector"], MARCH)) == 3


def test_a_policy_by_hand_waits_for_a_person(world: World) -> None:
    row = by_hand(world)
    assert (row.number, row.values["rungs"][2]["release"]) == (1, "hand")
    assert set(Step.objects.values_list("state", flat=True)) == {"draft"}
    assert not any(rows.exists() for rows in workable(world["collector"], MARCH)) and not Contact.objects.exists()
    one = state_of(world, "陆小满")
    assert adjust([one.pk], channel="wechat", at=at(MARCH, 19), actor=world["manager"]) == 1
    done = release(list(Step.objects.values_list("pk", flat=True)), actor=world["manager"])
    assert (done.released, done.refused) == (3, 0)
    assert list(Contact.objects.filter(channel="wechat").values_list("at", "person__name")) == [(at(MARCH, 19), "陆小满")]
    again = release(list(Step.objects.values_list("pk", flat=True)), actor=world["manager"])
    assert (again.released, Contact.objects.count()) == (0, 3)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        CadencePolicy.objects.update(number=9)


def test_what_the_guard_refuses_says_why_and_may_be_set_anew(world: World) -> None:
    by_hand(world)
    one = state_of(world, "陆小满")
    adjust([one.pk], at=at(MARCH, 22), actor=world["manager"])
    assert release([one.pk], actor=world["manager"]).refused == 1
    one.refresh_from_db()
    assert (one.state, one.code, Refusal.objects.get().code) == ("refused", "quiet_hours", "quiet_hours")
    adjust([one.pk], at=at(MARCH, 18), actor=world["manager"])
    assert release([one.pk], actor=world["manager"]).released == 1


def test_leaving_out_today_brings_it_again_tomorrow(world: World) -> None:
    run_scheduled(KIND, organisation_id=world.organisation.pk)
    one = state_of(world, "陆小满")
    with pytest.raises(Invalid):
        drop([one.pk], " ", actor=world["manager"])
    assert drop([one.pk], "刚在前台谈过", actor=world["manager"]) == 1
    assert Contact.objects.get(pk=one.contact_id).state == "cancelled"
    draft(world.community.pk, MARCH)
    assert Step.objects.filter(person=world.people["陆小满"]).count() == 1
    tomorrow = MARCH + dt.timedelta(days=1)
    with clock.at(at(tomorrow, 3)):
        reckon(world.community.pk, tomorrow)
        run_scheduled(KIND, organisation_id=world.organisation.pk)
    found = Step.objects.filter(person=world.people["沈秋白"]).order_by("pk").values_list("on", "state")
    assert list(found) == [(MARCH, "dropped"), (tomorrow, "released")]
    assert Step.objects.filter(person=world.people["陆小满"], on=tomorrow, state="released").exists()


def test_a_call_does_the_step_and_a_payment_ends_it(world: World) -> None:
    run_scheduled(KIND, organisation_id=world.organisation.pk)
    case = case_of(world, "陆小满")
    log(case.pk, Log("key-1", 0, Channel.PHONE, "reached", clock.now()), actor=world["collector"])
    assert (state_of(world, "陆小满").state, Contact.objects.filter(person=case.person, state="done").count()) == ("done", 1)
    for month in (1, 2):
        paid(world, "1-1-102", "沈秋白", dt.date(2026, month, 1), 23000, f"p{month}")
    reckon(world.community.pk, MARCH)
    draft_now(world.community.pk, actor=world["manager"])
    gone = state_of(world, "沈秋白")
    assert gone.state == "dropped" and gone.contact is not None and gone.contact.state == "cancelled"


def test_a_disputed_case_is_never_drafted(world: World) -> None:
    for row in Receivable.objects.filter(payer=world.people["陆小满"]):
        place_hold(row.pk, MARCH, None, kind="dispute", source_ref=f"工单 {row.pk}", actor=world["finance"])
    draft_now(world.community.pk, actor=world["manager"])
    assert not Step.objects.filter(person=world.people["陆小满"]).exists() and Step.objects.count() == 2


def test_who_may_and_where(world: World) -> None:
    by_hand(world)
    ids = list(Step.objects.values_list("pk", flat=True))
    for act in (lambda: release(ids, actor=world["collector"]), lambda: draft_now(world.community.pk, actor=world["collector"])):
        with pytest.raises(Forbidden):
            act()
    for act in (lambda: release(ids, actor=world["outsider"]), lambda: adjust(ids, channel="sms", actor=world["outsider"])):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(Forbidden):
        save_policy(None, "", DEFAULT, MARCH, "x", actor=world["collector"])
    for day in (MARCH - dt.timedelta(days=1), MARCH + dt.timedelta(days=400)):
        with pytest.raises(Invalid):
            save_policy(world.community.pk, "", DEFAULT, day, "x", actor=world["manager"])
    assert set(Step.objects.values_list("state", flat=True)) == {"draft"} and CadencePolicy.objects.count() == 1


def test_a_later_policy_leaves_today_as_it_is(world: World) -> None:
    soon = MARCH + dt.timedelta(days=7)
    late = Policy((replace(DEFAULT.rungs[2], day=60),))
    save_policy(None, "household", late, soon, "试一季", actor=world["manager"])
    reckon(world.community.pk, MARCH)
    assert case_of(world, "沈秋白").next_on == MARCH
    with clock.at(at(soon)):
        reckon(world.community.pk, soon)
        assert case_of(world, "沈秋白").next_on == dt.date(2026, 1, 15) + dt.timedelta(days=60)


def test_the_last_quarter_tried_on_the_books(world: World) -> None:
    """In April: three households owe since January and February; 陆小满 paid all on 10 March."""
    with clock.at(at(dt.date(2026, 3, 10))):
        for month, fen in ((1, 41000), (2, 41000)):
            paid(world, "1-1-101", "陆小满", dt.date(2026, month, 1), fen, f"p{month}")
    span = last_quarter(dt.date(2026, 4, 20))
    assert (span.first, span.last) == (dt.date(2026, 1, 1), dt.date(2026, 3, 31))
    homes = list(history(world["manager"], world.community.pk, span, ""))
    tally = try_policy(homes, DEFAULT, span.first, span.last, guard_of(world.organisation.pk))
    assert (tally.households, tally.touched) == (3, 3)
    assert tally.steps["notice", "sms"] == 6 and tally.steps["ask", "phone"] == 3
    assert list(history(world["manager"], world.community.pk, span, "business")) == []
    with pytest.raises(NotFound):
        list(history(world["outsider"], world.community.pk, span, ""))


def test_handing_over_and_taking_back(world: World) -> None:
    second = actor_of(world.organisation, "second", Role.COLLECTOR)
    ids = list(Case.objects.order_by("pk").values_list("pk", flat=True))
    hand_over(ids[:1], second.user_id, actor=world["manager"])
    (made,) = hand_over(ids, world["collector"].user_id, actor=world["manager"])
    assert made.cases.count() == 3
    hand_over(ids[2:], second.user_id, actor=world["manager"])
    assert take_back(made.pk, actor=world["manager"]) == 2
    assert list(Case.objects.order_by("pk").values_list("owner_id", flat=True)) == [second.user_id, None, second.user_id]
    with pytest.raises(DomainError, match="退回过"):
        take_back(made.pk, actor=world["manager"])
    for who in ("collector", "outsider"):
        with pytest.raises(NotFound):
            take_back(Handover.objects.order_by("pk")[0].pk, actor=world[who])
