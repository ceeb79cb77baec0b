"""Runs and what may meet them at the same moment: drafts, imports, payments, reversals. Exact on real transactions."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db.models import Sum

from tests.money.intake.books import xlsx
from tests.scenarios.month import first_finding, publish
from tests.scenarios.together import at_once
from tests.world import World, make_world
from tests.world import pay as take_payment
from wuyefei.estate.properties.public import Property
from wuyefei.foundation.access.actor import refreshed
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import (
    Receivable,
    Run,
    RunLine,
    ask_void_run,
    confirm_run,
    discard_run,
    draft_run,
    strike_line,
)
from wuyefei.money.intake.public import Choices, ImportResult, run_import
from wuyefei.money.payments.public import Payment, PaymentOrder

pytestmark = pytest.mark.django_db(transaction=True)
FEBRUARY = Month.parse("2026-02")
MONTHLY = 25000 + 22388 + 30090 + 15000
"""What the four contracts of the world bring in a month, in fen."""


@pytest.fixture
def world() -> World:
    with clock.at(dt.date(2026, 1, 2)):
        return make_world()


def draft(world: World) -> Any:
    return draft_run(world.community.pk, FEBRUARY, actor=world["finance"])


def drafted(world: World) -> Run:
    """January is out; February stands as a draft of four lines."""
    with clock.at(dt.date(2026, 1, 2)):
        publish(world, "2026-01")
        run = draft(world).run
    assert run is not None
    return run


def february() -> tuple[int, int]:
    rows = Receivable.objects.filter(period=FEBRUARY.first)
    return rows.count(), rows.aggregate(s=Sum("amount_fen"))["s"] or 0


def refusals(results: list[Any]) -> set[str]:
    return {result.code for result in results if isinstance(result, DomainError)}


def test_drafted_again_while_it_is_published(world: World) -> None:
    """The draft is refused while the run is confirmed, and finds nothing to bill once it is out."""
    run = drafted(world)
    request = confirm_run(run.pk, actor=world["finance"])
    results = at_once(
        lambda: draft(world), lambda: decide(request.pk, approved=True, actor=world["lead"]), lambda: draft(world), lambda: draft(world)
    )
    assert not isinstance(results[1], DomainError)
    assert refusals(results) <= {"run_state"}
    assert all(result.run is None for result in (results[0], *results[2:]) if not isinstance(result, DomainError))
    assert february() == (4, MONTHLY)
    assert list(Run.objects.filter(period=FEBRUARY.first).values_list("state", flat=True)) == ["published"]
    assert not RunLine.objects.exists() and first_finding(world) == ""


def test_drafted_again_while_it_is_confirmed(world: World) -> None:
    """Whoever comes first: what was confirmed is what there is, so the second person can publish it."""
    run = drafted(world)
    results = at_once(lambda: draft(world), lambda: confirm_run(run.pk, actor=world["finance"]), lambda: draft(world))
    assert refusals(results) <= {"run_state"} and not isinstance(results[1], DomainError)
    decide(results[1].pk, approved=True, actor=world["lead"])
    assert february() == (4, MONTHLY) and first_finding(world) == ""


def test_drafted_again_while_a_line_is_struck_and_it_is_given_up(world: World) -> None:
    """A line of the former draft is gone or struck in time; a draft given up keeps no lines."""
    run = drafted(world)
    line = RunLine.objects.filter(run=run).earliest("pk").pk
    results = at_once(
        lambda: draft(world), lambda: strike_line(line, struck=True, actor=world["finance"]),
        lambda: discard_run(run.pk, actor=world["finance"]), lambda: draft(world),
    )  # fmt: skip
    assert refusals(results) <= {"not_found", "run_state"} and not isinstance(results[2], DomainError)
    run.refresh_from_db()
    assert run.state == "discarded" and not RunLine.objects.filter(run=run).exists()
    again = draft(world)
    assert (again.line_count, again.amount_fen) == (4, MONTHLY) == (RunLine.objects.count(), MONTHLY)
    assert first_finding(world) == ""


ROWS = [
    ["楼号", "单元", "房号", "建筑面积", "业主姓名", "手机号", "单价", "期初欠费", "欠费起", "欠费止"],
    ["1", "1", "301", 100, "测试甲", "19900000001", 2.5, 150.5, "2025-10-01", "2025-12-31"],
    ["1", "1", "302", 80, "测试乙", "19900000002", 2.5, None, None, None],
]


def bring(world: World) -> ImportResult:
    actor = refreshed(world["lead"])
    return run_import("a.xlsx", xlsx({"房屋": ROWS}), community=world.community.name, actor=actor, choices=Choices(dt.date(2026, 2, 1)))


def test_an_import_during_a_draft(world: World) -> None:
    """The draft sees the new flats whole or not at all, never one without its price or owner; the next sees them."""
    drafted(world)
    results = at_once(lambda: bring(world), lambda: draft(world), lambda: draft(world))
    assert not refusals(results) and results[0].document["state"] == "applied"
    assert {(result.line_count, result.amount_fen) for result in results[1:]} <= {(4, MONTHLY), (6, MONTHLY + 25000 + 20000)}
    assert not [gap for result in results[1:] for gap in result.gaps]
    again = draft(world)
    assert (again.line_count, again.amount_fen, again.gaps) == (6, MONTHLY + 45000, [])
    opening = Receivable.objects.exclude(kind="run").values_list("amount_fen", flat=True)
    assert list(opening) == [15050] and first_finding(world) == ""


def test_an_import_during_a_publish(world: World) -> None:
    """What was confirmed is what is published; the new flats come with the next draft, from their first day."""
    request = confirm_run(drafted(world).pk, actor=world["finance"])
    results = at_once(lambda: decide(request.pk, approved=True, actor=world["lead"]), lambda: bring(world), lambda: bring(world))
    assert not refusals(results)
    assert sorted(result.document["state"] for result in results[1:]) == ["applied", "unchanged"]
    rows = Receivable.objects.filter(period=FEBRUARY.first, kind="run")
    assert (rows.count(), rows.aggregate(s=Sum("amount_fen"))["s"]) == (4, MONTHLY)
    assert Property.objects.filter(community=world.community, code__in=["1-1-301", "1-1-302"]).count() == 2
    again = draft_run(world.community.pk, FEBRUARY.plus(1), actor=world["finance"])
    assert (again.line_count, again.amount_fen) == (4 + 4, MONTHLY + 2 * 45000)
    assert first_finding(world) == ""


def test_a_run_is_voided_while_five_pay_one_of_its_bills(world: World) -> None:
    """Either the run is reversed and nobody pays, or one has paid and the run stands whole."""
    with clock.at(dt.date(2026, 1, 2)):
        run = publish(world, "2026-01")
    request = ask_void_run(run.pk, actor=world["finance"], reason="单价录错")
    bill = Receivable.objects.get(property=world.flats["1-1-101"])

    def pay(number: int) -> Any:
        order = PaymentOrder(bill.property_id, bill.payer_id, (bill.pk,), {"scan": 25000}, f"client-{number}", due_fen=25000)
        return lambda: take_payment(order, actor=world["cashier"])

    results = at_once(lambda: decide(request.pk, approved=True, actor=world["lead"]), *(pay(number) for number in range(5)))
    paid = sum(isinstance(result, Payment) for result in results)
    voided = not isinstance(results[0], DomainError)
    assert paid + voided == 1 and refusals(results) <= {"run_paid", "bills_changed"}
    assert Receivable.objects.filter(reversed_at__isnull=True).count() == (0 if voided else 4)
    assert Receivable.objects.aggregate(s=Sum("outstanding_fen"))["s"] == (0 if voided else MONTHLY - 25000)
    assert first_finding(world) == ""
