"""A correction taken back: two people, one reversing entry, every bill as it was, books that hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.money.corrections.test_actions_corrections import (
    FEBRUARY,
    TODAY,
    account,
    bill,
    bill_of,
    billed,
    corrected,
    open_of,
    settle,
)
from tests.world import World, make_world
from wuyefei.estate.tariffs.public import TariffVersion, prices_of
from wuyefei.foundation.approvals.actions import SamePerson, cancel, decide
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError, Forbidden
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.public import (
    Adjustment,
    Deferral,
    Receivable,
    ask_adjustment,
    ask_reversal,
    place_hold,
    release_income,
    standings,
)
from wuyefei.money.corrections.actions import (
    AlreadyOpen,
    CorrectionChanged,
    WrongState,
    ask_correction,
    draft_rest,
    draft_undo,
)
from wuyefei.money.corrections.models import Correction
from wuyefei.money.corrections.queries import corrections_on
from wuyefei.money.corrections.undoing import LaterCorrection, NotUndone
from wuyefei.money.ledger.public import Account, Entry, Leg
from wuyefei.money.payments.public import balance_fen, offset_community

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    with clock.at(dt.date(2026, 1, 1)):
        return make_world()


@pytest.fixture(autouse=True)
def books(world: World) -> Iterator[None]:
    """Whatever a test did, the books hold."""
    yield
    finding = run_checks(world.organisation.pk).first
    assert finding is None, finding


def undone(world: World, row: Correction, today: dt.date = TODAY) -> Correction:
    with clock.at(today):
        made = draft_undo(row.pk, actor=world["manager"])
        decide(ask_correction(made.pk, actor=world["manager"], reason="决议被撤销").pk, approved=True, actor=world["lead"])
    made.refresh_from_db()
    row.refresh_from_db()
    return made


def totals(world: World) -> dict[str, int]:
    rows = Leg.objects.filter(entry__community=world.community).values_list("account").annotate(Sum("amount_fen")).order_by()
    return {code: int(fen) for code, fen in rows if fen}


def test_every_bill_is_as_it_was(world: World) -> None:
    billed(world)
    settle(world, "1-1-101", "陆小满", "2026-02")
    before, opens = totals(world), {code: open_of(world, code) for code in ("1-1-101", "1-1-102", "1-1-201")}
    row = corrected(world)
    entries = Entry.objects.count()
    made = undone(world, row)
    assert (row.state, made.state, made.line_count, made.up_fen, made.down_fen) == ("undone", "done", 9, 18594, 0)
    # what the correction had given back as prepayment settles the very bill again
    assert {code: open_of(world, code) for code in opens} == opens and opens["1-1-101"] == [25000, 0, 25000, 25000]
    assert totals(world) == before and balance_fen(world.people["陆小满"].pk, world.flats["1-1-101"].pk) == 0
    assert list(Entry.objects.order_by("pk")[entries:].values_list("kind", "entry_date")) == [("corrections.undo", TODAY), ("payment.carry", TODAY)]
    february = bill_of(world, "1-1-101", "2026-02")
    assert corrections_on(february.pk)[1] == (
        "收费标准自 2026-02-01 起 2.30 元/㎡·月 的更正已撤销，恢复为 2.50 元/㎡·月。这张账单恢复为 250.00 元，更正为 230.00 元，补收 20.00 元", 2000
    )
    # the price is gone: May is billed at the former one, and the day may have another
    assert [price.per_unit for price in prices_of([world.service_tariff.pk])[world.service_tariff.pk]] == [Decimal("2.5000")]
    bill(world, "2026-05")
    assert open_of(world, "1-1-101")[-1] == 25000
    again = corrected(world, "2.40", FEBRUARY, dt.date(2026, 5, 6))
    assert again.version is not None and (again.version.number, again.line_count) == (3, 12)


def test_a_rise_paid_and_taken_back_becomes_prepayment(world: World) -> None:
    """Corrected up and paid since: what is too much comes out of the bill and is the payer's."""
    billed(world, "2026-04")
    row = corrected(world, "2.80", dt.date(2026, 4, 1), dt.date(2026, 4, 5))
    settle(world, "1-1-101", "陆小满", "2026-04")  # 280.00
    made = undone(world, row)
    assert open_of(world, "1-1-101")[-1] == 0 and open_of(world, "1-1-102")[-1] == 22388
    assert (made.released_fen, balance_fen(world.people["陆小满"].pk, world.flats["1-1-101"].pk)) == (3000, 3000)


def test_prepayment_used_meanwhile_stays_used(world: World) -> None:
    """The 20.00 given back went to January the same night: February is open by as much again, and for 30 days no late fee is added."""
    billed(world)
    settle(world, "1-1-101", "陆小满", "2026-02")
    row = corrected(world)
    with clock.at(TODAY):
        offset_community(world.community.pk)
    assert balance_fen(world.people["陆小满"].pk, world.flats["1-1-101"].pk) == 0
    undone(world, row, TODAY + dt.timedelta(days=1))
    february = bill_of(world, "1-1-101", "2026-02")
    assert february.outstanding_fen == 2000
    assert [standings([february], TODAY + dt.timedelta(days=days))[february.pk].payable_fen for days in (1, 20, 31)] == [0, 0, 0]


def test_bills_published_since_come_back_too(world: World) -> None:
    """May was billed at the corrected price: it comes to the former one with the others, in the same entry."""
    billed(world)
    row = corrected(world)
    bill(world, "2026-05")
    assert open_of(world, "1-1-101") == [25000, 23000, 23000, 23000, 23000]
    made = undone(world, row, dt.date(2026, 5, 6))
    assert (made.line_count, made.up_fen) == (12, 18594 // 3 * 4)
    assert open_of(world, "1-1-101") == [25000] * 5 and open_of(world, "1-1-201") == [30090] * 5


def test_deferred_income_goes_back_where_it_was(world: World) -> None:
    world.contract.cycle_months = 3
    world.contract.save()
    bill(world, "2026-01")
    deferred = account(world, Account.DEFERRED)
    row = corrected(world, "2.30", FEBRUARY, dt.date(2026, 2, 10))
    assert account(world, Account.DEFERRED) - deferred == 1887 + (1791 - 101) + (2407 - 136)
    made = undone(world, row, dt.date(2026, 2, 11))
    line = made.lines.get(receivable__property=world.flats["1-1-101"])
    assert line.adjustment is not None and (line.difference_fen, line.adjustment.tax_fen, line.adjustment.deferred_fen) == (4000, 226, 1887)
    assert account(world, Account.DEFERRED) == deferred
    with clock.at(dt.date(2026, 3, 1)):
        release_income(world.community.pk, Month.parse("2026-03"), actor=world["lead"])
    assert account(world, Account.DEFERRED) == 0 and not Deferral.objects.filter(released_entry_id__isnull=True).exists()


def test_what_stands_in_the_way_is_named(world: World) -> None:
    billed(world)
    row = corrected(world)
    with clock.at(TODAY):
        argued, by_hand, gone = (bill_of(world, code, "2026-03") for code in ("1-1-102", "1-1-201", "1-1-101"))
        place_hold(argued.pk, TODAY, None, kind="dispute", source_ref="objection:1", actor=world["finance"])
        change = ask_adjustment(by_hand.pk, -100, actor=world["finance"], reason="逐笔退").pk
        with pytest.raises(NotUndone, match=r"1 笔.*1-1-102 2026-03-01（业主有异议"):
            draft_undo(row.pk, actor=world["manager"])
        decide(change, approved=True, actor=world["lead"])
        with pytest.raises(NotUndone, match=r"2 笔.*1-1-102 2026-03-01（业主有异议.*1-1-201 2026-03-01（已经逐笔调整过"):
            draft_undo(row.pk, actor=world["manager"])
        assert Correction.objects.count() == 1 and TariffVersion.objects.filter(withdrawn_at__isnull=False).count() == 0
        decide(ask_adjustment(by_hand.pk, 100, actor=world["finance"], reason="更正").pk, approved=True, actor=world["lead"])
        decide(ask_reversal(gone.pk, actor=world["finance"], reason="重复").pk, approved=True, actor=world["lead"])
        with pytest.raises(NotUndone, match="2 笔"):
            draft_undo(row.pk, actor=world["manager"])  # what was put right by hand has to be looked at all the same


def test_a_bill_reversed_since_has_nothing_to_give_back(world: World) -> None:
    billed(world)
    row = corrected(world)
    with clock.at(TODAY):
        gone = bill_of(world, "1-1-101", "2026-03")
        decide(ask_reversal(gone.pk, actor=world["finance"], reason="重复").pk, approved=True, actor=world["lead"])
    made = undone(world, row)
    assert made.line_count == 8 and made.lines.get(receivable=gone).hindrance == "void"
    assert Receivable.objects.get(pk=gone.pk).outstanding_fen == 0


def test_the_last_goes_first_and_an_undoing_is_final(world: World) -> None:
    billed(world)
    first = corrected(world, "2.30", FEBRUARY)
    second = corrected(world, "2.60", dt.date(2026, 4, 1))
    with clock.at(TODAY), pytest.raises(LaterCorrection, match="2026-04-01"):
        draft_undo(first.pk, actor=world["manager"])
    made = undone(world, second)
    assert open_of(world, "1-1-101") == [25000, 23000, 23000, 23000]
    with clock.at(TODAY):
        for row in (second, made):
            with pytest.raises(WrongState):
                draft_undo(row.pk, actor=world["manager"])
            with pytest.raises(WrongState):
                draft_rest(row.pk, actor=world["manager"])
    undone(world, first)
    assert open_of(world, "1-1-101") == [25000] * 4


def test_what_was_left_out_and_corrected_later_goes_with_it(world: World) -> None:
    billed(world)
    with clock.at(TODAY):
        argued = bill_of(world, "1-1-102", "2026-03")
        hold = place_hold(argued.pk, TODAY, TODAY, kind="dispute", source_ref="objection:1", actor=world["finance"])
    assert hold is not None
    row = corrected(world)
    tomorrow = TODAY + dt.timedelta(days=1)
    with clock.at(tomorrow):
        rest = draft_rest(row.pk, actor=world["manager"])
        decide(ask_correction(rest.pk, actor=world["manager"], reason="异议已答复").pk, approved=True, actor=world["lead"])
    made = undone(world, row, tomorrow)
    rest.refresh_from_db()
    assert (made.line_count, rest.state) == (9, "undone") and open_of(world, "1-1-102") == [22388] * 4


def test_two_people_and_nothing_half_done(world: World) -> None:
    billed(world)
    row = corrected(world)
    with clock.at(TODAY):
        with pytest.raises(Forbidden):
            draft_undo(row.pk, actor=world["finance"])
        made = draft_undo(row.pk, actor=world["manager"])
        with pytest.raises(AlreadyOpen):
            draft_undo(row.pk, actor=world["lead"])
        request = ask_correction(made.pk, actor=world["manager"], reason="决议被撤销")
        assert (request.kind, request.amount_fen) == ("corrections.undo", 18594)
        with pytest.raises((SamePerson, DomainError)):
            decide(request.pk, approved=True, actor=world["manager"])
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE corrections_correction SET agreed_by_id = made_by_id WHERE id = %s", [made.pk])
        march = bill_of(world, "1-1-201", "2026-03")
        decide(ask_reversal(march.pk, actor=world["finance"], reason="重复").pk, approved=True, actor=world["lead"])
        with pytest.raises(CorrectionChanged):
            decide(request.pk, approved=True, actor=world["lead"])
        row.refresh_from_db()
        assert row.state == "done" and not TariffVersion.objects.filter(withdrawn_at__isnull=False).exists()
        cancel(request.pk, actor=world["manager"])
        assert Adjustment.objects.filter(kind="price").count() == 9
    undone(world, row)
    assert Adjustment.objects.filter(kind="price").count() == 17


def test_a_price_is_only_ever_taken_back(world: World) -> None:
    version = TariffVersion.objects.filter(tariff=world.service_tariff).get()
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        TariffVersion.objects.filter(pk=version.pk).update(per_unit=Decimal("9"))
    with pytest.raises(IntegrityError), transaction.atomic():
        version.delete()


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    price=st.decimals(Decimal("0.01"), Decimal("6"), places=2).filter(lambda found: found != Decimal("2.5")),
    since=st.dates(dt.date(2026, 1, 2), dt.date(2026, 4, 19)),
    paid=st.sets(st.sampled_from(["2026-01", "2026-02", "2026-03", "2026-04"])), later=st.booleans(),
)  # fmt: skip
def test_the_books_come_back_to_the_fen(world: World, price: Decimal, since: dt.date, paid: set[str], later: bool) -> None:
    """Whatever the price, the day and what was paid: every account and every bill is what it was."""
    with transaction.atomic():
        billed(world)
        for month in sorted(paid):
            settle(world, "1-1-101", "陆小满", month)
        before = totals(world)
        opens = {code: open_of(world, code) for code in ("1-1-101", "1-1-102", "1-1-201")}
        row = corrected(world, str(price), since)
        assert totals(world) != before
        undone(world, row, TODAY + dt.timedelta(days=10 if later else 0))
        assert totals(world) == before
        assert {code: open_of(world, code) for code in opens} == opens
        assert run_checks(world.organisation.pk).first is None
        transaction.set_rollback(True)
