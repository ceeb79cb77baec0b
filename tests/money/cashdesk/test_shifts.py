"""Shifts: taking money in them, handing them over, over and short in the books."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from tests.scenarios.month import first_finding
from tests.scenarios.test_first_month import balances, holds, publish
from tests.world import World, make_world
from wuyefei.foundation.approvals.actions import SamePerson, cancel, decide
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import open_bills, place_hold
from wuyefei.money.cashdesk.public import (
    HeldBills,
    NoOpenShift,
    NoteMissing,
    Shift,
    ShiftNotOpen,
    ShiftOpen,
    ShiftPayment,
    Taken,
    charge,
    hand_over,
    open_shift,
    shift_figures,
    take,
)
from wuyefei.money.payments.public import (
    AlreadyTaken,
    BillsChanged,
    Payment,
    PaymentOrder,
    TenderError,
    ask_void,
    balance_fen,
)

NOW = dt.date(2026, 2, 14)


@pytest.fixture
def world(db: None) -> World:
    """January's bills: 250.00 and 150.00 parking for 1-1-101, due on the 15th; today is thirty days later."""
    with clock.at(dt.date(2026, 1, 2)):
        world = make_world()
        publish(world, "2026-01")
    return world


def order(world: World, key: str, tenders: dict[str, int], *, parking: bool = False, **more: object) -> PaymentOrder:
    flat, owner = world.flats["1-1-101"], world.people["陆小满"]
    ids = [flat.pk, world.flats["B1-001"].pk] if parking else [flat.pk]
    bills = open_bills(world["cashier"], clock.today(), property_ids=ids)
    return PaymentOrder(flat.pk, owner.pk, tuple(bill.id for bill in bills), tenders, key, **more)  # type: ignore[arg-type]


def pay(world: World, key: str, tenders: dict[str, int], **more: object) -> Taken:
    return take(order(world, key, tenders, **more), actor=world["cashier"])


def start(world: World, float_fen: int = 50000) -> Shift:
    return open_shift(world.community.pk, float_fen, actor=world["cashier"])


def test_mixed_tenders_with_change(world: World) -> None:
    with clock.at(NOW):
        shift = start(world)
        # 250.00 + 3.75 and 150.00 + 2.25 (thirty days at 0.05 %): 406.00
        taken = pay(world, "k1", {"cash": 30000, "scan": 20000}, parking=True, due_fen=40600)
        assert (taken.payment.amount_fen, taken.change_fen, taken.prepayment_fen) == (40600, 9400, 0)
        figures = shift_figures(shift)
        assert [(total.method, total.count, total.amount_fen) for total in figures.totals] == [
            ("cash", 1, 20600), ("scan", 1, 20000),
        ]  # fmt: skip
        assert figures.expected_fen == 50000 + 20600
        assert ShiftPayment.objects.get(payment=taken.payment).shift_id == shift.pk
        holds(world)


def test_partial_then_over_kept_as_prepayment(world: World) -> None:
    with clock.at(NOW):
        start(world)
        pay(world, "k1", {"card": 10000}, due_fen=25375)
        (left,) = open_bills(world["cashier"], clock.today(), property_ids=[world.flats["1-1-101"].pk])
        assert (left.outstanding_fen, left.late_fee_fen) == (25000 - (10000 - 375), 0)
        taken = pay(world, "k2", {"cash": 20000}, keep_rest=True)
        assert (taken.change_fen, taken.prepayment_fen) == (0, 20000 - 15375)
        flat, owner = world.flats["1-1-101"], world.people["陆小满"]
        assert balance_fen(owner.pk, flat.pk) == 4625
        holds(world)


def test_more_by_card_than_owed_is_refused_and_nothing_is_booked(world: World) -> None:
    with clock.at(NOW):
        start(world)
        with pytest.raises(TenderError):
            pay(world, "k1", {"card": 30000})
        with pytest.raises(BillsChanged):
            pay(world, "k1", {"cash": 25000}, due_fen=25000)
        assert not Payment.objects.exists() and not ShiftPayment.objects.exists()


def test_the_same_key_twice_is_one_payment(world: World) -> None:
    with clock.at(NOW):
        shift = start(world)
        wanted = order(world, "k1", {"cash": 25375}, due_fen=25375)
        first = take(wanted, actor=world["cashier"])
        again = take(wanted, actor=world["cashier"])
        assert again.repeated and again.payment.pk == first.payment.pk and not first.repeated
        decide(hand_over(shift.pk, 75375, actor=world["cashier"]).pk, approved=True, actor=world["lead"])
        assert take(wanted, actor=world["cashier"]).payment.pk == first.payment.pk
        assert Payment.objects.count() == 1


def test_someone_elses_key_is_not_answered(world: World) -> None:
    from tests.world import actor_of
    from wuyefei.foundation.access.rules import Role

    other = actor_of(world.organisation, "cashier2", Role.CASHIER)
    with clock.at(NOW):
        start(world)
        wanted = order(world, "k1", {"cash": 25375})
        take(wanted, actor=world["cashier"])
        open_shift(world.community.pk, 0, actor=other)
        with pytest.raises(AlreadyTaken):
            take(wanted, actor=other)


def test_no_money_without_a_shift(world: World) -> None:
    with clock.at(NOW):
        with pytest.raises(NoOpenShift):
            pay(world, "k1", {"cash": 25375})
        shift = start(world)
        with pytest.raises(ShiftOpen):
            start(world)
        hand_over(shift.pk, 50000, actor=world["cashier"])
        with pytest.raises(NoOpenShift):
            pay(world, "k1", {"cash": 25375})
        with pytest.raises(ShiftNotOpen):
            hand_over(shift.pk, 50000, actor=world["cashier"])


def test_disputed_bills_are_asked_about_first(world: World) -> None:
    with clock.at(NOW):
        start(world)
        wanted = order(world, "k1", {"cash": 25375})
        place_hold(wanted.receivable_ids[0], NOW, None, kind="dispute", source_ref="t1", actor=world["finance"])
        with pytest.raises(HeldBills):
            take(wanted, actor=world["cashier"])
        assert take(wanted, actor=world["cashier"], held_too=True).payment.amount_fen > 0


@pytest.mark.parametrize(("counted", "account", "fen"), [(74375, "6711", 1000), (75875, "6301.9", -500)])
def test_short_and_over_are_booked_when_accepted(world: World, counted: int, account: str, fen: int) -> None:
    with clock.at(NOW):
        shift = start(world)
        pay(world, "k1", {"cash": 25375})
        with pytest.raises(NoteMissing):
            hand_over(shift.pk, counted, actor=world["cashier"])
        request = hand_over(shift.pk, counted, "找零出错", actor=world["cashier"])
        shift.refresh_from_db()
        assert (shift.state, shift.expected_fen, shift.counted_fen) == ("handed_over", 75375, counted)
        with pytest.raises(NotFound):
            decide(request.pk, approved=True, actor=world["finance"])
        before = balances()
        decide(request.pk, approved=True, actor=world["lead"])
        after = balances()
        assert after[account] == fen and after["1001"] - before["1001"] == -fen
        shift.refresh_from_db()
        assert shift.state == "accepted" and shift.accepted_by_id == world["lead"].user_id
        holds(world)


def test_nobody_accepts_their_own_shift(world: World) -> None:
    from tests.world import actor_of
    from wuyefei.foundation.access.actor import load_actor
    from wuyefei.foundation.access.models import RoleGrant, User
    from wuyefei.foundation.access.rules import Role

    both = actor_of(world.organisation, "both", Role.CASHIER)
    RoleGrant.objects.create(
        organisation=world.organisation, user_id=both.user_id, role=Role.FINANCE_LEAD, starts_on=dt.date(2020, 1, 1)
    )
    both = load_actor(User.objects.get(pk=both.user_id))
    shift = open_shift(world.community.pk, 0, actor=both)
    request = hand_over(shift.pk, 0, actor=both)
    with pytest.raises(SamePerson):
        decide(request.pk, approved=True, actor=both)


def test_a_refused_handover_goes_on(world: World) -> None:
    with clock.at(NOW):
        shift = start(world)
        request = hand_over(shift.pk, 49000, "少十元", actor=world["cashier"])
        decide(request.pk, approved=False, actor=world["lead"], note="请重新清点")
        shift.refresh_from_db()
        assert (shift.state, shift.counted_fen, shift.closed_at) == ("open", None, None)
        pay(world, "k1", {"cash": 25375})
        request = hand_over(shift.pk, 75375, actor=world["cashier"])
        newer = start(world, 0)
        with pytest.raises(DomainError, match="新的一班"):
            cancel(request.pk, actor=world["cashier"])
        hand_over(newer.pk, 0, actor=world["cashier"])
        cancel(request.pk, actor=world["cashier"])
        shift.refresh_from_db()
        assert shift.state == "open"
        holds(world)


def test_a_void_counts_only_while_the_shift_is_open(world: World) -> None:
    with clock.at(NOW):
        shift = start(world)
        first = pay(world, "k1", {"cash": 25375})
        decide(ask_void(first.payment.pk, actor=world["cashier"], reason="收错").pk, approved=True, actor=world["lead"])
        assert shift_figures(shift).expected_fen == 50000
        second = pay(world, "k2", {"cash": 25375})
        request = hand_over(shift.pk, 75375, actor=world["cashier"])
        assert request.payload["expected_fen"] == 75375
    with clock.at(NOW + dt.timedelta(days=1)):
        decide(ask_void(second.payment.pk, actor=world["cashier"], reason="退款").pk, approved=True, actor=world["lead"])
        shift.refresh_from_db()
        figures = shift_figures(shift)
        assert (figures.expected_fen, figures.payments, figures.voided) == (75375, 2, 1)
        decide(request.pk, approved=True, actor=world["lead"])
        assert balances().get("1001", 0) == 0
        holds(world)


def test_a_charge_on_the_spot_is_paid_with_the_rest(world: World) -> None:
    with clock.at(NOW):
        start(world)
        flat, owner = world.flats["1-1-101"], world.people["陆小满"]
        charge(flat.pk, owner.pk, world.parking.pk, 3000, actor=world["cashier"], memo="临停")
        taken = pay(world, "k1", {"cash": 30000}, due_fen=25375 + 3000)
        assert (taken.payment.amount_fen, taken.change_fen) == (28375, 1625)
        with pytest.raises(NotFound):
            charge(flat.pk, 10**9, world.parking.pk, 3000, actor=world["cashier"], memo="")
        with pytest.raises((NotFound, Forbidden)):
            charge(flat.pk, owner.pk, world.parking.pk, 3000, actor=world["outsider"], memo="")
        holds(world)


def test_other_peoples_shifts_and_places(world: World) -> None:
    shift = start(world)
    for name in ("outsider", "lead", "auditor"):
        with pytest.raises((NotFound, Forbidden)):
            hand_over(shift.pk, 50000, actor=world[name])
    with pytest.raises((NotFound, Forbidden)):
        open_shift(world.community.pk, 0, actor=world["outsider"])


@pytest.mark.parametrize(
    ("sql", "check"),
    [
        ("UPDATE cashdesk_shift SET expected_fen = expected_fen + 1, counted_fen = counted_fen + 1 WHERE id = %s", "cashdesk.expected"),
        ("UPDATE cashdesk_shift SET counted_fen = counted_fen + 1 WHERE id = %s", "cashdesk.difference"),
        ("UPDATE cashdesk_shift SET state = 'handed_over', accepted_by_id = NULL WHERE id = %s", "cashdesk.difference"),
        ("UPDATE cashdesk_shift SET closed_at = opened_at - interval '1 day' WHERE id = %s", "cashdesk.payments"),
        ("DELETE FROM cashdesk_shiftpayment WHERE shift_id = %s", "cashdesk.payments"),
    ],
)
def test_verify_finds_a_changed_shift(world: World, sql: str, check: str) -> None:
    with clock.at(NOW):
        shift = start(world)
        pay(world, "k1", {"cash": 25375})
        request = hand_over(shift.pk, 75000, "找零出错", actor=world["cashier"])
        decide(request.pk, approved=True, actor=world["lead"])
        assert first_finding(world) == ""
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(sql, [shift.pk])
            assert cursor.rowcount == 1
            cursor.execute("SET LOCAL session_replication_role = origin")
        assert first_finding(world).split()[0] == check


@pytest.mark.parametrize("sql", ["UPDATE cashdesk_shift SET note = 'x'", "DELETE FROM cashdesk_shift", "TRUNCATE cashdesk_shift CASCADE"])
def test_an_accepted_shift_never_changes(world: World, sql: str) -> None:
    shift = start(world, 0)
    decide(hand_over(shift.pk, 0, actor=world["cashier"]).pk, approved=True, actor=world["lead"])
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.django_db(transaction=True)
def test_two_windows_at_once() -> None:
    """The same order sent twice at the same moment is one payment; two cashiers never take the same bill twice."""
    from tests.world import actor_of
    from wuyefei.foundation.access.rules import Role

    with clock.at(dt.date(2026, 1, 2)):
        world = make_world()
        publish(world, "2026-01")
    other = actor_of(world.organisation, "cashier2", Role.CASHIER)
    start(world)
    open_shift(world.community.pk, 0, actor=other)
    first = order(world, "same", {"cash": 100000})
    outcomes: list[str] = []
    barrier = threading.Barrier(4)

    def run(wanted: PaymentOrder, who: object) -> None:
        try:
            barrier.wait(timeout=20)
            outcomes.append("again" if take(wanted, actor=who).repeated else "taken")  # type: ignore[arg-type]
        except DomainError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    due = sum(bill.total_fen for bill in open_bills(world["cashier"], clock.today(), receivable_ids=first.receivable_ids))
    rival = PaymentOrder(first.property_id, first.payer_id, first.receivable_ids, {"cash": 100000}, "rival", due_fen=due)
    wanted = PaymentOrder(first.property_id, first.payer_id, first.receivable_ids, {"cash": 100000}, "same", due_fen=due)
    jobs = [(wanted, world["cashier"]), (wanted, world["cashier"]), (rival, other), (rival, other)]
    threads = [threading.Thread(target=run, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes).count("taken") == 1 and len(outcomes) == 4, outcomes
    assert Payment.objects.count() == 1 and ShiftPayment.objects.count() == 1
    holds(world)
