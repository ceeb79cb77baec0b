"""Transfers carried out: bills, money, ties and books move together, by two people, and can be taken back."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.estate.metering.test_pages_metering import client_of
from tests.world import World, charge, flat, make_world, pay, person
from wuyefei.collection.followup.public import Case
from wuyefei.collection.followup.public import reckon as reckon_cases
from wuyefei.estate.occupancy.public import Tie, payers
from wuyefei.estate.people.public import Person, PersonRow
from wuyefei.foundation.approvals.actions import cancel, decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Month, Span
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.public import (
    DraftedAhead,
    Receivable,
    confirm_run,
    draft_run,
    open_bills,
    release_income,
)
from wuyefei.money.payments.public import PaymentOrder, balance_fen
from wuyefei.money.transfers.actions import BilledSince, Order, PlanChanged, ask_transfer, ask_undo
from wuyefei.money.transfers.models import Transfer
from wuyefei.money.transfers.queries import LaterOwner, NoFormerOwner
from wuyefei.money.transfers.rules import Basis, Paid, Prepaid, SameOwner

pytestmark = pytest.mark.django_db
BUYER = PersonRow(name="温如言", mobile="19900001001")
JUNE_11 = dt.date(2026, 6, 11)


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


def bill(world: World, month: str, on: dt.date) -> None:
    with clock.at(on):
        run = draft_run(world.community.pk, Month.parse(month), actor=world["finance"]).run
        assert run is not None
        decide(confirm_run(run.pk, actor=world["finance"]).pk, approved=True, actor=world["lead"])


def order(world: World, on: dt.date = JUNE_11, **more: object) -> Order:
    return replace(Order(world.flats["1-1-101"].pk, BUYER, on, Basis.SALE), **more)  # type: ignore[arg-type]


def transferred(world: World, what: Order) -> Transfer:
    row = ask_transfer(what, actor=world["finance"])
    if row.state == Transfer.State.ASKED:
        decide(Request.objects.get(kind="transfer.do", state="open").pk, approved=True, actor=world["lead"])
    row.refresh_from_db()
    return row


def standing(world: World, code: str = "1-1-101") -> list[tuple[str, str, str, str, int, int]]:
    rows = Receivable.objects.filter(property=world.flats[code], reversed_at__isnull=True).select_related("payer").order_by("service_from")
    return [
        (row.payer.name, str(row.service_from), str(row.service_to), str(row.due_on), row.amount_fen, row.outstanding_fen) for row in rows
    ]


def settle(world: World, fen: int | None = None, extra: int = 0, since: dt.date = dt.date.min) -> None:
    flat = world.flats["1-1-101"]
    bills = [one for one in open_bills(world["cashier"], clock.today(), property_ids=[flat.pk]) if one.service_from >= since]
    due = sum(one.total_fen for one in bills)
    pay(PaymentOrder(flat.pk, world.people["陆小满"].pk, tuple(one.id for one in bills), {"cash": (fen or due) + extra},
                     f"pay-{clock.now()}", due_fen=due, keep_rest=bool(extra)), actor=world["cashier"])  # fmt: skip


def test_a_sale_in_the_month_cuts_the_bill_by_days(world: World) -> None:
    bill(world, "2026-06", dt.date(2026, 6, 2))
    with clock.at(JUNE_11):
        row = ask_transfer(order(world, also=(world.flats["B1-001"].pk,), document="浙（2026）0001"), actor=world["finance"])
        assert row.state == "asked" and Tie.objects.filter(property=world.flats["1-1-101"], ends_on__isnull=False).count() == 0
        waiting = Request.objects.get(kind="transfer.do")
        with pytest.raises(DomainError, match="同一个人|没有"):
            decide(waiting.pk, approved=True, actor=world["finance"])
        decide(waiting.pk, approved=True, actor=world["lead"])
    june = [one for one in standing(world) if one[1] >= "2026-06-01"]
    assert june == [
        ("陆小满", "2026-06-01", "2026-06-10", "2026-06-15", 8333, 8333),
        ("温如言", "2026-06-11", "2026-06-30", "2026-06-15", 16667, 16667),
    ]
    assert [one[4] for one in standing(world, "B1-001") if one[1] >= "2026-06-01"] == [5000, 10000]
    buyer = Person.objects.get(name="温如言")
    span = Span(dt.date(2026, 6, 1), dt.date(2026, 6, 30))
    assert payers([world.flats["1-1-101"].pk], span)[world.flats["1-1-101"].pk] == [
        (world.people["陆小满"].pk, Span(span.first, dt.date(2026, 6, 10))), (buyer.pk, Span(JUNE_11, span.last)),
    ]  # fmt: skip
    bill(world, "2026-07", dt.date(2026, 7, 2))
    assert standing(world)[-1][:2] == ("温如言", "2026-07-01")
    assert sum(one[4] for one in standing(world) if "2026-06" in one[1]) == 25000


def test_two_transfers_in_one_month_and_a_wrong_order(world: World) -> None:
    bill(world, "2026-06", dt.date(2026, 6, 2))
    with clock.at(dt.date(2026, 6, 20)):
        transferred(world, order(world))
        with pytest.raises(LaterOwner, match="2026-06-11"):
            ask_transfer(order(world, dt.date(2026, 6, 5), buyer=PersonRow("迟到者", mobile="19900001002")), actor=world["finance"])
        with pytest.raises(SameOwner):
            ask_transfer(order(world, dt.date(2026, 6, 19)), actor=world["finance"])
        transferred(world, order(world, dt.date(2026, 6, 20), buyer=PersonRow("叶知秋", mobile="19900001003")))
    assert [one[:3] + one[4:5] for one in standing(world) if one[1] >= "2026-06-01"] == [
        ("陆小满", "2026-06-01", "2026-06-10", 8333), ("温如言", "2026-06-11", "2026-06-19", 7500),
        ("叶知秋", "2026-06-20", "2026-06-30", 9167),
    ]  # fmt: skip


def test_a_transfer_long_ago_cuts_every_run_since_and_late_fee_stays_where_it_was_due(world: World) -> None:
    for month in ("2026-06", "2026-07"):
        bill(world, month, dt.date.fromisoformat(f"{month}-02"))
    with clock.at(dt.date(2026, 9, 20)):
        transferred(world, order(world))
        bills = {
            (one.payer_name, str(one.service_from)): (one.outstanding_fen, one.late_fee_fen, str(one.due_on))
            for one in open_bills(world["finance"], clock.today(), property_ids=[world.flats["1-1-101"].pk])
            if one.service_from >= dt.date(2026, 6, 1)
        }
    # 83.33 × 0.05 % × 97 days = 4.04, at most 5 % of 83.33 = 4.16
    assert bills == {
        ("陆小满", "2026-06-01"): (8333, 404, "2026-06-15"),
        ("温如言", "2026-06-11"): (16667, 0, "2026-10-15"),
        ("温如言", "2026-07-01"): (25000, 0, "2026-10-15"),
    }


def test_a_paid_year_is_left_or_cut_and_the_rest_comes_back(world: World) -> None:
    world.contract.cycle_months = 12
    type(world.contract).objects.filter(pk=world.contract.pk).update(cycle_months=12)
    bill(world, "2026-01", dt.date(2026, 1, 2))
    with clock.at(dt.date(2026, 1, 10)):
        settle(world)
    with clock.at(dt.date(2026, 5, 16)):
        release_income(world.community.pk, Month.parse("2026-05"), actor=world["finance"])
        row = transferred(world, order(world, dt.date(2026, 5, 16), paid=Paid.SPLIT))
        assert standing(world) == [
            ("陆小满", "2026-01-01", "2026-05-15", "2026-01-15", 112097, 0),
            ("温如言", "2026-05-16", "2026-12-31", "2026-06-15", 187903, 187903),
        ]
        assert balance_fen(world.people["陆小满"].pk, world.flats["1-1-101"].pk) == 187903
        ask_undo(row.pk, actor=world["finance"], reason="登记错了")
        decide(Request.objects.get(kind="transfer.undo", state="open").pk, approved=True, actor=world["lead"])
        assert standing(world) == [("陆小满", "2026-01-01", "2026-12-31", "2026-01-15", 300000, 0)]
        assert balance_fen(world.people["陆小满"].pk, world.flats["1-1-101"].pk) == 0
        left = transferred(world, order(world, dt.date(2026, 5, 16)))
    assert left.amount_fen == 0 and left.plan["bills"] == [] and standing(world)[0][0] == "陆小满"


def test_prepayment_goes_to_the_new_owner_and_comes_back(world: World) -> None:
    bill(world, "2026-05", dt.date(2026, 5, 2))
    with clock.at(dt.date(2026, 5, 10)):
        settle(world, extra=50000)
    seller, home = world.people["陆小满"].pk, world.flats["1-1-101"].pk
    with clock.at(JUNE_11):
        row = transferred(world, order(world, prepaid=Prepaid.MOVE))
        buyer = Person.objects.get(name="温如言").pk
        assert (balance_fen(seller, home), balance_fen(buyer, home)) == (0, 50000)
        ask_undo(row.pk, actor=world["finance"], reason="买方退房")
        decide(Request.objects.get(kind="transfer.undo", state="open").pk, approved=True, actor=world["lead"])
        assert (balance_fen(seller, home), balance_fen(buyer, home)) == (50000, 0)
    row.refresh_from_db()
    assert row.state == "undone" and list(Tie.objects.filter(property_id=home).values_list("person_id", "ends_on")) == [(seller, None)]


def test_nothing_moves_without_money_so_nobody_else_is_asked(world: World) -> None:
    with clock.at(JUNE_11):
        row = transferred(world, order(world))
        assert row.state == "done" and not Request.objects.exists()
        with pytest.raises(DomainError, match="写明原因"):
            ask_undo(row.pk, actor=world["finance"], reason=" ")
        ask_undo(row.pk, actor=world["finance"], reason="登记错了")
    row.refresh_from_db()
    assert row.state == "undone"


def test_what_changed_since_is_not_carried_out_and_a_next_run_closes_the_way_back(world: World) -> None:
    bill(world, "2026-06", dt.date(2026, 6, 2))
    with clock.at(JUNE_11):
        ask_transfer(order(world), actor=world["finance"])
        waiting = Request.objects.get(kind="transfer.do")
        settle(world, fen=1000, since=dt.date(2026, 6, 1))
        before = standing(world)
        with pytest.raises(PlanChanged):
            decide(waiting.pk, approved=True, actor=world["lead"])
        assert standing(world) == before and Request.objects.get(pk=waiting.pk).state == "open"
        cancel(waiting.pk, actor=world["finance"])
        assert Transfer.objects.get().state == "refused"
        row = transferred(world, order(world, paid=Paid.SPLIT))
    bill(world, "2026-07", dt.date(2026, 7, 2))
    with clock.at(dt.date(2026, 7, 3)), pytest.raises(BilledSince):
        ask_undo(row.pk, actor=world["finance"], reason="登记错了")


def test_a_draft_in_the_making_is_published_first(world: World) -> None:
    with clock.at(dt.date(2026, 6, 2)):
        draft_run(world.community.pk, Month.parse("2026-06"), actor=world["finance"])
        with pytest.raises(DraftedAhead, match="2026-06"):
            ask_transfer(order(world), actor=world["finance"])
    assert not Transfer.objects.exists() and not Person.objects.filter(name="温如言").exists()


def test_delivery_needs_a_developer(world: World) -> None:
    with clock.at(JUNE_11), pytest.raises(NoFormerOwner, match="建设单位"):
        ask_transfer(order(world, basis=Basis.DELIVERY), actor=world["finance"])


def test_a_developer_pays_until_the_day_of_delivery_and_for_what_is_unsold(world: World) -> None:
    """96.40 m² at 2.50: 241.00 a month. One flat delivered after June was billed, one before July is, one never."""
    developer, ties_ = person(world.community, "栖山置业"), {}
    for code in ("1-2-301", "1-2-302", "1-2-303"):
        world.flats[code] = flat(world.community, code, "96.40")
        charge(world.contract, world.flats[code], world.service_tariff, dt.date(2026, 6, 1))
        ties_[code] = Tie.objects.create(
            organisation=world.organisation, community=world.community, property=world.flats[code], person=developer, role="developer",
            starts_on=dt.date(2026, 1, 1),
        )  # fmt: skip
    bill(world, "2026-06", dt.date(2026, 6, 2))
    with clock.at(JUNE_11):
        first = transferred(world, order(world, property_id=world.flats["1-2-301"].pk, basis=Basis.DELIVERY, document="交付确认书 0301"))
    assert standing(world, "1-2-301") == [
        ("栖山置业", "2026-06-01", "2026-06-10", "2026-06-15", 8033, 8033),  # 241.00 × 10 ÷ 30
        ("温如言", "2026-06-11", "2026-06-30", "2026-06-15", 16067, 16067),
    ]
    with clock.at(dt.date(2026, 6, 20)):
        later = order(world, dt.date(2026, 7, 16), property_id=world.flats["1-2-303"].pk, basis=Basis.DELIVERY)
        transferred(world, replace(later, buyer=PersonRow(name="闻人月", mobile="19900001002")))
    bill(world, "2026-07", dt.date(2026, 7, 2))
    assert [row[0::4] for row in standing(world, "1-2-303") if row[1] >= "2026-07-01"] == [("栖山置业", 11661), ("闻人月", 12439)]
    assert [row[0::4] for row in standing(world, "1-2-302")] == [("栖山置业", 24100), ("栖山置业", 24100)]  # unsold
    assert [row[0::4] for row in standing(world, "1-2-301")][2:] == [("温如言", 24100)]
    ties_["1-2-301"].refresh_from_db()
    assert ties_["1-2-301"].ends_on == dt.date(2026, 6, 10)
    with clock.at(dt.date(2026, 7, 3)):
        text = " ".join(re.sub(r"<[^>]+>", " ", client_of(world["lead"]).get(f"/properties/{world.flats['1-2-301'].pk}/").content.decode()).split())
        assert "建设单位 2026-01-01 – 2026-06-10" in text and "业主 2026-06-11 – 今" in text
        assert "2026-06-01 – 2026-06-10 栖山置业" in text and "2026-06-11 – 2026-06-30 温如言" in text
        with pytest.raises(BilledSince):
            ask_undo(first.pk, actor=world["finance"], reason="没有交付")


def test_a_delivery_taken_back_is_the_developers_again(world: World) -> None:
    developer = person(world.community, "栖山置业")
    world.flats["1-2-301"] = flat(world.community, "1-2-301", "96.40")
    charge(world.contract, world.flats["1-2-301"], world.service_tariff, dt.date(2026, 6, 1))
    tie = Tie.objects.create(
        organisation=world.organisation, community=world.community, property=world.flats["1-2-301"], person=developer, role="developer",
        starts_on=dt.date(2026, 1, 1),
    )  # fmt: skip
    bill(world, "2026-06", dt.date(2026, 6, 2))
    with clock.at(JUNE_11):
        row = transferred(world, order(world, property_id=world.flats["1-2-301"].pk, basis=Basis.DELIVERY))
        world.flats["1-2-301"].refresh_from_db()
        assert world.flats["1-2-301"].delivered_on == JUNE_11
        ask_undo(row.pk, actor=world["finance"], reason="业主没有收房")
        decide(Request.objects.get(kind="transfer.undo", state="open").pk, approved=True, actor=world["lead"])
    assert [one[0::4] for one in standing(world, "1-2-301")] == [("栖山置业", 24100)]
    tie.refresh_from_db()
    world.flats["1-2-301"].refresh_from_db()
    assert world.flats["1-2-301"].delivered_on is None
    assert tie.ends_on is None and Tie.objects.filter(property=world.flats["1-2-301"]).count() == 1


def test_a_case_stays_with_who_was_late(world: World) -> None:
    bill(world, "2026-06", dt.date(2026, 6, 2))
    with clock.at(dt.date(2026, 7, 1)):
        reckon_cases(world.community.pk, clock.today())
        transferred(world, order(world))
        reckon_cases(world.community.pk, clock.today())
        names = set(Case.objects.filter(closed_on__isnull=True).values_list("person__name", flat=True))
    assert "陆小满" in names and "温如言" not in names
