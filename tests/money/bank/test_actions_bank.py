"""A statement comes in: what is sure is booked, the rest waits in suspense and is worked to its end."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.money.bank.samples import MT940, OURS, ROWS, sheet
from tests.scenarios.month import first_finding, publish
from tests.world import World, make_world
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.money.bank.public import (
    BankLine,
    BankStatement,
    Habit,
    Share,
    StatementRefused,
    ask_return,
    ask_unmatch,
    claim,
    import_statement,
    keep_waiting,
)
from wuyefei.money.billing.public import Receivable
from wuyefei.money.ledger.public import Account, Leg
from wuyefei.money.payments.public import BatchRefused, Payment, ask_void, balance_fen

pytestmark = pytest.mark.django_db
D = dt.date.fromisoformat
TODAY = D("2026-02-13")


@pytest.fixture
def world() -> World:
    """January of 250.00, 223.88 (223.875) and 300.90 is owed, not yet late; parking 150.00 beside."""
    with clock.at(D("2026-01-02")):
        found = make_world()
        publish(found, "2026-01")
    return found


def bring(world: World, data: bytes, name: str = "2月.csv"):  # type: ignore[no-untyped-def]
    return import_statement(world.community.pk, "", name, data, actor=world["finance"])


def suspense(world: World) -> int:
    legs = Leg.objects.filter(community_id=world.community.pk, account=Account.BANK_SUSPENSE)
    return -sum(legs.values_list("amount_fen", flat=True))


def owed(world: World, code: str) -> int:
    return sum(row.outstanding_fen for row in Receivable.objects.filter(property=world.flats[code]))


def waiting(world: World, ref: str) -> BankLine:
    return BankLine.objects.get(community=world.community, ref=ref)


def test_the_whole_way(world: World) -> None:
    with clock.at(TODAY):
        before = owed(world, "1-1-101")
        done = bring(world, sheet())
        assert (done.lines, done.known, done.booked, done.waiting, done.out) == (4, 0, 1, 2, 1)
        assert suspense(world) == 32388 and first_finding(world) == ""
        paid = Payment.objects.get(batch__isnull=False)
        assert paid.amount_fen == 25000 and paid.value_date == D("2026-02-10") and paid.receipt is not None
        assert owed(world, "1-1-101") < before and waiting(world, "B0001").payer_tail == "0001"
        # the same file again, and with one line changed
        assert bring(world, sheet(), "again.csv").statement is None
        changed = bring(world, sheet(*ROWS[:3], ROWS[3].replace("100.00", "101.00")))
        assert (changed.lines, changed.known, changed.booked, changed.waiting, changed.changed) == (4, 3, 0, 1, (6,))
        assert Payment.objects.filter(batch__isnull=False).count() == 1 and BankStatement.objects.count() == 2
        assert first_finding(world) == ""
        _split(world)
        _wrong(world)


def _split(world: World) -> None:
    """周某 paid for two households: claimed in parts that must add up; the account is known from then on."""
    line = waiting(world, "B0002")
    flats, people = world.flats, world.people
    shares = [Share(flats["1-1-102"].pk, people["沈秋白"].pk, 20000), Share(flats["1-1-201"].pk, people["顾予安"].pk, 2388)]
    with pytest.raises(DomainError, match="相差"):
        claim(line.pk, shares[:1], actor=world["finance"])
    with pytest.raises(BatchRefused):
        claim(line.pk, [Share(flats["1-1-102"].pk, people["沈秋白"].pk, 22388, (999999,))], actor=world["finance"])
    for who, error in (("cashier", Forbidden), ("outsider", NotFound)):
        with pytest.raises(error):
            claim(line.pk, shares, actor=world[who])
    line.refresh_from_db()
    assert line.state == "waiting" and suspense(world) == 42488 and not Habit.objects.exists()
    assert [payment.amount_fen for payment in claim(line.pk, shares, actor=world["finance"])] == [20000, 2388]
    assert suspense(world) == 20100 and Habit.objects.count() == 2 and first_finding(world) == ""
    with pytest.raises(DomainError, match="已入账"):
        claim(line.pk, shares, actor=world["finance"])


def _wrong(world: World) -> None:
    """The claim was wrong: undone by a second person, its money waits again and goes back in the end."""
    line = waiting(world, "B0002")
    payment = line.bookings.first().payment
    with pytest.raises(DomainError, match="撤销匹配"):
        ask_void(payment.pk, actor=world["finance"], reason="错")
    assert owed(world, "1-1-102") == 2679, "291 of it went to the late fee"
    request = ask_unmatch(line.pk, "不是这两户", actor=world["finance"])
    with pytest.raises(DomainError):
        decide(request.pk, approved=True, actor=world["finance"])
    decide(request.pk, approved=True, actor=world["lead"])
    line.refresh_from_db()
    assert (line.state, line.suspense_fen, suspense(world)) == ("waiting", 22388, 42488)
    assert owed(world, "1-1-102") == 22388 and not Habit.objects.filter(times__gt=0).exists()
    assert first_finding(world) == ""
    keep_waiting(line.pk, "已电话询问", D("2026-02-20"), actor=world["finance"])
    decide(ask_return(line.pk, "付款人付错", actor=world["finance"]).pk, approved=False, actor=world["lead"], note="再查一查")
    decide(ask_return(line.pk, "付款人付错", actor=world["finance"]).pk, approved=True, actor=world["lead"])
    line.refresh_from_db()
    assert (line.state, suspense(world)) == ("returned", 20100) and first_finding(world) == ""


def test_a_habit_is_learnt_and_used(world: World) -> None:
    first = ROWS[1].replace("2026-02-10", "2026-01-10")
    with clock.at(D("2026-01-11")):
        bring(world, sheet(first))
        flat, owner = world.flats["1-1-102"], world.people["沈秋白"]
        claim(waiting(world, "B0002").pk, [Share(flat.pk, owner.pk, 22388)], actor=world["finance"])
    with clock.at(D("2026-02-06")):
        publish(world, "2026-02")
        done = bring(world, sheet(first.replace("B0002", "B0009").replace("2026-01-10", "2026-02-05")))
        assert (done.booked, done.waiting) == (1, 0) and owed(world, "1-1-102") == 0 and first_finding(world) == ""


def test_two_lines_of_one_bill_and_money_ahead(world: World) -> None:
    """The same sum twice settles the bill once; the second is more than is owed and waits. What says 预 is kept ahead."""
    again = ROWS[0].replace("B0001", "B0010").replace("250.00,1250.00", "400.00,1250.00")
    with clock.at(D("2026-01-05")):
        rows = [row.replace("2026-02-10", "2026-01-05") for row in (again, again.replace("B0010", "B0011"))]
        done = bring(world, sheet(*rows))
        assert (done.booked, done.waiting) == (1, 1) and waiting(world, "B0011").doubt == "surplus"
        ahead = rows[0].replace("B0010", "B0012").replace("物业费", "物业费 预交")
        assert bring(world, sheet(ahead)).booked == 1
        assert balance_fen(world.people["陆小满"].pk, world.flats["1-1-101"].pk) == 40000 and first_finding(world) == ""


def test_the_same_money_in_another_format_is_not_booked_twice(world: World) -> None:
    with clock.at(TODAY):
        assert bring(world, sheet(ROWS[0])).booked == 1
        done = bring(world, MT940.replace(b"B0001", b"NONREF"), "2月.sta")
        assert (done.booked, done.waiting, done.out, done.changed) == (0, 1, 1, (1,)) and first_finding(world) == ""


@pytest.mark.parametrize(("account", "data", "words"), [
    ("123", sheet(), "不同"), ("", sheet().replace(OURS.encode(), b"-"), "没有写账号"), ("", sheet(ROWS[0].replace("2026", "2027")), "晚于今天"),
])  # fmt: skip
def test_a_file_is_taken_whole_or_not_at_all(world: World, account: str, data: bytes, words: str) -> None:
    with clock.at(TODAY), pytest.raises(DomainError) as refused:
        import_statement(world.community.pk, account, "a.csv", data, actor=world["finance"])
    assert words in refused.value.text and not BankLine.objects.exists()
    with clock.at(TODAY), pytest.raises((NotFound, Forbidden)):
        import_statement(world.community.pk, account, "a.csv", data, actor=world["outsider"])
    assert issubclass(StatementRefused, DomainError)
