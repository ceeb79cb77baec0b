"""A bill of several shops divided among them, and made one again: two people, books that hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.urls import reverse

from tests.estate.metering.test_pages_metering import client_of
from tests.world import World, charge, flat, make_world, own, pay, person, tariff
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError, Invalid
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.public import (
    Deferral,
    Receivable,
    confirm_run,
    draft_run,
    open_bills,
    release_income,
    standings,
)
from wuyefei.money.divisions.actions import BillChanged, NotDivisible, ask_division, ask_undo
from wuyefei.money.divisions.models import Division
from wuyefei.money.divisions.queries import divided_on
from wuyefei.money.divisions.rules import Way
from wuyefei.money.payments.public import PaymentOrder

pytestmark = pytest.mark.django_db
FEBRUARY = dt.date(2026, 2, 10)


@pytest.fixture
def world() -> World:
    """A head office that is billed for a quarter of three shops at the first of them: 3 × 1,000.00, due on 15 January."""
    with clock.at(dt.date(2026, 1, 1)):
        world = make_world(cycle_months=3)
        whole = tariff(world.community, world.service, "整层物业费", "fixed", "0", "1000")
        world.people["连锁总部"], world.people["自营店主"] = person(world.community, "连锁总部"), person(world.community, "自营店主")
        for code, area, owner in (("S-101", "60.00", "连锁总部"), ("S-102", "30.00", "连锁总部"), ("S-103", "10.00", "自营店主")):
            world.flats[code] = flat(world.community, code, area, "shop")
            own(world.flats[code], world.people[owner])
        charge(world.contract, world.flats["S-101"], whole)
    with clock.at(dt.date(2026, 1, 2)):
        run = draft_run(world.community.pk, Month.parse("2026-01"), actor=world["finance"]).run
        assert run is not None
        decide(confirm_run(run.pk, actor=world["finance"]).pk, approved=True, actor=world["lead"])
    return world


@pytest.fixture(autouse=True)
def books(world: World) -> Iterator[None]:
    """Whatever a test did, the books hold."""
    yield
    finding = run_checks(world.organisation.pk).first
    assert finding is None, finding


def whole(world: World) -> Receivable:
    return Receivable.objects.select_related("item").get(property=world.flats["S-101"], contract_line__isnull=False)


def settled(world: World, bill: Receivable, fen: int, on: dt.date) -> None:
    with clock.at(on):
        due = sum(one.total_fen for one in open_bills(world["cashier"], on, receivable_ids=[bill.pk]))
        order = PaymentOrder(bill.property_id, bill.payer_id, (bill.pk,), {"cash": fen}, f"pay-{bill.pk}-{on}-000001", due_fen=due)
        pay(order, actor=world["cashier"])


def waiting(kind: str) -> int:
    return Request.objects.get(kind=kind, state="open").pk


def divided(world: World, way: Way = Way.AREA, text: str = "S-101\nS-102\nS-103") -> Division:
    row = ask_division(whole(world).pk, way, text, actor=world["finance"], reason="总部要求分店核算")
    decide(waiting("divisions.do"), approved=True, actor=world["lead"])
    row.refresh_from_db()
    return row


def parts_of(row: Division) -> list[tuple[str, int, int, str]]:
    parts = row.parts.select_related("receivable", "payer", "property").order_by("pk")
    return [(one.payer.name, one.amount_fen, one.receivable.deferred_fen, str(one.receivable.due_on)) for one in parts if one.receivable]


def test_a_bill_is_divided_by_area_and_made_one_again(world: World) -> None:
    with clock.at(FEBRUARY):
        before = standings([whole(world)], FEBRUARY)[whole(world).pk].payable_fen
        row = divided(world)
        # March's net, 943.39 of 2,830.19, goes along
        assert parts_of(row) == [
            ("连锁总部", 180000, 56603, "2026-01-15"), ("连锁总部", 90000, 28302, "2026-01-15"), ("自营店主", 30000, 9434, "2026-02-25"),
        ]  # fmt: skip
        bill = whole(world)
        assert (bill.outstanding_fen, standings([bill], FEBRUARY)[bill.pk].payable_fen) == (0, 0)
        assert divided_on(bill.pk) == [("未缴的 3,000.00 元拆分到 3 间商铺：总部要求分店核算", -300000)]
        made = list(Receivable.objects.filter(pk__in=row.parts.values("receivable_id")).order_by("pk"))
        fees = [standings([one], FEBRUARY)[one.pk].payable_fen for one in made]
        assert before == 3900 and fees == [2340, 1170, 0]  # 0.05 % a day for 26 days; the new payer has time
        run = draft_run(world.community.pk, Month.parse("2026-02"), actor=world["finance"]).run
        assert run is None  # no day is billed again
        with pytest.raises(NotDivisible):
            ask_division(bill.pk, Way.AREA, "S-101\nS-102", actor=world["finance"], reason="再拆")
        ask_undo(row.pk, actor=world["finance"], reason="总部改主意")
        decide(waiting("divisions.undo"), approved=True, actor=world["lead"])
        bill = whole(world)
        assert (bill.outstanding_fen, standings([bill], FEBRUARY)[bill.pk].payable_fen) == (300000, 3900)
    with clock.at(dt.date(2026, 3, 1)):
        release_income(world.community.pk, Month.parse("2026-03"), actor=world["lead"])
    assert not Deferral.objects.filter(released_entry_id__isnull=True).exists()


def test_only_the_rest_of_a_bill_paid_in_part_and_no_way_back_once_paid(world: World) -> None:
    settled(world, whole(world), 100000, dt.date(2026, 1, 10))
    with clock.at(FEBRUARY):
        with pytest.raises(Invalid, match="2,000.00"):
            ask_division(whole(world).pk, Way.AMOUNTS, "S-101 1000\nS-102 999.99", actor=world["finance"], reason="分店核算")
        row = divided(world, Way.AMOUNTS, "S-102 1500\nS-103 500")
        assert [part[:2] for part in parts_of(row)] == [("连锁总部", 150000), ("自营店主", 50000)]
        bill = whole(world)
        assert (bill.outstanding_fen, bill.reversed_at) == (0, None)
        part = Receivable.objects.get(property=world.flats["S-103"])
    settled(world, part, 10000, dt.date(2026, 2, 11))
    with clock.at(dt.date(2026, 2, 12)), pytest.raises(NotDivisible, match="S-103"):
        ask_undo(row.pk, actor=world["finance"], reason="撤销")


def test_refusals_change_nothing(world: World) -> None:
    with clock.at(FEBRUARY):
        row = ask_division(whole(world).pk, Way.SHARES, "S-101 2\nS-102 1", actor=world["finance"], reason="分店核算")
        with pytest.raises(DomainError):
            decide(waiting("divisions.do"), approved=True, actor=world["finance"])
    settled(world, whole(world), 100000, dt.date(2026, 2, 11))
    with clock.at(dt.date(2026, 2, 12)):
        with pytest.raises((BillChanged, NotDivisible)):
            decide(waiting("divisions.do"), approved=True, actor=world["lead"])
        decide(waiting("divisions.do"), approved=False, actor=world["lead"], note="账单已变")
        row.refresh_from_db()
        assert row.state == "refused" and not row.parts.filter(receivable__isnull=False).exists()
        with pytest.raises(NotDivisible, match="违约金"):
            ask_division(whole(world).pk, Way.AREA, "S-101\nS-102", actor=world["finance"], reason="分店核算")
        for text, words in (("S-101\nS-999", "S-999"), ("S-101\nS-102 3", "第 2 行")):
            with pytest.raises(Invalid, match=words):
                ask_division(Receivable.objects.get(property=world.flats["1-1-101"]).pk, Way.AREA, text, actor=world["finance"], reason="分")


def test_the_pages(world: World) -> None:
    with clock.at(FEBRUARY):
        finance, bill = client_of(world["finance"]), whole(world)
        address = reverse("divisions:new", args=[bill.pk])
        assert address in finance.get(reverse("billing:receivable", args=[bill.pk])).content.decode()
        sent = {"way": "area", "shops": "S-101\nS-102\nS-103", "reason": ""}
        looked = finance.post(address, sent | {"look": "1"}).content.decode()
        assert "1,800.00" in looked and "自营店主" in looked and not Division.objects.exists()
        assert "这个字段是必填项" in finance.post(address, sent).content.decode()
        assert "S-999" in finance.post(address, sent | {"shops": "S-101\nS-999", "reason": "分"}).content.decode()
        made = finance.post(address, sent | {"reason": "总部要求分店核算"})
        page = made["Location"]
        assert "等待另一人复核" in finance.get(page).content.decode()
        assert "900.00" in client_of(world["lead"]).get(reverse("approvals:waiting")).content.decode()
        assert "连锁总部" in finance.get(reverse("divisions:list"), {"q": "S-101", "state": "asked"}).content.decode()
        decide(waiting("divisions.do"), approved=True, actor=world["lead"])
        text = finance.get(page).content.decode()
        assert "已拆分" in text and "2026-02-25" in text
        finance.post(page + "undo", {"reason": "改主意"})
        finance.post(page + "withdraw")
        assert Request.objects.get(kind="divisions.undo").state == "cancelled"
        assert "没有等待复核的申请" in finance.post(page + "withdraw", follow=True).content.decode()
        late = client_of(world["lead"]).post(reverse("approvals:approve", args=[Request.objects.get(kind="divisions.do").pk]))
        assert late.status_code == 409 and "这项申请已经处理过了（已通过）" in late.content.decode()
        assert client_of(world["outsider"]).get(page).status_code == 404
