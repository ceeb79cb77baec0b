"""An emergency policy on bills that stand and on those to come, ended, and what it came to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, transaction

from tests.estate.metering.test_pages_metering import client_of
from tests.world import World, flat, make_world, own, pay
from wuyefei.estate.contracts.public import ContractLine
from wuyefei.estate.people.public import PersonRow
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.models import Region
from wuyefei.foundation.approvals.actions import SamePerson, cancel, decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Month, Span
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.public import (
    Adjustment,
    LateFeeHold,
    Receivable,
    confirm_run,
    draft_run,
    open_bills,
)
from wuyefei.money.concessions.actions.measures import communities_of
from wuyefei.money.concessions.measures import came_to, get_measure
from wuyefei.money.concessions.models import ExtraService, MeasureBill
from wuyefei.money.concessions.papers import measure_data
from wuyefei.money.concessions.public import (
    Measure,
    MeasureOrder,
    MeasureTerms,
    ask_measure,
    end_measure,
    follow_measures,
    granted_on,
    record_service,
)
from wuyefei.money.concessions.rules.emergency import MeasureWrongState
from wuyefei.money.payments.public import PaymentOrder, balance_fen
from wuyefei.money.transfers.actions import Order, ask_transfer
from wuyefei.money.transfers.rules import Basis

pytestmark = pytest.mark.django_db
D = dt.date
SPAN = Span(D(2026, 2, 1), D(2026, 3, 31))
ASKED = D(2026, 2, 5)


@pytest.fixture
def world() -> World:
    """A flat at 250.00 and a shop at 500.00 a month, billed to February; the shop's February is the one in question."""
    with clock.at(D(2026, 1, 1)):
        made = make_world()
        shop = flat(made.community, "S-1", "200.00", "shop")
        own(shop, made.people["沈秋白"])
        made.flats["S-1"] = shop
        ContractLine.objects.create(
            organisation=made.organisation, community=made.community, contract=made.contract, property=shop, tariff=made.service_tariff, starts_on=D(2026, 1, 1)
        )
    with clock.at(D(2026, 2, 1)):
        publish(made, "2026-02")
    return made


@pytest.fixture(autouse=True)
def books(world: World) -> Iterator[None]:
    """Whatever a test did, the books hold."""
    yield
    report = run_checks(world.organisation.pk)
    assert report.first is None and "concessions.measures" in {check.name for check in report.checks}


def publish(world: World, month: str) -> None:
    run = draft_run(world.community.pk, Month.parse(month), actor=world["finance"]).run
    assert run is not None
    decide(confirm_run(run.pk, actor=world["finance"]).pk, approved=True, actor=world["lead"])


def ask(world: World, by: str = "lead", **more: object) -> Measure:
    known: dict[str, object] = {"deferral_months": 2, "percent": 20, "kinds": ("shop",), **more}
    with clock.at(ASKED):
        places = known.pop("places", (world.community.pk,))
        terms = MeasureTerms(known.pop("span", SPAN), **known)  # type: ignore[arg-type]
        return ask_measure(MeasureOrder("商户纾困", "市住建〔2026〕1 号", terms, places), actor=world[by])  # type: ignore[arg-type]


def running(world: World, **more: object) -> Measure:
    group = world.actors.get("group") or _group(world)
    row = ask(world, **more)
    with clock.at(ASKED):
        decide(row.request_id or 0, approved=True, actor=group)
    row.refresh_from_db()
    return row


def _group(world: World) -> object:
    from tests.world import actor_of
    from wuyefei.foundation.access.rules import Role

    world.actors["group"] = actor_of(world.organisation, "group", Role.GROUP_MANAGER)
    return world.actors["group"]


def shop_bills(world: World) -> list[tuple[str, int, int]]:
    rows = Receivable.objects.filter(property=world.flats["S-1"]).order_by("service_from", "pk")
    return [(f"{row.service_from:%m}", row.amount_fen, row.outstanding_fen) for row in rows]


def test_a_fifth_off_for_shops_now_and_when_the_next_bill_is_published(world: World) -> None:
    row = running(world)
    assert shop_bills(world) == [("01", 50000, 50000), ("02", 50000, 40000)]
    with clock.at(D(2026, 3, 1)):
        publish(world, "2026-03")
    with clock.at(D(2026, 4, 1)):
        publish(world, "2026-04")
    assert shop_bills(world)[2:] == [("03", 50000, 40000), ("04", 50000, 50000)]
    assert not Adjustment.objects.exclude(receivable__property=world.flats["S-1"]).exists()
    assert list(LateFeeHold.objects.order_by("pk").values_list("kind", "starts_on", "ends_on")) == [
        ("deferral", D(2026, 2, 15), D(2026, 4, 15)), ("deferral", D(2026, 3, 15), D(2026, 5, 15)),
    ]  # fmt: skip
    february = Receivable.objects.get(property=world.flats["S-1"], service_from=D(2026, 2, 1))
    assert [(one.words, one.change_fen) for one in granted_on(february.pk)] == [
        ("商户纾困：2026-02-01 至 2026-03-31 减 20%", -10000), ("商户纾困：缓缴 2 个月，到 2026-04-15 不计违约金", 0),
    ]  # fmt: skip
    (found,) = open_bills(world["cashier"], D(2026, 4, 15), receivable_ids=[february.pk])
    assert (found.late_fee_fen, found.held) == (0, False)
    (found,) = open_bills(world["cashier"], D(2026, 4, 25), receivable_ids=[february.pk])
    assert found.late_fee_fen == 200  # 400.00 × 0.05 % × 10 days
    with clock.at(D(2026, 4, 15)):
        record_service(row.pk, world.community.pk, D(2026, 2, 10), "消杀", 12, 60000, actor=world["manager"])
        (came,) = came_to(world["lead"], row, D(2026, 4, 15))
    # 59 days of February's 400.00 at 0.20 a day, 31 of March's
    assert (came.bills, came.base_fen, came.off_fen, came.stopped_fen, came.due_fen, came.paid_fen) == (2, 100000, 20000, 1800, 80000, 0)
    assert (came.services, came.service_fen, came.cost_fen) == (12, 60000, 81800)
    with clock.at(D(2026, 4, 15)):
        assert follow_measures(None) == 0


def test_what_was_paid_is_not_paid_back_and_a_part_is_lowered_to_nothing(world: World) -> None:
    february = Receivable.objects.get(property=world.flats["S-1"], service_from=D(2026, 2, 1))
    with clock.at(D(2026, 2, 3)):
        pay(PaymentOrder(world.flats["S-1"].pk, world.people["沈秋白"].pk, (february.pk,), {"cash": 45000}, "k1", due_fen=50000), actor=world["cashier"])
    running(world)
    assert shop_bills(world)[1] == ("02", 50000, 0)
    assert MeasureBill.objects.get().off_fen == 5000 and not LateFeeHold.objects.exists()


def test_prepayment_settles_what_is_left_after_it(world: World) -> None:
    running(world)
    shen, shop = world.people["沈秋白"].pk, world.flats["S-1"].pk
    with clock.at(D(2026, 2, 20)):
        pay(PaymentOrder(shop, shen, (), {"cash": 150000}, "k2", due_fen=0, keep_rest=True), actor=world["cashier"])
    with clock.at(D(2026, 3, 1)):
        publish(world, "2026-03")
    # January's 500.00 with 45 days of late fee, 11.25; February's and March's 400.00
    assert shop_bills(world)[2] == ("03", 50000, 0)
    assert balance_fen(shen, shop) == 150000 - 51125 - 40000 - 40000


def test_a_bill_cut_by_a_transfer_is_not_lowered_twice(world: World) -> None:
    running(world)
    with clock.at(D(2026, 2, 10)):
        ask_transfer(Order(world.flats["S-1"].pk, PersonRow(name="温如言", mobile="19900001001"), D(2026, 2, 15), Basis.SALE), actor=world["finance"])
        decide(Request.objects.get(kind="transfer.do", state="open").pk, approved=True, actor=world["lead"])
        before = shop_bills(world)
        assert before[1:] == [("02", 50000, 0), ("02", 25000, 20000), ("02", 25000, 20000)] and follow_measures(None) == 0
    assert shop_bills(world) == before


def test_a_measure_is_ended_and_grants_no_more(world: World) -> None:
    row = running(world, deferral_months=0)
    with pytest.raises(Forbidden):
        end_measure(row.pk, actor=world["manager"])
    with clock.at(D(2026, 2, 20)):
        end_measure(row.pk, actor=world["lead"])
        with pytest.raises(MeasureWrongState):
            end_measure(row.pk, actor=world["lead"])
    with clock.at(D(2026, 3, 1)):
        publish(world, "2026-03")
    assert shop_bills(world)[1:] == [("02", 50000, 40000), ("03", 50000, 50000)]


def test_refused_asking_leaves_nothing(world: World) -> None:
    for error, who, more in (
        (Forbidden, "manager", {}), (NotFound, "outsider", {}), (Invalid, "lead", {"places": ()}), (Invalid, "lead", {"percent": 101}),
        (Invalid, "lead", {"percent": 0, "deferral_months": 0}), (Invalid, "lead", {"deferral_months": 4}),
        (NotFound, "lead", {"places": (world.other_community.pk,)}),
    ):  # fmt: skip
        with pytest.raises(error):
            ask(world, by=who, **more)
        assert not Measure.objects.exists() and not Request.objects.filter(kind="concessions.measure").exists()
    row = ask(world)
    with pytest.raises(Invalid):  # the same once more: each would be taken off
        ask(world)
    assert Measure.objects.count() == 1
    with clock.at(ASKED), pytest.raises(SamePerson):
        decide(row.request_id or 0, approved=True, actor=world["lead"])
    with pytest.raises(NotFound):
        get_measure(world["outsider"], row.pk)
    with clock.at(ASKED):
        cancel(row.request_id or 0, actor=world["lead"])
    row.refresh_from_db()
    assert row.state == "refused" and not Adjustment.objects.exists() and not MeasureBill.objects.exists()
    with pytest.raises(NotFound):
        record_service(row.pk, world.other_community.pk, ASKED, "消杀", 1, 0, actor=world["lead"])
    for times, cost in ((0, 0), (1, -1)):
        with pytest.raises(Invalid), clock.at(ASKED):
            record_service(row.pk, world.community.pk, ASKED, "消杀", times, cost, actor=world["lead"])
    assert not ExtraService.objects.exists()


def test_a_region_stands_for_its_communities_and_the_rows_stay_as_they_were(world: World) -> None:
    above = Region.objects.create(organisation=world.organisation, name="华东")
    world.community.region = Region.objects.create(organisation=world.organisation, name="杭州", parent=above)
    world.community.save()
    assert communities_of(world["lead"], above.pk, ()) == communities_of(world["lead"], None, [world.community.pk]) == (world.community.pk,)
    running(world)
    for statement in ("UPDATE concessions_measure SET percent = 1", "DELETE FROM concessions_measurebill", "UPDATE concessions_measureplace SET community_id = 1"):
        with pytest.raises((IntegrityError, DomainError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_on_the_pages(world: World) -> None:
    client, place = client_of(world["lead"]), world.community.pk
    sent = {"name": "商户纾困", "basis": "市住建〔2026〕1 号", "communities": [place], "kinds": ["shop"], "starts_on": "2026-02-01", "ends_on": "2026-03-31",
            "percent": "20", "deferral_months": "2"}  # fmt: skip
    with clock.at(ASKED):
        assert client.post("/concessions/measures/new", {**sent, "ends_on": "2026-01-01"}).status_code == 422
        assert client.post("/concessions/measures/new", {**sent, "communities": [], "region": ""}).status_code == 422
        assert not Measure.objects.exists()
        answer = client.post("/concessions/measures/new", sent)
        row = Measure.objects.get()
        assert answer.headers["Location"] == f"/concessions/measures/{row.pk}"
        assert "商户纾困" in client.get("/concessions/measures").content.decode()
        decide(row.request_id or 0, approved=True, actor=_group(world))  # type: ignore[arg-type]
        client.post(f"/concessions/measures/{row.pk}/service", {"community": place, "on": "2026-02-04", "what": "消杀", "times": "3", "cost": "120.50"})
        page = client.get(f"/concessions/measures/{row.pk}").content.decode()
        assert "100.00" in page and "120.50" in page and "消杀" in page and "商铺" in page
        paper = measure_data(Measure.objects.get(), ["桂语花园"])
        assert paper["facts"][2:4] == [["小区", "桂语花园"], ["房屋", "商铺"]] and paper["state"] == ""
        assert "服务期在 2026-02-01 至 2026-03-31 的费用，按原价减 20%" in paper["clauses"][0] and "缓缴 2 个月" in paper["clauses"][1]
        assert client.get(f"/concessions/measures/{row.pk}/notice.pdf").content.startswith(b"%PDF")
        client.post(f"/concessions/measures/{row.pk}/end")
    row.refresh_from_db()
    assert row.state == "ended" and Property.objects.filter(kind="shop").count() == 1
