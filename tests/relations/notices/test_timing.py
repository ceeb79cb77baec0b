"""Habits from real payments, and batches planned by them: one by one and all at once come to the same."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction

from tests.relations.notices.conftest import DUE, NOW, Estate, open_channels, run
from tests.relations.owners import another_home
from tests.scenarios.month import publish
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.kernel.dates import CHINA, DAY
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import open_bills, place_hold
from wuyefei.money.payments.public import Payment
from wuyefei.relations.contacts.public import set_wish
from wuyefei.relations.notices.actions import planning
from wuyefei.relations.notices.actions.running import due_batches, rounds
from wuyefei.relations.notices.public import (
    Batch,
    Habit,
    Message,
    Target,
    plan_waiting,
    reckon_habits,
    resume_batch,
    start_batch,
)

FIRST = dt.datetime(2026, 1, 31, 9, tzinfo=CHINA)


def habit(estate: Estate, code: str, pattern: str, day: int = 0, hour: int = -1) -> None:
    person = estate.owners[code]
    Habit.objects.create(
        organisation=person.organisation, community=person.community, person=person, pattern=pattern, seen=12, hits=10, first_day=0,
        last_day=0, day=day, hour=hour, timed=10, hour_hits=9, reckoned_at=clock.now(),
    )  # fmt: skip


def planned(batch: Batch) -> dict[str, tuple[str, str, str]]:
    rows = Message.objects.filter(batch=batch).select_related("person")
    return {row.person.name: (row.channel, row.bundle, f"{row.not_before.astimezone(CHINA):%m-%d %H:%M}") for row in rows}


def test_habits_come_from_a_payers_own_payments(estate: Estate) -> None:
    """Desk and online payments by day and hour, a bank's by the day alone; voided ones and what was here already not at all."""
    owner, world = estate.owners["1-2-101"], estate.world
    home = Property.objects.get(code="1-2-101")
    for n in range(9):
        on = dt.date(2025, 3 + n, 1 + n % 3)
        at = dt.datetime.combine(on, dt.time(19, 30), CHINA)
        Payment.objects.create(
            organisation=world.organisation, community=world.community, payer=owner, property=home, kind="desk" if n < 8 else "offset",
            amount_fen=100, value_date=on, booked_at=at, booked_by_id=world["cashier"].user_id, voided_at=at if n == 7 else None,
        )  # fmt: skip
    assert reckon_habits(world.organisation.pk) == 1
    row = Habit.objects.get()
    assert (row.person_id, row.pattern, row.seen, row.day, row.hour, row.timed) == (owner.pk, "early", 7, 2, 19, 7)
    assert reckon_habits() == 0  # nobody has paid since


def test_each_payer_is_told_at_their_time(estate: Estate) -> None:
    """陆-like early payers before the 2nd, mid-month ones as near as the stretch allows, the late at once; the new by the
    contract's lead. A night owl's hour is moved by the guard."""
    with clock.at(FIRST):
        habit(estate, "1-2-101", "early", 2, 19)
        habit(estate, "1-2-102", "middle", 12, 22)
        habit(estate, "1-2-201", "late")
        batch = run(start_batch(estate.world.community.pk, DUE, actor=estate["manager"], smart=True))
        assert planned(batch) == {
            "测试甲": ("sms", estate.owners["1-2-101"].mobile_mark, "02-02 19:00"), "测试乙": ("sms", estate.owners["1-2-102"].mobile_mark, "02-09 08:00"),
            "测试丙": ("sms", estate.owners["1-2-201"].mobile_mark, "01-31 10:00"),
        }  # fmt: skip
        assert estate.sandbox.got == []
    with clock.at(FIRST + dt.timedelta(hours=2)):
        rounds()
        run(batch)
    assert [got.to for got in estate.sandbox.got] == ["19900000003"]
    with clock.at(dt.datetime(2026, 2, 2, 19, 5, tzinfo=CHINA)):
        rounds()
        run(batch)
    assert [got.to for got in estate.sandbox.got] == ["19900000003", "19900000001"]


@pytest.mark.parametrize("smart", [True, False])
def test_all_at_once_and_one_by_one_come_to_the_same(estate: Estate, monkeypatch: pytest.MonkeyPatch, smart: bool) -> None:
    """Those whom the guard has to weigh among the others: a wish, a dispute, a held hour; several channels."""
    open_channels(estate, "wechat", "email", "letter")
    set_wish(estate.owners["1-2-102"].pk, "sms", "refused", "来电", actor=estate["collector"])
    bills = open_bills(estate["cashier"], clock.today(), payer_ids=[estate.owners["1-2-201"].pk])
    bill = next(one for one in bills if one.due_on == DUE)
    place_hold(bill.id, FIRST.date(), None, kind="dispute", source_ref="t:1", actor=estate["finance"])
    with clock.at(FIRST):
        for code, how in (("1-2-101", ("early", 2, 19)), ("1-2-202", ("own", 8, -1))):
            habit(estate, code, *how)
        found = []
        for slow in (False, True):
            with transaction.atomic(), monkeypatch.context() as patch:
                if slow:
                    patch.setattr(planning, "plan_ordinary", lambda *args: 0)
                batch = start_batch(estate.world.community.pk, DUE, actor=estate["manager"], smart=smart)
                plan_waiting(batch)
                states = Target.objects.filter(batch=batch).values_list("property__code", "state", "channel", "reason")
                found.append((planned(batch), sorted(states)))
                transaction.set_rollback(True)
    whole, again = found
    assert again == whole and {row[0] for row in whole[0].values()} == {"wechat", "email", "sms", "letter"}


def test_bills_published_later_are_told_too(estate: Estate) -> None:
    """With smart timing the batch begins fifteen days ahead; what is published within them joins it."""
    world = estate.world
    assert due_batches(world.organisation.pk, DUE - DAY * 15) == [(world.community.pk, DUE)]
    with clock.at(FIRST):
        assert rounds() == 1
        batch = run(Batch.objects.get())
        assert batch.smart and due_batches(world.organisation.pk, clock.today()) == []
    with clock.at(NOW):
        another_home(world, "1-3-101", "后来甲")
        publish(world, "2026-02")
        assert due_batches(world.organisation.pk, clock.today()) == [(world.community.pk, DUE)]
        before = Target.objects.filter(batch=batch).count()
        rounds()
        assert Target.objects.filter(batch=batch).count() == before + 1
        run(batch)
        run(resume_batch(batch.pk, actor=estate["manager"]))
    assert len({got.to for got in estate.sandbox.got}) == len(estate.sandbox.got)
