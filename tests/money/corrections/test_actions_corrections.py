"""A price entered late and every bill it changes: two people, one entry, the open month, books that hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db.models import Sum

from tests.world import World, make_world, pay
from wuyefei.estate.localrules.public import NeedsConsultation, choose
from wuyefei.estate.people.public import PersonRow
from wuyefei.estate.tariffs.public import NewPrice, TariffVersion
from wuyefei.foundation.approvals.actions import NotOpen, SamePerson, cancel, decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.public import (
    Adjustment,
    Deferral,
    DraftedAhead,
    LateFeeHold,
    Receivable,
    ask_adjustment,
    ask_reversal,
    confirm_run,
    draft_run,
    open_bills,
    place_hold,
    release_income,
)
from wuyefei.money.corrections.actions import (
    AlreadyOpen,
    CorrectionChanged,
    NothingToCorrect,
    NotMaker,
    ask_correction,
    discard_correction,
    draft_correction,
    draft_rest,
)
from wuyefei.money.corrections.models import Correction
from wuyefei.money.corrections.queries import corrections_on
from wuyefei.money.ledger.public import Account, Entry, Leg
from wuyefei.money.payments.public import PaymentOrder, balance_fen
from wuyefei.money.transfers.actions import CorrectedSince, Order, ask_transfer, ask_undo
from wuyefei.money.transfers.rules import Basis, Paid

pytestmark = pytest.mark.django_db
FEBRUARY, TODAY = dt.date(2026, 2, 1), dt.date(2026, 4, 20)


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


def bill(world: World, month: str) -> None:
    with clock.at(Month.parse(month).day(2)):
        run = draft_run(world.community.pk, Month.parse(month), actor=world["finance"]).run
        assert run is not None
        decide(confirm_run(run.pk, actor=world["finance"]).pk, approved=True, actor=world["lead"])


def billed(world: World, *months: str) -> None:
    for month in months or ("2026-01", "2026-02", "2026-03", "2026-04"):
        bill(world, month)


def settle(world: World, code: str, owner: str, month: str) -> None:
    row = bill_of(world, code, month)
    with clock.at(Month.parse(month).day(10)):
        due = sum(one.total_fen for one in open_bills(world["cashier"], clock.today(), receivable_ids=[row.pk]))
        order = PaymentOrder(row.property_id, world.people[owner].pk, (row.pk,), {"cash": due}, f"pay-{code}-{month}-0001", due_fen=due)
        pay(order, actor=world["cashier"])


def bill_of(world: World, code: str, month: str) -> Receivable:
    return Receivable.objects.get(property=world.flats[code], period=Month.parse(month).first, reversed_at__isnull=True)


def drafted(world: World, price: str, since: dt.date) -> Correction:
    return draft_correction(world.service_tariff.pk, NewPrice(since, Decimal(price), note="业主大会决议"), actor=world["manager"])


def corrected(world: World, price: str = "2.30", since: dt.date = FEBRUARY, today: dt.date = TODAY) -> Correction:
    with clock.at(today):
        row = drafted(world, price, since)
        decide(ask_correction(row.pk, actor=world["manager"], reason="按决议补录").pk, approved=True, actor=world["lead"])
    row.refresh_from_db()
    return row


def account(world: World, which: Account) -> int:
    legs = Leg.objects.filter(account=which, entry__community=world.community)
    return int(legs.aggregate(fen=Sum("amount_fen", default=0))["fen"])


def open_of(world: World, code: str) -> list[int]:
    rows = Receivable.objects.filter(property=world.flats[code], reversed_at__isnull=True).order_by("service_from")
    return list(rows.values_list("outstanding_fen", flat=True))


def test_a_lower_price_gives_back_over_closed_months(world: World) -> None:
    billed(world)
    settle(world, "1-1-101", "陆小满", "2026-02")
    before = Entry.objects.count()
    row = corrected(world)
    # 2.30 × 100 / 89.55 / 120.36 m²: 230.00, 205.97, 276.83 for 250.00, 223.88, 300.90; three months each
    assert (row.state, row.line_count, row.up_fen, row.down_fen, row.same_count) == ("done", 9, 0, -18594, 0)
    assert open_of(world, "1-1-101") == [25000, 0, 23000, 23000]
    assert open_of(world, "1-1-102") == [22388, 20597, 20597, 20597]
    assert (row.released_fen, balance_fen(world.people["陆小满"].pk, world.flats["1-1-101"].pk)) == (2000, 2000)
    # one entry for all of them, besides taking the payment out and in again
    entries = list(Entry.objects.order_by("pk")[before:].values_list("kind", "entry_date"))
    assert entries == [("payment.release", TODAY), ("corrections.price", TODAY), ("payment.carry", TODAY)]
    february = bill_of(world, "1-1-101", "2026-02")
    assert corrections_on(february.pk) == [
        ("收费标准自 2026-02-01 起更正为 2.30 元/㎡·月（原 2.50 元/㎡·月）。这张账单按更正后的价格 230.00 元，已出 250.00 元，退减 20.00 元", -2000)
    ]
    version = TariffVersion.objects.get(pk=row.version_id)
    assert (version.number, version.effective_from, version.per_unit) == (2, FEBRUARY, Decimal("2.3000"))
    with clock.at(TODAY), pytest.raises(NothingToCorrect):
        draft_rest(row.pk, actor=world["manager"])
    bill(world, "2026-05")
    assert open_of(world, "1-1-101")[-1] == 23000


def test_a_rise_in_mid_month_and_time_to_pay_it(world: World) -> None:
    billed(world, "2026-03", "2026-04")
    for month in ("2026-03", "2026-04"):
        settle(world, "1-1-101", "陆小满", month)
    row = corrected(world, "2.80", dt.date(2026, 3, 15))
    # March: 250.00 × 14/31 + 280.00 × 17/31 = 266.45; April: 280.00
    assert [line.difference_fen for line in row.lines.filter(receivable__property=world.flats["1-1-101"]).order_by("pk")] == [1645, 3000]
    march = bill_of(world, "1-1-101", "2026-03")
    hold = LateFeeHold.objects.get(receivable=march)
    assert (march.outstanding_fen, hold.starts_on, hold.ends_on) == (1645, TODAY, dt.date(2026, 5, 20))
    assert not LateFeeHold.objects.filter(receivable=bill_of(world, "1-1-102", "2026-03")).exists()  # it was late anyway


def test_two_prices_one_after_the_other_in_either_order(world: World) -> None:
    billed(world)
    first = corrected(world, "2.30", FEBRUARY)
    second = corrected(world, "2.60", dt.date(2026, 4, 1))
    assert (first.net_fen, second.line_count) == (-18594, 3)
    assert open_of(world, "1-1-101") == [25000, 23000, 23000, 26000]
    third = corrected(world, "2.40", dt.date(2026, 3, 1))  # between the two: April has a price of its own
    assert third.line_count == 3 and open_of(world, "1-1-101") == [25000, 23000, 24000, 26000]


def test_a_quarter_is_corrected_month_by_month(world: World) -> None:
    """Of a bill for January to March corrected in February, March is deferred and released with it; so is an adjustment."""
    world.contract.cycle_months = 3
    world.contract.save()
    bill(world, "2026-01")
    service = account(world, Account.DEFERRED)
    row = corrected(world, "2.30", FEBRUARY, dt.date(2026, 2, 10))
    line = row.lines.get(receivable__property=world.flats["1-1-101"])
    assert line.adjustment is not None
    # −20.00 for February at once, −20.00 less 1.13 of tax for March deferred
    assert (line.difference_fen, line.adjustment.tax_fen, line.adjustment.deferred_fen) == (-4000, -226, -1887)
    three = -1887 - (1791 - 101) - (2407 - 136)
    assert account(world, Account.DEFERRED) - service == -three
    with clock.at(dt.date(2026, 2, 11)):
        quarter = Receivable.objects.get(property=world.flats["1-1-102"])
        decide(ask_adjustment(quarter.pk, -6000, actor=world["finance"], reason="水管漏水").pk, approved=True, actor=world["lead"])
    adjusted = Adjustment.objects.get(receivable=quarter, kind="adjust")
    assert (adjusted.tax_fen, adjusted.deferred_fen) == (-340, -1886)  # 56.60 over three equal months, the last 18.86
    with clock.at(dt.date(2026, 3, 1)):
        release_income(world.community.pk, Month.parse("2026-03"), actor=world["lead"])
    assert account(world, Account.DEFERRED) == 0 and not Deferral.objects.filter(released_entry_id__isnull=True).exists()


def test_what_is_left_as_it_is_and_why(world: World) -> None:
    billed(world)
    with clock.at(TODAY):
        gone, argued, by_hand = (bill_of(world, code, "2026-03") for code in ("1-1-101", "1-1-102", "1-1-201"))
        decide(ask_reversal(gone.pk, actor=world["finance"], reason="重复").pk, approved=True, actor=world["lead"])
        place_hold(argued.pk, TODAY, None, kind="dispute", source_ref="objection:1", actor=world["finance"])
        decide(ask_adjustment(by_hand.pk, -100, actor=world["finance"], reason="已逐笔退").pk, approved=True, actor=world["lead"])
    row = corrected(world)
    left = {line.receivable_id: line.hindrance for line in row.lines.exclude(hindrance="")}
    assert left == {gone.pk: "void", argued.pk: "disputed", by_hand.pk: "by_hand"}
    assert row.line_count == 6 and not Adjustment.objects.filter(receivable=argued).exists()
    with clock.at(TODAY + dt.timedelta(days=1)):
        LateFeeHold.objects.update(ends_on=TODAY)
        rest = draft_rest(row.pk, actor=world["manager"])
        assert [line.receivable_id for line in rest.lines.filter(hindrance="")] == [argued.pk]
        decide(ask_correction(rest.pk, actor=world["manager"], reason="异议已答复").pk, approved=True, actor=world["lead"])
    assert bill_of(world, "1-1-102", "2026-03").outstanding_fen == 20597
    assert TariffVersion.objects.filter(tariff=world.service_tariff).count() == 2


def test_two_people_and_nothing_half_done(world: World) -> None:
    billed(world)
    with clock.at(TODAY):
        row = drafted(world, "2.30", FEBRUARY)
        with pytest.raises(AlreadyOpen):
            drafted(world, "2.20", FEBRUARY)
        with pytest.raises(NotMaker):
            ask_correction(row.pk, actor=world["lead"], reason="代交")
        request = ask_correction(row.pk, actor=world["manager"], reason="按决议补录")
        with pytest.raises((SamePerson, DomainError)):
            decide(request.pk, approved=True, actor=world["manager"])
        march = bill_of(world, "1-1-201", "2026-03")
        decide(ask_adjustment(march.pk, -100, actor=world["finance"], reason="逐笔退").pk, approved=True, actor=world["lead"])
        with pytest.raises(CorrectionChanged):
            decide(request.pk, approved=True, actor=world["lead"])
        assert TariffVersion.objects.filter(tariff=world.service_tariff).count() == 1
        assert not Adjustment.objects.filter(kind="price").exists()
        cancel(request.pk, actor=world["manager"])
        again = drafted(world, "2.30", FEBRUARY)
        discard_correction(again.pk, actor=world["manager"])
        last = ask_correction(drafted(world, "2.30", FEBRUARY).pk, actor=world["manager"], reason="按决议补录")
        april = bill_of(world, "1-1-102", "2026-04")
        due = sum(one.total_fen for one in open_bills(world["cashier"], TODAY, receivable_ids=[april.pk]))
        pay(PaymentOrder(april.property_id, april.payer_id, (april.pk,), {"cash": due}, "pay-meanwhile-01", due_fen=due), actor=world["cashier"])
        decide(last.pk, approved=True, actor=world["lead"])  # a payment meanwhile changes no difference
        with pytest.raises(NotOpen):
            decide(last.pk, approved=True, actor=world["lead"])
    assert Adjustment.objects.filter(kind="price").count() == 8


def test_a_run_at_the_former_price_waits_no_longer(world: World) -> None:
    billed(world)
    with clock.at(TODAY):
        request = ask_correction(drafted(world, "2.30", FEBRUARY).pk, actor=world["manager"], reason="按决议补录")
        draft_run(world.community.pk, Month.parse("2026-05"), actor=world["finance"])
        with pytest.raises(DraftedAhead):
            decide(request.pk, approved=True, actor=world["lead"])
        cancel(request.pk, actor=world["manager"])
        with pytest.raises(DraftedAhead):  # said to whoever hands it on already
            ask_correction(drafted(world, "2.30", FEBRUARY).pk, actor=world["manager"], reason="按决议补录")
    assert not Adjustment.objects.exists()


def test_a_sale_after_and_before_a_correction(world: World) -> None:
    """A corrected bill is cut at the corrected price; the parts of a cut bill are corrected each for its own days."""
    billed(world, "2026-04")
    corrected(world, "2.30", dt.date(2026, 4, 1), dt.date(2026, 4, 5))
    with clock.at(dt.date(2026, 4, 11)):
        buyer = PersonRow(name="温如言", mobile="19900001001")
        sale = ask_transfer(Order(world.flats["1-1-101"].pk, buyer, dt.date(2026, 4, 11), Basis.SALE, paid=Paid.SPLIT), actor=world["finance"])
        decide(_waiting("transfer.do"), approved=True, actor=world["lead"])
    assert open_of(world, "1-1-101")[-2:] == [7667, 15333]  # 230.00 over 30 days: 10 and 20
    row = corrected(world, "2.60", dt.date(2026, 4, 6), dt.date(2026, 4, 20))
    lines = row.lines.filter(receivable__property=world.flats["1-1-101"], hindrance="").order_by("pk")
    # 230.00 × 5/30 + 260.00 × 5/30 = 81.67; the whole month 255.00, less 81.67
    assert [(line.billed_fen, line.should_fen, line.gone) for line in lines] == [(7667, 8167, True), (15333, 17333, False)]
    with clock.at(dt.date(2026, 4, 21)), pytest.raises(CorrectedSince):
        ask_undo(sale.pk, actor=world["finance"], reason="解约")


def _waiting(kind: str) -> int:
    return Request.objects.get(kind=kind, state="open").pk


def test_a_rise_for_homes_needs_its_consultation(world: World) -> None:
    """Where the local rules ask for it, a late rise is refused like any other, with the article; nothing is written."""
    billed(world)
    with clock.at(TODAY):
        choose("beijing", dt.date(2026, 1, 1), actor=world["manager"], community=world.community)
        with pytest.raises(NeedsConsultation, match="征询"):
            drafted(world, "2.80", FEBRUARY)
        assert not Correction.objects.exists()
        drafted(world, "2.30", FEBRUARY)  # a lower price asks nobody
