"""The contact log: plans pass the guard, facts are kept, attempts are on record."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction

from tests.relations.contacts.conftest import NOW
from tests.scenarios.month import first_finding, publish
from tests.world import World, make_world, pay
from wuyefei.estate.people.public import PersonRow, create_person, erase_person
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.money.billing.public import Receivable, end_hold, place_hold
from wuyefei.money.payments.public import PaymentOrder
from wuyefei.relations.contacts.public import (
    Cap,
    Channel,
    Contact,
    ContactChanged,
    Draft,
    Limits,
    Purpose,
    Recipient,
    Refusal,
    StepRefused,
    Wanted,
    Wish,
    add_ground,
    cancel,
    close,
    contacts,
    end_ground,
    gather,
    limits_of,
    plan,
    reason_text,
    record,
    refusals,
    remove_day,
    save_day,
    save_limits,
    set_wish,
    try_step,
    wishes_of,
    work_calendar,
)
from wuyefei.relations.contacts.rules.limits import DEFAULTS


def draft(world: World, **more: object) -> Draft:
    owner = world.people["陆小满"]
    facts: dict = {"channel": Channel.PHONE, "purpose": Purpose.REMINDER, "at": NOW, "property_id": world.flats["1-1-101"].pk, **more}
    return Draft(owner.pk, **facts)


@contextmanager
def refused(code: str) -> Iterator[None]:
    """The plan is refused by that rule; one attempt is kept and no contact."""
    before = Contact.objects.count(), Refusal.objects.count()
    with pytest.raises(StepRefused) as caught:
        yield
    assert caught.value.verdict.code == code
    assert (Contact.objects.count(), Refusal.objects.count()) == (before[0], before[1] + 1)
    assert Refusal.objects.latest("pk").code == code


def test_a_plan_is_closed_with_what_happened(world: World) -> None:
    row = plan(draft(world, at=NOW + dt.timedelta(hours=5), note="问一月份的账单"), actor=world["collector"])
    assert (row.state, row.breach, row.organisation_id) == ("planned", "", world.organisation.pk)
    done = close(row.pk, "promised", "周五缴", actor=world["collector"])
    assert (done.state, done.outcome, done.note, done.at, done.closed_by_id) == ("done", "promised", "周五缴", NOW, world["collector"].user_id)
    with pytest.raises(ContactChanged):
        close(row.pk, "reached", actor=world["collector"])
    with pytest.raises(ContactChanged):
        cancel(row.pk, "重复", actor=world["collector"])
    assert list(AuditEntry.objects.filter(subject_type="contact").values_list("action", flat=True).order_by("pk")) == ["contact.plan", "contact.close"]
    assert first_finding(world) == ""


def test_a_plan_is_closed_though_its_bill_has_been_paid_since(world: World) -> None:
    bills = tuple(Receivable.objects.filter(payer=world.people["陆小满"], outstanding_fen__gt=0).order_by("pk").values_list("pk", flat=True))
    row = plan(draft(world, at=NOW + dt.timedelta(hours=5), receivable_ids=bills), actor=world["collector"])
    paid = Receivable.objects.get(pk=bills[0])
    pay(PaymentOrder(paid.property_id, paid.payer_id, (paid.pk,), {"cash": paid.outstanding_fen}, "one"), actor=world["cashier"])
    assert close(row.pk, "reached", actor=world["collector"]).state == "done"


def test_a_forbidden_step_is_no_plan_and_the_manager_sees_the_attempt(world: World) -> None:
    with refused("cut_water"):
        plan(draft(world, measures=frozenset({"cut_water"})), actor=world["collector"])
    with refused("cut_water"):
        plan(draft(world, note="再不缴费就停水"), actor=world["collector"])
    with refused("recipient_employer"):
        plan(draft(world, recipient=Recipient.EMPLOYER), actor=world["collector"])
    with refused("quiet_hours"):
        plan(draft(world, at=NOW.replace(hour=21, minute=30)), actor=world["collector"])
    row = refusals(world["manager"]).latest("pk")
    assert reason_text(row) == "21:30 不能打电话，21:00–08:00 为免打扰时段"
    assert (row.happened, row.made_by_id, row.sources) == (False, world["collector"].user_id, ["civil_1033_1", "limits"])
    assert not refusals(world["collector"]).exists() and not refusals(world["outsider"]).exists()


def test_what_happened_is_kept_even_against_the_rules(world: World) -> None:
    record(draft(world), "no_answer", actor=world["collector"])
    again = record(draft(world, at=NOW + dt.timedelta(minutes=1)), "reached", actor=world["collector"])
    assert again.breach == "too_often"
    kept = refusals(world["manager"]).get()
    assert (kept.happened, kept.code) == (True, "too_often")
    incoming = record(draft(world, incoming=True, at=NOW - dt.timedelta(hours=12)), "disputes", actor=world["collector"])
    assert (incoming.breach, incoming.direction) == ("", "in")


def test_caps_count_plans_too(world: World) -> None:
    plan(draft(world, at=NOW + DAY), actor=world["collector"])
    with refused("too_often"):
        plan(draft(world, at=NOW + DAY + dt.timedelta(hours=2)), actor=world["manager"])
    row = Contact.objects.get()
    cancel(row.pk, "改时间", actor=world["collector"])
    assert plan(draft(world, at=NOW + DAY), actor=world["manager"]).state == "planned"


def test_a_dispute_leaves_only_replies(world: World) -> None:
    mine = Receivable.objects.filter(payer=world.people["陆小满"]).order_by("pk")
    first, other = mine[0], mine[1]
    hold = place_hold(first.pk, NOW.date(), None, kind="dispute", source_ref="complaint:1", actor=world["finance"])
    with refused("dispute_hold"):
        plan(draft(world), actor=world["collector"])
    with refused("dispute_hold"):
        plan(draft(world, receivable_ids=(first.pk,)), actor=world["collector"])
    assert plan(draft(world, receivable_ids=(other.pk,)), actor=world["collector"]).receivable_ids == [other.pk]
    assert plan(draft(world, purpose=Purpose.REPLY), actor=world["collector"]).purpose == "reply"
    end_hold(hold.pk, NOW.date(), actor=world["finance"])
    with clock.at(NOW + DAY):
        assert plan(draft(world, at=NOW + DAY, channel=Channel.WECHAT), actor=world["collector"]).state == "planned"


def test_nothing_owed_nothing_pressed(world: World) -> None:
    Receivable.objects.filter(payer=world.people["顾予安"]).update(outstanding_fen=0)
    facts = gather(world.organisation.pk, [Wanted(world.people["顾予安"].pk), Wanted(world.people["陆小满"].pk)], NOW)
    assert (facts[world.people["顾予安"].pk].owes, facts[world.people["陆小满"].pk].owes) == (False, True)
    with refused("nothing_owed"):
        plan(Draft(world.people["顾予安"].pk, Channel.PHONE, Purpose.REMINDER, NOW), actor=world["collector"])


def test_wishes_are_kept_and_the_latest_holds(world: World) -> None:
    owner = world.people["陆小满"]
    record(draft(world), "stop", actor=world["collector"])
    with refused("opted_out"):
        plan(draft(world, at=NOW + DAY), actor=world["collector"])
    assert wishes_of(world["collector"], owner.pk)["phone"].kind == Wish.Kind.REFUSED
    set_wish(owner.pk, "phone", "usual", "02-10 来电改口", actor=world["collector"])
    assert plan(draft(world, at=NOW + DAY), actor=world["collector"]).state == "planned"
    with pytest.raises(Invalid):
        set_wish(owner.pk, "letter", "refused", "口头", actor=world["collector"])
    assert Wish.objects.count() == 2


def test_a_wrong_number_holds_until_the_number_changes(world: World) -> None:
    owner = create_person(PersonRow(name="纪云舟", mobile="19900001234"), actor=world["lead"], community=world.community)
    call = Draft(owner.pk, Channel.PHONE, Purpose.SERVICE, NOW)
    record(call, "wrong_number", actor=world["collector"])
    with refused("wrong_number"):
        plan(call, actor=world["collector"])
    from wuyefei.estate.people.public import update_person

    update_person(owner.pk, actor=world["lead"], mobile="19900005678")
    assert plan(call, actor=world["collector"]).state == "planned"


def test_grounds_change_what_is_lawful(world: World) -> None:
    letter = draft(world, channel=Channel.LETTER, purpose=Purpose.LEGAL, measures=frozenset({"lawyer_fee"}))
    with refused("lawyer_fee"):
        plan(letter, actor=world["collector"])
    ground = add_ground(world.community.pk, "lawyer_fee_clause", "合同第十二条", actor=world["manager"])
    with pytest.raises(DomainError):
        add_ground(world.community.pk, "lawyer_fee_clause", "合同第十二条", actor=world["manager"])
    assert plan(letter, actor=world["collector"]).state == "planned"
    end_ground(ground.pk, "合同已换", actor=world["manager"])
    assert not gather(world.organisation.pk, [Wanted(world.people["陆小满"].pk)], NOW)[world.people["陆小满"].pk].grounds >= {"lawyer_fee_clause"}
    with pytest.raises(Invalid):
        add_ground(world.community.pk, "deceased", "证明", actor=world["manager"])
    with pytest.raises(Forbidden):
        add_ground(world.community.pk, "joint", "函", actor=world["collector"])


def test_only_ones_own_places(world: World) -> None:
    row = plan(draft(world), actor=world["collector"])
    for act in (
        lambda: plan(draft(world), actor=world["outsider"]), lambda: record(draft(world), "reached", actor=world["outsider"]),
        lambda: close(row.pk, "reached", actor=world["outsider"]), lambda: cancel(row.pk, "无", actor=world["outsider"]),
        lambda: set_wish(world.people["陆小满"].pk, "sms", "refused", "无", actor=world["outsider"]),
        lambda: try_step(draft(world), actor=world["outsider"]),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            act()
    with pytest.raises(Forbidden):
        plan(draft(world), actor=world["auditor"])
    assert contacts(world["auditor"]).count() == 1 and not contacts(world["outsider"]).exists()


@pytest.mark.parametrize(
    "more",
    [
        {"at": NOW - dt.timedelta(hours=1)}, {"at": NOW + dt.timedelta(days=91)}, {"receivable_ids": (10**9,)},
        {"measures": frozenset({"magic"})}, {"note": "字" * 401}, {"incoming": True},
    ],
)  # fmt: skip
def test_a_faulty_plan_says_which_field(world: World, more: dict) -> None:
    with pytest.raises(Invalid):
        plan(draft(world, **more), actor=world["collector"])
    assert not Contact.objects.exists() and not Refusal.objects.exists()


def test_a_done_contact_is_frozen_and_erasure_takes_only_the_words(world: World) -> None:
    owner = create_person(PersonRow(name="纪云舟", mobile="19900001234"), actor=world["lead"], community=world.community)
    row = record(Draft(owner.pk, Channel.PHONE, Purpose.SERVICE, NOW, note="家里有老人"), "reached", actor=world["collector"])
    for change in ({"outcome": "promised"}, {"at": NOW - DAY}, {"note": "改了"}, {"state": "planned"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Contact.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.filter(pk=row.pk).delete()
    erase_person(owner.pk, actor=world["lead"], reason="本人要求")
    row.refresh_from_db()
    assert (row.note, row.outcome) == ("", "reached")
    with refused("erased"):
        plan(Draft(owner.pk, Channel.PHONE, Purpose.SERVICE, NOW), actor=world["collector"])


def test_limits_and_holidays_of_a_firm(world: World) -> None:
    wider = Limits(caps={**DEFAULTS.caps, Channel.PHONE: Cap(2, 4, 9)})
    save_limits(wider, "年底专项", actor=world["manager"])
    assert limits_of(world.organisation.pk) == wider
    plan(draft(world), actor=world["collector"])
    assert plan(draft(world, at=NOW + dt.timedelta(hours=3)), actor=world["collector"]).state == "planned"
    with pytest.raises(Forbidden):
        save_limits(wider, "无", actor=world["collector"])
    save_day(dt.date(2026, 2, 11), True, "企业放假", "内部通知 3 号", actor=world["manager"])
    save_day(dt.date(2026, 2, 11), True, "企业休息", "内部通知 4 号", actor=world["manager"])
    assert work_calendar(world.organisation.pk).name(dt.date(2026, 2, 11)) == "企业休息"
    visit = draft(world, channel=Channel.VISIT, people=2, at=NOW.replace(hour=19) + DAY)
    with refused("visit_rest_evening"):
        plan(visit, actor=world["collector"])
    remove_day(dt.date(2026, 2, 11), actor=world["manager"])
    assert plan(visit, actor=world["collector"]).state == "planned"


@pytest.mark.django_db(transaction=True)
def test_two_collectors_one_payer() -> None:
    """Both plan a call for the same day at once: one call stands."""
    with clock.at(dt.date(2026, 1, 2)):
        world = make_world()
        publish(world, "2026-01")
    wanted = Draft(world.people["陆小满"].pk, Channel.PHONE, Purpose.REMINDER, NOW)
    gate, seen = threading.Barrier(2), []

    def try_it(name: str) -> None:
        try:
            with clock.at(NOW):
                gate.wait()
                plan(wanted, actor=world[name])
                seen.append("planned")
        except StepRefused as error:
            seen.append(error.verdict.code)
        finally:
            connection.close()

    both = [threading.Thread(target=try_it, args=(name,)) for name in ("collector", "manager")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(seen) == ["planned", "too_often"] and Contact.objects.count() == 1
