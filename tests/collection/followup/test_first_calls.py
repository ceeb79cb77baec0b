"""The call on the third day after the notice arrived: for whom, when, and what ends it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from tests.collection.followup.conftest import at
from tests.insight.arrears.conftest import paid
from tests.insight.arrears.test_pages_arrears import client, text
from tests.scenarios.month import publish
from tests.world import World
from wuyefei.collection.followup.actions.firstcalls import first_words, let_go
from wuyefei.collection.followup.models import FirstCall
from wuyefei.collection.followup.public import DEFAULT, Policy, first_calls, save_policy
from wuyefei.collection.followup.queries.policies import told_days
from wuyefei.collection.followup.rules.cadence import Release
from wuyefei.foundation.access.actor import SYSTEM, service_actor
from wuyefei.foundation.kernel.errors import Forbidden, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable
from wuyefei.relations.contacts.public import Contact, Refusal, close, set_wish

pytestmark = pytest.mark.django_db
DUE = dt.date(2026, 3, 15)


def day(number: int) -> dt.date:
    return dt.date(2026, 3, number)


def told(world: World, name: str, outcome: str) -> None:
    """The notice of March's bills went out on the 5th."""
    bills = Receivable.objects.filter(payer=world.people[name], due_on=DUE)
    system = service_actor(world.organisation.pk, SYSTEM)
    Contact.objects.create(
        organisation=world.organisation, community=world.community, person=world.people[name], direction="out", state="done", channel="sms",
        purpose="bill", at=at(day(5)), outcome=outcome, receivable_ids=[row.pk for row in bills], made_by_id=system.user_id, made_at=clock.now(),
        closed_by_id=system.user_id, closed_at=clock.now(),
    )  # fmt: skip


def night(world: World, number: int) -> int:
    with clock.at(at(day(number), 3)):
        return first_words(world.community, actor=service_actor(world.organisation.pk, SYSTEM))


def march(world: World) -> None:
    """顾予安 pays what was overdue on the 4th, late; 陆小满 still owes; 沈秋白's notice has not arrived."""
    with clock.at(at(day(3))):
        publish(world, "2026-03")
    with clock.at(at(day(4))):
        for month, fee in ((1, 722), (2, 256)):
            paid(world, "1-1-201", "顾予安", dt.date(2026, month, 1), 30090 + fee, f"gu{month}")
    for name, outcome in (("陆小满", "delivered"), ("顾予安", "read"), ("沈秋白", "sent")):
        told(world, name, outcome)


def shown(world: World) -> dict[str, tuple[int, str, str, dt.date]]:
    rows = first_calls(world["collector"]).select_related("person", "contact")
    return {row.person.name: (row.asked_fen, row.why, row.contact.state if row.contact else row.code, row.on) for row in rows}


def test_on_the_third_day_and_until_it_is_paid_or_said(world: World) -> None:
    march(world)
    assert told_days(world.community.pk, [world.people["陆小满"].pk], day(1)) == {world.people["陆小满"].pk: {DUE: day(5)}}
    assert night(world, 7) == 0
    assert (night(world, 8), night(world, 8)) == (2, 0)
    with clock.at(at(day(8))):
        assert shown(world) == {"陆小满": (40000, "owing", "planned", day(8)), "顾予安": (30090, "late", "planned", day(8))}
        contact = Contact.objects.get(state="planned", person=world.people["顾予安"])
        assert (contact.purpose, contact.channel, contact.at, len(contact.receivable_ids)) == ("bill", "phone", at(day(8), 18, 30), 1)
        for code in ("1-1-101", "B1-001"):
            bill = Receivable.objects.get(property=world.flats[code], due_on=DUE)
            paid(world, code, "陆小满", bill.period, bill.outstanding_fen, f"lu{code}")
        assert list(shown(world)) == ["顾予安"]
    assert night(world, 9) == 0
    assert Contact.objects.get(person=world.people["陆小满"], channel="phone").state == "cancelled"
    with clock.at(at(day(9), 19)):
        assert shown(world)["顾予安"] == (30090, "late", "planned", day(9))
        page = text(client(world, "collector").get("/followup/first"))
        assert "1-1-201" in page and "一年内迟缴过" in page and "今天要打的 1" in page
        close(FirstCall.objects.get(person=world.people["顾予安"]).contact_id, "reached", actor=world["collector"])
    assert night(world, 10) == 0 and night(world, 20) == 0
    with clock.at(at(day(20))):
        assert shown(world) == {"顾予安": (30090, "late", "done", day(9)), "陆小满": (40000, "owing", "", day(8))}
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            FirstCall.objects.update(asked_fen=1)


def test_what_the_guard_refuses_is_tried_again_only_where_another_day_helps(world: World) -> None:
    march(world)
    set_wish(world.people["顾予安"].pk, "phone", "refused", "来电", actor=world["manager"])
    assert night(world, 8) == 2
    assert (night(world, 9), night(world, 10)) == (0, 0)
    with clock.at(at(day(10))):
        assert shown(world)["顾予安"] == (30090, "late", "opted_out", day(8))
        assert Refusal.objects.filter(person=world.people["顾予安"]).count() == 1
        assert "本人已拒绝这种方式" in text(client(world, "manager").get("/followup/first?state=refused"))


def test_a_call_by_hand_waits_for_the_manager(world: World) -> None:
    march(world)
    by_hand = Policy(tuple(replace(rung, release=Release.HAND) for rung in DEFAULT.rungs))
    with clock.at(at(day(6))):
        save_policy(world.community.pk, "", by_hand, day(6), "先看一遍", actor=world["manager"])
    assert night(world, 8) == 2
    with clock.at(at(day(8))):
        assert not Contact.objects.filter(state="planned").exists()
        ids = list(FirstCall.objects.values_list("pk", flat=True))
        with pytest.raises(Forbidden):
            let_go(ids, actor=world["collector"])
        with pytest.raises(NotFound):
            let_go(ids, actor=world["outsider"])
        assert "请先勾选" in text(client(world, "manager").post("/followup/first/release", {}, follow=True))
        assert "已放行 2 户" in text(client(world, "manager").post("/followup/first/release", {"id": ids}, follow=True))
        assert Contact.objects.filter(state="planned", purpose="bill").count() == 2
