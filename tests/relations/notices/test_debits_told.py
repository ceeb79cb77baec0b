"""A debit that failed: the payer hears why in plain words, and what to do, once."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.money.debits.samples import TODAY, back, debiting, row, sent
from tests.world import World, actor_of, pay
from wuyefei.estate.people.public import update_person
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.kernel.dates import CHINA
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.outbox import deliver
from wuyefei.money.billing.public import open_bills
from wuyefei.money.debits.public import DebitItem, import_answer
from wuyefei.money.payments.public import PaymentOrder
from wuyefei.relations.contacts.public import Contact
from wuyefei.relations.notices.actions.debits import TASK
from wuyefei.relations.notices.public import (
    Transactional,
    decide_version,
    save_carrier,
    save_version,
    tell_failed,
)
from wuyefei.relations.notices.rules.debits import BALANCE, ENDED, LIMIT, OTHER, SYSTEM, deed_of, reason_of
from wuyefei.relations.notices.sandbox import Sandbox

TEXT = "{称呼}您好，{房号} {金额} 元代扣没有成功：{扣款原因}。{怎么办}。{企业}"
AGAIN = dt.date(2026, 1, 20)


def test_a_banks_words_become_plain_ones() -> None:
    said = ["账户余额不足", "E4 可用余额不够", "超过单日限额", "客户已解约", "返回码 Z9", "系统忙，请稍后"]
    assert [reason_of(words) for words in said] == [BALANCE, BALANCE, LIMIT, ENDED, OTHER, SYSTEM]


def test_what_to_do() -> None:
    assert deed_of(BALANCE, AGAIN, mandate_ended=False) == "请在 1 月 20 日 前存够，届时再扣一次，也可以先自行缴费"
    assert deed_of(SYSTEM, AGAIN, mandate_ended=False) == "您不用做什么，1 月 20 日再扣一次，也可以先自行缴费"
    assert deed_of(OTHER, AGAIN, mandate_ended=False) == "1 月 20 日再扣一次，也可以先自行缴费"
    assert deed_of(BALANCE, None, mandate_ended=False) == "不再代扣这一期，请用手机或到收费处缴费"
    assert "重新签约" in deed_of(ENDED, AGAIN, mandate_ended=True)


def at(hour: int, day: dt.date = TODAY) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), CHINA)


def ready(sandbox: Sandbox) -> World:
    world = debiting({"陆小满": None, "沈秋白": None, "顾予安": None})
    with clock.at(at(9)):
        version = save_version("debit", "sms", TEXT, carrier_template="9", actor=world["manager"])
        decide_version(version.pk, approved=True, actor=actor_of(world.organisation, "relations", Role.RELATIONS_MANAGER))
        settings = {"secret_id": sandbox.secret_id, "secret_key": sandbox.secret_key, "app_id": "1", "sign": "桂语物业", "endpoint": sandbox.url}
        save_carrier("sms", settings, enabled=True, actor=world["admin"])
        for number, name in enumerate(("陆小满", "沈秋白", "顾予安")):
            update_person(world.people[name].pk, mobile=f"1990000123{number}", actor=world["manager"])
        batch = sent(world)
        rows = [row(item.number, f"{item.amount_fen / 100:.2f}", "", "E4") for item in DebitItem.objects.order_by("pk")]
        import_answer(batch.pk, "回盘.csv", back(*rows), TODAY, actor=world["finance"])
    return world


@pytest.mark.django_db
def test_each_is_told_once_within_the_law_and_only_while_it_is_owed(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    world = ready(sandbox)
    queued: list[tuple[str, object]] = []
    monkeypatch.setattr("wuyefei.foundation.platform.jobs.queue_task", lambda name, **facts: queued.append((name, facts)))
    with clock.at(at(23)):
        deliver()
        assert queued == [(TASK, {"organisation_id": world.organisation.pk})]
        assert tell_failed(world.organisation.pk) == 0 and not Transactional.objects.exists(), "not at night"
    with clock.at(at(10, TODAY + dt.timedelta(days=1))):
        (bill,) = open_bills(world["cashier"], clock.today(), payer_ids=[world.people["沈秋白"].pk])
        pay(PaymentOrder(bill.property_id, bill.payer_id, (bill.id,), {"cash": bill.total_fen}, "k"), actor=world["cashier"])
        assert tell_failed() == 2, "who has paid meanwhile is not told"
        assert tell_failed() == 0
    assert set(Contact.objects.values_list("person_id", "purpose", "outcome")) == {(world.people[name].pk, "bill", "sent") for name in ("陆小满", "顾予安")}
    assert {row.step for row in Transactional.objects.all()} == {"debit"}
    first = str(sandbox.got[0].body)
    assert "400.00" in first and "账户余额不足" in first and "请在 1 月 20 日 前存够，届时再扣一次" in first
    with clock.at(at(10, TODAY + dt.timedelta(days=9))):
        assert tell_failed() == 0
