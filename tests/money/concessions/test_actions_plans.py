"""Plans from the asking to their end: kept to the last fen, broken at the second part, agreed anew; refusals change nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from tests.world import World, actor_of, make_world, pay
from wuyefei.foundation.access.actor import Actor
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import SamePerson, cancel, decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.public import (
    LateFeeHold,
    LateFeeWaiver,
    OpeningArrears,
    Receivable,
    book_opening,
    lock_accounts,
    open_bills,
    place_hold,
)
from wuyefei.money.concessions.limiting import limits_of, save_limits
from wuyefei.money.concessions.models import PlanLimits
from wuyefei.money.concessions.public import (
    Basis,
    Origin,
    Plan,
    PlanBill,
    PlanPart,
    PlanTerms,
    Seat,
    assess,
    follow_plans,
    get_plan,
    limitations,
    plan_from,
    propose,
    register_origin,
    sign,
)
from wuyefei.money.concessions.queries import effects
from wuyefei.money.concessions.rules.limits import DEFAULTS
from wuyefei.money.concessions.rules.plans import (
    AlreadyPlanned,
    BillsChanged,
    NotAgreed,
    PlanLate,
    PlanState,
    SeatTaken,
    TooSmall,
)
from wuyefei.money.payments.public import Allocation, PaymentOrder

pytestmark = pytest.mark.django_db
ASKED, FIRST = dt.date(2026, 2, 1), dt.date(2026, 2, 10)


@pytest.fixture
def world() -> World:
    """陆小满 owes 2,000.00 due on 1 January and 1,000.00 due on 1 February; 0.05 % a day, at most 5 %."""
    made = make_world()
    made.actors["keeper"] = actor_of(made.organisation, "keeper", Role.HOUSEKEEPER)
    rows = [
        OpeningArrears(made.flats["1-1-101"].pk, made.people["陆小满"].pk, dt.date(2025, month, 1), dt.date(2025, month, 28), due, fen,
                       "", Decimal("0.0005"), Decimal("0.05"))
        for month, due, fen in ((11, dt.date(2026, 1, 1), 200000), (12, dt.date(2026, 2, 1), 100000))
    ]  # fmt: skip
    with clock.at(dt.date(2026, 1, 2)):
        book_opening(rows, actor=made["finance"], community=made.community, item=made.service)
    return made


def bills(world: World) -> list[int]:
    return list(Receivable.objects.filter(payer=world.people["陆小满"]).order_by("due_on").values_list("pk", flat=True))


def ask(world: World, by: str = "finance", on: dt.date = ASKED, ids: list[int] | None = None, **more: object) -> Plan:
    terms: dict[str, object] = {"basis": Basis.POLICY, "months": 3, "first_due_on": on + 9 * DAY, "reason": "一次缴有困难", **more}
    with clock.at(on):
        return propose(world.flats["1-1-101"].pk, bills(world) if ids is None else ids, PlanTerms(**terms), actor=world[by])  # type: ignore[arg-type]


def agreed(world: World, on: dt.date = ASKED, **more: object) -> Plan:
    plan = ask(world, on=on, **more)
    with clock.at(on):
        decide(plan.request_id or 0, approved=True, actor=world["lead"])
    plan.refresh_from_db()
    return plan


def hardship(world: World, relief: int = 80) -> Plan:
    plan = ask(world, by="collector", basis=Basis.HARDSHIP, relief_percent=relief)
    with clock.at(ASKED):
        assess(plan.pk, Seat.PROJECT, agreed=True, note="", actor=world["manager"])
        assess(plan.pk, Seat.SERVICE, agreed=True, note="见过本人", actor=world["keeper"])
        decide(plan.request_id or 0, approved=True, actor=world["finance"])
    plan.refresh_from_db()
    return plan


def paid(world: World, on: dt.date, fen: int) -> None:
    with clock.at(on):
        open_ = [bill.id for bill in open_bills(world["cashier"], on, payer_ids=[world.people["陆小满"].pk])]
        due = sum(bill.total_fen for bill in open_bills(world["cashier"], on, receivable_ids=open_))
        order = PaymentOrder(world.flats["1-1-101"].pk, world.people["陆小满"].pk, tuple(open_), {"cash": fen}, f"key-{on}", due_fen=due)
        pay(order, actor=world["cashier"])


def fee(world: World, on: dt.date) -> int:
    return sum(bill.late_fee_fen for bill in open_bills(world["finance"], on, payer_ids=[world.people["陆小满"].pk]))


def follow(on: dt.date) -> int:
    with clock.at(on):
        return follow_plans(None)


def sound(world: World) -> None:
    report = run_checks(world.organisation.pk)
    assert report.first is None and {"concessions.parts", "concessions.relief"} <= {check.name for check in report.checks}


def test_a_plan_kept_to_the_last_fen_earns_its_relief(world: World) -> None:
    plan = hardship(world)
    assert (plan.state, plan.total_fen, plan.late_fee_fen) == ("active", 300000, 3000)
    assert fee(world, ASKED + DAY) == fee(world, dt.date(2026, 4, 13)) == 3000  # 30 days of 1.00 before; from 1 February it rests
    for month in (2, 3, 4):
        paid(world, dt.date(2026, month, 10), 100000)
        assert follow(dt.date(2026, month, 10)) == (month == 4)
    assert set(Allocation.objects.values_list("part", flat=True)) == {"principal"}
    plan.refresh_from_db()
    assert (plan.state, plan.relief_fen, plan.ended_on) == ("completed", 2400, dt.date(2026, 4, 10))
    assert fee(world, dt.date(2026, 5, 1)) == 600
    assert list(LateFeeWaiver.objects.values_list("amount_fen", "approval_id")) == [(2400, plan.request_id)]
    (_name, effect), = effects(world["lead"], dt.date(2026, 5, 1))
    assert (effect.completed, effect.kept_percent, effect.paid_fen, effect.relief_fen) == (1, 100, 300000, 2400)
    # 1,000.00 rests 9 days on 2,000.00 (from 1 Feb., 10 days), then on what was left; and 9 days on 1,000.00 from 2 February
    assert effect.stopped_fen == 10 * 100 + 28 * 50 + 9 * 50 + 28 * 50 + 31 * 50
    sound(world)


def test_one_broken_at_the_second_part_loses_it_from_that_day(world: World) -> None:
    plan = hardship(world)
    paid(world, FIRST, 100000)
    assert follow(dt.date(2026, 3, 13)) == 0
    assert follow(dt.date(2026, 3, 14)) == 1
    plan.refresh_from_db()
    assert (plan.state, plan.breached_on, plan.relief_fen) == ("breached", dt.date(2026, 3, 14), None)
    assert set(LateFeeHold.objects.values_list("starts_on", "ends_on", "kind")) == {(ASKED, dt.date(2026, 3, 13), "instalment")}
    before = fee(world, dt.date(2026, 3, 13))
    assert before == 3000 and fee(world, dt.date(2026, 3, 14)) == 3000 + 50 + 50  # both bills of 1,000.00 left, from that day on
    assert not PlanBill.objects.filter(running=True).exists() and not LateFeeWaiver.objects.exists()
    paid(world, dt.date(2026, 3, 15), 10000)
    assert "late_fee" in set(Allocation.objects.values_list("part", flat=True))  # the contract's own order again
    sound(world)


def test_a_breach_found_late_takes_nothing_back(world: World) -> None:
    agreed(world)
    assert follow(dt.date(2026, 2, 20)) == 1
    assert set(LateFeeHold.objects.values_list("ends_on", flat=True)) == {dt.date(2026, 2, 19)}
    sound(world)


def test_many_lines_at_once_settle_principal_first_too(world: World) -> None:
    agreed(world)
    with transaction.atomic(), clock.at(ASKED):
        accounts = lock_accounts(world["finance"], world.community.pk, receivable_ids=bills(world))
        orders = {on: {bill.allocation_order for row in accounts.by_id.values() if (bill := row.bill(on))} for on in (ASKED - DAY, ASKED)}
    assert orders == {ASKED - DAY: {"law"}, ASKED: {"agreed"}}


def test_agreed_anew_without_a_gap(world: World) -> None:
    plan = agreed(world)
    paid(world, FIRST, 100000)
    anew = agreed(world, on=dt.date(2026, 3, 5), follows=plan.pk, months=4, basis=Basis.POLICY)
    plan.refresh_from_db()
    assert (plan.state, anew.total_fen, anew.follows_id) == ("replaced", 200000, plan.pk)
    assert fee(world, dt.date(2026, 4, 1)) == 3000
    assert PlanBill.objects.filter(running=True, plan=plan).count() == 0
    sound(world)


def test_limitation_is_interrupted_and_proved_by_the_signature(world: World) -> None:
    plan = agreed(world)
    with clock.at(ASKED + 2 * DAY), pytest.raises(Invalid):
        sign(plan.pk, ASKED + 3 * DAY, actor=world["finance"])
    with clock.at(ASKED + 2 * DAY):
        sign(plan.pk, ASKED + DAY, actor=world["finance"])
        with pytest.raises(PlanState):
            sign(plan.pk, ASKED + DAY, actor=world["finance"])
    facts = limitations(world["finance"], bills(world))
    assert {(one.agreed_on, one.runs_from, one.signed_on) for one in facts.values()} == {(ASKED, dt.date(2026, 4, 10), ASKED + DAY)}
    assert limitations(world["outsider"], bills(world)) == {}


def test_refused_asking_leaves_nothing(world: World) -> None:
    (first, second), shen = bills(world), world.people["沈秋白"]
    with clock.at(dt.date(2026, 1, 3)):
        row = OpeningArrears(world.flats["1-1-102"].pk, shen.pk, dt.date(2025, 11, 1), dt.date(2025, 11, 30), dt.date(2026, 1, 1), 5000)
        book_opening([row], actor=world["finance"], community=world.community, item=world.service)
    other = Receivable.objects.get(payer=shen).pk
    for error, who, more in (
        (Forbidden, "cashier", {}), (NotFound, "outsider", {}), (Invalid, "finance", {"months": 7}), (Invalid, "finance", {"ids": []}),
        (TooSmall, "finance", {"ids": [second]}), (Invalid, "finance", {"ids": [first, other]}),
        (NotFound, "finance", {"ids": [first, 10**9]}), (Invalid, "finance", {"reason": " "}),
    ):  # fmt: skip
        with pytest.raises(error):
            ask(world, by=who, **more)  # type: ignore[arg-type]
        assert not any(model.objects.exists() for model in (Plan, PlanBill, PlanPart, LateFeeHold, Request))
    ask(world)
    with pytest.raises(AlreadyPlanned):
        ask(world)


def test_who_asks_does_not_agree_and_three_must(world: World) -> None:
    plan = ask(world, by="finance", basis=Basis.HARDSHIP, relief_percent=50)
    request = plan.request_id or 0
    with clock.at(ASKED):
        for error, who, seat in (
            (Forbidden, "collector", Seat.PROJECT), (Forbidden, "keeper", Seat.PROJECT), (NotFound, "outsider", Seat.SERVICE),
            (NotFound, "lead", Seat.FINANCE),
        ):  # fmt: skip
            with pytest.raises(error):
                assess(plan.pk, seat, agreed=True, note="", actor=world[who])
        with pytest.raises(SamePerson):
            decide(request, approved=True, actor=world["finance"])
        assess(plan.pk, Seat.PROJECT, agreed=True, note="", actor=world["manager"])
        with pytest.raises(SeatTaken):
            assess(plan.pk, Seat.PROJECT, agreed=True, note="", actor=world["manager"])
        with pytest.raises(Invalid):
            assess(plan.pk, Seat.SERVICE, agreed=False, note="", actor=world["keeper"])
        with pytest.raises(NotAgreed) as error_:
            decide(request, approved=True, actor=world["lead"])
        assert "客户关系经理或管家" in error_.value.text
        assess(plan.pk, Seat.SERVICE, agreed=False, note="收入足够", actor=world["keeper"])
        with pytest.raises(NotAgreed):
            decide(request, approved=True, actor=world["lead"])
        decide(request, approved=False, note="客户经理不同意", actor=world["lead"])
    plan.refresh_from_db()
    assert plan.state == "refused" and not LateFeeHold.objects.exists()
    with pytest.raises(PlanState), clock.at(ASKED):
        assess(plan.pk, Seat.SERVICE, agreed=True, note="", actor=world["keeper"])


def test_what_was_agreed_to_is_what_stands(world: World) -> None:
    plan = ask(world)
    paid(world, ASKED, 5000)
    with clock.at(ASKED), pytest.raises(BillsChanged):
        decide(plan.request_id or 0, approved=True, actor=world["lead"])
    with clock.at(ASKED):
        cancel(plan.request_id or 0, actor=world["finance"])
    late = ask(world)
    with clock.at(ASKED + 20 * DAY), pytest.raises(PlanLate):
        decide(late.request_id or 0, approved=True, actor=world["lead"])
    assert get_plan(world["finance"], plan.pk).state == "refused" and not LateFeeHold.objects.exists()
    with pytest.raises(NotFound):
        get_plan(world["outsider"], plan.pk)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE concessions_plan SET total_fen = 1", "UPDATE concessions_plan SET months = 4", "DELETE FROM concessions_plan",
        "UPDATE concessions_planpart SET amount_fen = 1", "DELETE FROM concessions_planpart", "UPDATE concessions_planbill SET principal_fen = 1",
        "UPDATE concessions_plan SET agreed_by_id = made_by_id", "UPDATE concessions_assessment SET agreed = false",
        "INSERT INTO concessions_assessment (plan_id, seat, maker_id, person_id, agreed, note, at)"
        " SELECT id, 'finance', made_by_id, made_by_id, true, '', now() FROM concessions_plan",
    ],
)  # fmt: skip
def test_the_database_itself_refuses(world: World, statement: str) -> None:
    hardship(world)
    with pytest.raises((IntegrityError, DomainError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_limits_of_a_firm_hold_for_what_is_asked_from_then_on(world: World) -> None:
    plan = agreed(world)
    for error, who, limits in (
        (Forbidden, "finance", DEFAULTS), (Forbidden, "manager", DEFAULTS), (Invalid, "lead", replace(DEFAULTS, policy_most=25)),
    ):  # fmt: skip
        with pytest.raises(error), clock.at(ASKED):
            save_limits(limits, "改", actor=world[who])
        assert limits_of(world.organisation.pk) == DEFAULTS and not PlanLimits.objects.exists()
    with clock.at(ASKED):
        save_limits(replace(DEFAULTS, policy_most=8, grace_days=5), "按业委会的意见放宽", actor=world["lead"])
    assert limits_of(world.organisation.pk).policy_most == 8 and limits_of(world["outsider"].organisation_id) == DEFAULTS
    anew = ask(world, on=ASKED + 4 * DAY, months=8, follows=plan.pk)
    assert (plan.grace_days, anew.grace_days, anew.months) == (3, 5, 8)


def test_a_plan_from_what_the_payer_asked_for_is_made_once(world: World) -> None:
    lu = world.people["陆小满"].pk

    def read(actor: Actor, number: int) -> Origin:
        if number > 2:
            raise NotFound()
        return Origin(f"asked:{number}", "申请", "", "/", world.community.pk, world.flats["1-1-101"].pk, lu if number == 1 else lu + 1, 4)

    register_origin("asked", read)
    for ref in ("asked:2", "asked:3", "asked:x", "unknown:1"):
        with pytest.raises(NotFound):
            ask(world, origin=ref)
        assert not Plan.objects.exists()
    plan = ask(world, origin="asked:1")
    assert plan_from("asked:1") == plan
    with clock.at(ASKED):
        cancel(plan.request_id or 0, actor=world["finance"])
    assert plan_from("asked:1") is None
    assert ask(world, origin="asked:1", on=ASKED + DAY).origin == "asked:1"


def test_a_bill_in_a_plan_is_not_shown_as_disputed(world: World) -> None:
    agreed(world)
    first, second = bills(world)
    with clock.at(ASKED):
        place_hold(second, ASKED, None, kind="dispute", source_ref="t", actor=world["finance"])
    found = {bill.id: bill.held for bill in open_bills(world["cashier"], ASKED + DAY, receivable_ids=[first, second])}
    with transaction.atomic(), clock.at(ASKED):
        accounts = lock_accounts(world["finance"], world.community.pk, receivable_ids=[first, second])
        batch = {row.pk: bill.held for row in accounts.by_id.values() if (bill := row.bill(ASKED + DAY))}
    assert found == batch == {first: False, second: True}
