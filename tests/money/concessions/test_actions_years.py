"""A year paid ahead: earned by paying in time, taken back where not, sold in month five; money lying about earns nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction

from tests.estate.metering.test_pages_metering import client_of
from tests.world import World, make_world, pay
from wuyefei.estate.people.public import PersonRow
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.approvals.actions import SamePerson, cancel, decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.public import (
    Adjustment,
    Deferral,
    DraftedAhead,
    Receivable,
    confirm_run,
    draft_run,
    open_bills,
    release_income,
)
from wuyefei.money.concessions.actions.years import save_year_terms
from wuyefei.money.concessions.papers import year_data, year_pdf
from wuyefei.money.concessions.public import Offer, YearBill, ask_year, follow_years
from wuyefei.money.concessions.rules.yearly import (
    DEFAULT_TERMS,
    OfferOver,
    YearChanged,
    YearHindered,
    YearOpen,
)
from wuyefei.money.concessions.years import year_terms_of
from wuyefei.money.ledger.public import Account, balances
from wuyefei.money.payments.public import PaymentOrder, balance_fen
from wuyefei.money.transfers.actions import Order, ask_transfer
from wuyefei.money.transfers.rules import Basis, Paid

pytestmark = pytest.mark.django_db
D = dt.date
ASKED, START, DEADLINE = D(2026, 9, 20), Month(2027, 1), D(2026, 10, 1)


@pytest.fixture
def world() -> World:
    """陆小满's flat costs 250.00 a month, 3,000.00 a year; September 2026 and everything before is billed."""
    with clock.at(D(2026, 1, 1)):
        made = make_world()
    with clock.at(D(2026, 9, 1)):
        publish(made, "2026-09")
    return made


@pytest.fixture(autouse=True)
def books(world: World) -> Iterator[None]:
    """Whatever a test did, the books hold."""
    yield
    report = run_checks(world.organisation.pk)
    assert report.first is None and "concessions.years" in {check.name for check in report.checks}


def publish(world: World, month: str) -> None:
    run = draft_run(world.community.pk, Month.parse(month), actor=world["finance"]).run
    assert run is not None
    decide(confirm_run(run.pk, actor=world["finance"]).pk, approved=True, actor=world["lead"])


def line_of(world: World, code: str = "1-1-101") -> int:
    return int(world.contract.lines.get(property=world.flats[code]).pk)


def ask(world: World, on: dt.date = ASKED, offer: Offer = Offer.EARLY, start: Month = START, by: str = "finance", code: str = "1-1-101") -> YearBill:
    with clock.at(on):
        return ask_year(world.flats[code].pk, line_of(world, code), start, offer, actor=world[by])


def billed(world: World, on: dt.date = ASKED, **more: object) -> YearBill:
    row = ask(world, on, **more)  # type: ignore[arg-type]
    with clock.at(on):
        decide(row.request_id or 0, approved=True, actor=world["lead"])
    row.refresh_from_db()
    return row


def settle(world: World, on: dt.date, fen: int, bill: int | None) -> None:
    with clock.at(on):
        flat, lu = world.flats["1-1-101"].pk, world.people["陆小满"].pk
        due = sum(one.total_fen for one in open_bills(world["cashier"], on, receivable_ids=[bill])) if bill else 0
        order = PaymentOrder(flat, lu, (bill,) if bill else (), {"cash": fen}, f"key-{on}-{fen}", due_fen=due, keep_rest=fen > due)
        pay(order, actor=world["cashier"])


def follow(on: dt.date) -> int:
    with clock.at(on):
        return follow_years(None)


def months_billed(world: World, since: dt.date = START.first) -> list[tuple[str, int]]:
    rows = Receivable.objects.filter(property=world.flats["1-1-101"], reversed_at=None, service_from__gte=since).order_by("service_from")
    return [(f"{row.service_from:%m%d}-{row.service_to:%m%d}", row.amount_fen) for row in rows]


def test_a_year_paid_in_time_earns_five_percent_and_is_never_billed_again(world: World) -> None:
    row = billed(world)
    bill = row.receivable
    assert bill is not None
    assert (row.list_fen, row.off_fen, row.deadline, bill.amount_fen, bill.outstanding_fen, bill.due_on) == (300000, 15000, DEADLINE, 300000, 285000, DEADLINE)
    change = Adjustment.objects.get(receivable=bill)
    assert (change.amount_fen, change.tax_fen, change.approval_id) == (-15000, -849, row.request_id)
    assert change.reason == "2027-01 至 2027-12 年付，2026-10-01 以前付清优惠 5%"
    # net 2,830.19 − 141.51 = 2,688.68 waits for its twelve months
    assert sum(Deferral.objects.filter(source_id=bill.pk, source_kind__in=["rebill", "discount"]).values_list("net_fen", flat=True)) == 268868
    assert follow(D(2026, 9, 30)) == 0
    settle(world, DEADLINE, 285000, bill.pk)
    assert follow(D(2026, 10, 2)) == 1
    row.refresh_from_db()
    assert (row.state, row.ended_on) == ("earned", D(2026, 10, 2))
    with clock.at(D(2027, 1, 5)):
        publish(world, "2027-01")
        release_income(world.community.pk, Month(2027, 1), actor=world["finance"])
    assert months_billed(world) == [("0101-1231", 300000)]
    with clock.at(D(2028, 1, 5)):
        publish(world, "2028-01")
    assert months_billed(world)[1] == ("0101-0131", 25000)
    page = client_of(world["finance"]).get(f"/concessions/years/{row.pk}").content.decode()
    assert "2,850.00" in page and "优惠 5%" in page and f"/concessions/years/{row.pk}/agreement.pdf" in page
    paper = year_data(row)
    assert paper["rows"] == [["物业服务费", "2027-01-01 至 2027-12-31", "3,000.00", "150.00", "2,850.00"]] and paper["state"] == ""
    assert "付清期限是 2026-10-01，含当天" in paper["clauses"][1]
    printed = client_of(world["finance"]).get(f"/concessions/years/{row.pk}/agreement.pdf")
    assert printed.content.startswith(b"%PDF") and printed.content == year_pdf(row)


def test_a_year_not_paid_by_its_deadline_is_taken_back_whole(world: World) -> None:
    before = balances(world["lead"], [world.community])
    row = billed(world)
    assert row.receivable is not None
    assert follow(DEADLINE) == 0 and follow(D(2026, 10, 2)) == 1 and follow(D(2026, 10, 3)) == 0
    row.refresh_from_db()
    bill = Receivable.objects.get(pk=row.receivable_id)
    assert year_data(row)["state"] == "到期没有付清，已作废"
    assert row.state == "lapsed" and bill.reversed_at is not None and bill.outstanding_fen == 0
    assert {key: fen for key, fen in balances(world["lead"], [world.community]).items() if fen} == before
    with clock.at(D(2027, 1, 5)):
        publish(world, "2027-01")
    assert months_billed(world) == [("0101-0131", 25000)]


def test_a_part_paid_year_waits_for_staff_and_then_lapses(world: World) -> None:
    row = billed(world)
    settle(world, D(2026, 9, 25), 100000, row.receivable_id)
    assert follow(D(2026, 10, 2)) == 0
    row.refresh_from_db()
    assert row.state == "billed"
    with clock.at(D(2026, 10, 2)):
        assert "只付了一部分" in client_of(world["finance"]).get(f"/concessions/years/{row.pk}").content.decode()


def test_money_that_merely_lies_there_earns_nothing(world: World) -> None:
    settle(world, D(2026, 9, 20), 300000, None)
    held = balance_fen(world.people["陆小满"].pk, world.flats["1-1-101"].pk)
    assert held == 300000
    with clock.at(D(2027, 1, 5)):
        publish(world, "2027-01")
    assert months_billed(world) == [("0101-0131", 25000)] and not Adjustment.objects.exists()


def test_three_percent_a_month_early_and_ten_for_a_new_delivery(world: World) -> None:
    near = billed(world, on=D(2026, 11, 30), offer=Offer.NEAR)
    assert (near.off_fen, near.deadline) == (9000, D(2026, 12, 1))
    Property.objects.filter(pk=world.flats["1-1-102"].pk).update(delivered_on=D(2026, 9, 10))
    new = billed(world, offer=Offer.DELIVERY, start=Month(2026, 10), code="1-1-102")
    assert (new.list_fen, new.off_fen, new.deadline) == (268656, 26866, D(2026, 10, 5))


def test_a_year_sold_in_month_five_is_cut_with_its_discount(world: World) -> None:
    row = billed(world)
    settle(world, D(2026, 9, 25), 285000, row.receivable_id)
    follow(D(2026, 9, 25))
    with clock.at(D(2027, 5, 20)):
        order = Order(world.flats["1-1-101"].pk, PersonRow(name="温如言", mobile="19900001001"), D(2027, 6, 1), Basis.SALE, paid=Paid.SPLIT)
        ask_transfer(order, actor=world["finance"])
        decide(Request.objects.get(kind="transfer.do", state="open").pk, approved=True, actor=world["lead"])
    found = Receivable.objects.filter(property=world.flats["1-1-101"], reversed_at=None, service_from__gte=START.first).order_by("service_from")
    assert [(one.payer.name, one.service_from, one.service_to, one.amount_fen, one.outstanding_fen) for one in found] == [
        ("陆小满", D(2027, 1, 1), D(2027, 5, 31), 125000, 0), ("温如言", D(2027, 6, 1), D(2027, 12, 31), 175000, 166250),
    ]  # fmt: skip
    assert list(Adjustment.objects.filter(receivable__in=found, kind="adjust").order_by("receivable__service_from").values_list("amount_fen", flat=True)) == [-6250, -8750]
    assert balance_fen(world.people["陆小满"].pk, world.flats["1-1-101"].pk) == 166250
    follow(D(2027, 6, 2))
    row.refresh_from_db()
    assert row.state == "earned"


def test_refused_asking_leaves_nothing(world: World) -> None:
    for error, more in (
        (Forbidden, {"by": "cashier"}), (NotFound, {"by": "outsider"}), (YearHindered, {"start": Month(2026, 9), "offer": Offer.NEAR}),
        (OfferOver, {"on": D(2026, 10, 2)}), (OfferOver, {"offer": Offer.DELIVERY}), (Invalid, {"start": Month(2027, 11)}),
        (Invalid, {"start": Month(2026, 8)}),
    ):  # fmt: skip
        with pytest.raises(error):
            ask(world, **more)  # type: ignore[arg-type]
        assert not YearBill.objects.exists() and not Request.objects.filter(kind="concessions.year").exists()
    row = ask(world)
    with pytest.raises(YearOpen):
        ask(world, offer=Offer.NEAR)
    with clock.at(ASKED), pytest.raises(Forbidden):
        decide(row.request_id or 0, approved=True, actor=world["finance"])
    with clock.at(D(2026, 10, 2)), pytest.raises(OfferOver):
        decide(row.request_id or 0, approved=True, actor=world["lead"])
    world.contract.lines.filter(pk=line_of(world)).update(quantity=120)
    with clock.at(ASKED), pytest.raises(YearChanged):
        decide(row.request_id or 0, approved=True, actor=world["lead"])
    world.contract.lines.filter(pk=line_of(world)).update(quantity=None)
    with clock.at(D(2027, 1, 1)):
        draft_run(world.community.pk, Month(2027, 1), actor=world["finance"])
    with clock.at(ASKED), pytest.raises(DraftedAhead):
        decide(row.request_id or 0, approved=True, actor=world["lead"])
    with clock.at(ASKED):
        cancel(row.request_id or 0, actor=world["finance"])
    own = ask(world, by="lead")
    with clock.at(ASKED), pytest.raises(SamePerson):
        decide(own.request_id or 0, approved=True, actor=world["lead"])
    row.refresh_from_db()
    assert row.state == "refused" and not Adjustment.objects.exists()


def test_what_a_year_earns_is_set_by_the_firm_and_kept(world: World) -> None:
    row = ask(world)
    with pytest.raises(Forbidden):
        save_year_terms(DEFAULT_TERMS, "改", actor=world["finance"])
    with clock.at(ASKED):
        save_year_terms(replace(DEFAULT_TERMS, early_percent=6), "年末活动", actor=world["lead"])
    assert year_terms_of(world.organisation.pk).early_percent == 6 and row.percent == 5
    for statement in ("UPDATE concessions_yearbill SET off_fen = 0", "UPDATE concessions_yearoffers SET reason = ''", "DELETE FROM concessions_yearbill"):
        with pytest.raises((IntegrityError, DomainError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_asking_on_the_page(world: World) -> None:
    home, client = world.flats["1-1-101"].pk, client_of(world["finance"])
    with clock.at(ASKED):
        page = client.get(f"/concessions/years/new/{home}?start=2027-01").content.decode()
        assert "2,850.00" in page and "2,910.00" in page
        assert client.post(f"/concessions/years/new/{home}", {"start": "2027-01"}).status_code == 422
        answer = client.post(f"/concessions/years/new/{home}", {"start": "2027-01", "choice": f"{line_of(world)}-early"})
        row = YearBill.objects.get()
        assert answer.headers["Location"] == f"/concessions/years/{row.pk}"
        assert "2,850.00" in client.get("/concessions/years").content.decode()
        assert "一年开始前 3 个月付清" in client.get("/concessions/years/terms").content.decode()
        assert client_of(world["lead"]).post("/concessions/years/terms", {}).status_code == 422
        assert f"{row.percent}%" in client_of(world["lead"]).get("/approvals/").content.decode()
    assert str(Account.RECEIVABLE) == "1122"
