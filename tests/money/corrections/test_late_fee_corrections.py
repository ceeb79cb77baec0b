"""Late fee on corrected bills: what was asked too much never bore any, whenever and however much of the bill was paid."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.money.corrections.test_actions_corrections import (
    TODAY,
    bill_of,
    billed,
    books,
    corrected,
    settle,
    world,
)
from tests.money.corrections.test_undoing import undone
from tests.world import World, pay
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Standing, open_bills, standings
from wuyefei.money.payments.public import PaymentOrder, balance_fen

__all__ = ["books", "world"]
pytestmark = pytest.mark.django_db
HOME, OWNER = "1-1-101", "陆小满"


def standing(world: World, month: str, day: dt.date = TODAY) -> Standing:
    row = bill_of(world, HOME, month)
    return standings([row], day)[row.pk]


def paid(world: World, month: str, day: dt.date, fen: int | None = None) -> None:
    """Paid on a day, all that is due or a part, the late fee first as the law has it."""
    row = bill_of(world, HOME, month)
    with clock.at(day):
        due = sum(one.total_fen for one in open_bills(world["cashier"], day, receivable_ids=[row.pk]))
        order = PaymentOrder(row.property_id, world.people[OWNER].pk, (row.pk,), {"cash": fen or due}, f"pay-late-{month}-{day}", due_fen=due)
        pay(order, actor=world["cashier"])


def prepaid(world: World) -> int:
    return balance_fen(world.people[OWNER].pk, world.flats[HOME].pk)


def test_paid_in_time_owes_no_late_fee(world: World) -> None:
    """250.00 paid before it was due, 230.00 by the right price: 20.00 comes back, nothing was ever late."""
    billed(world)
    settle(world, HOME, OWNER, "2026-02")
    corrected(world)
    for days in (0, 1, 20):
        found = standing(world, "2026-02", TODAY + dt.timedelta(days=days))
        assert (found.fee_due_fen, found.outstanding_fen, found.late_fee_fen, found.payable_fen) == (23000, 0, 0, 0)
    assert prepaid(world) == 2000


def test_unpaid_was_late_with_the_right_sum_only(world: World) -> None:
    """March, due on the 15th: 36 days by 20 April on 230.00, 0.05 % a day = 4.14; it stood at 4.50 on 250.00 until then."""
    billed(world)
    assert standing(world, "2026-03").payable_fen == 450
    corrected(world)
    assert standing(world, "2026-03").payable_fen == 414


def test_late_fee_paid_on_too_much_comes_back(world: World) -> None:
    """February was paid whole ten days late: 250.00 and 1.25. Of the right 230.00 it is 1.15: 20.10 becomes prepayment."""
    billed(world)
    paid(world, "2026-02", dt.date(2026, 2, 25))
    row = corrected(world)
    found = standing(world, "2026-02")
    assert (found.outstanding_fen, found.late_fee_fen, found.settled_fen, found.payable_fen) == (0, 115, 115, 0)
    assert row.released_fen == prepaid(world) == 2010


def test_late_fee_of_a_part_paid_bill_is_settled_anew(world: World) -> None:
    """Ten days late 101.25 came: 1.25 late fee, 100.00 fee. Anew: 1.15 and 100.10; 129.90 is open, and nothing is prepaid."""
    billed(world)
    paid(world, "2026-02", dt.date(2026, 2, 25), 10125)
    assert standing(world, "2026-02", dt.date(2026, 2, 25)).outstanding_fen == 15000
    corrected(world)
    found = standing(world, "2026-02", dt.date(2026, 2, 25))
    assert (found.outstanding_fen, found.settled_fen, found.payable_fen, prepaid(world)) == (12990, 115, 0, 0)


def test_a_rise_taken_back_was_never_late(world: World) -> None:
    """2.80 entered late raises March to 280.00 on 20 April; taken back on the 30th, its late fee is that of 250.00 alone: 46 days
    by then, 5.75."""
    billed(world)
    row, back = corrected(world, "2.80"), dt.date(2026, 4, 30)
    assert standing(world, "2026-03", back).payable_fen == 590  # 250.00 for 36 days, 280.00 for 10
    undone(world, row, back)
    assert standing(world, "2026-03", back).payable_fen == 575
