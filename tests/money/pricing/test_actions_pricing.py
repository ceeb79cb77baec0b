"""A new price: what it means, two people, and what happens where its first day is billed while it waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.money.corrections.test_actions_corrections import bill, billed, open_of
from tests.world import World, make_world
from wuyefei.estate.localrules.public import NeedsConsultation, choose
from wuyefei.estate.tariffs.public import (
    AlreadyBilled,
    NeedsSecond,
    NewPrice,
    TariffVersion,
    VersionTaken,
    add_version,
    end_tariff,
)
from wuyefei.foundation.approvals.actions import NotOpen, SamePerson, cancel, decide
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.platform.models import AuditEntry
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.public import Adjustment, DraftedAhead, draft_run
from wuyefei.money.corrections.public import draft_correction
from wuyefei.money.pricing.actions import (
    AlreadyProposed,
    CorrectionOpen,
    NotMaker,
    NotOvertaken,
    Overtaken,
    WrongState,
    as_late,
    ask_price,
    discard_price,
    propose,
)
from wuyefei.money.pricing.models import Proposal

pytestmark = pytest.mark.django_db
TODAY, MAY = dt.date(2026, 4, 20), dt.date(2026, 5, 1)


@pytest.fixture
def world() -> World:
    with clock.at(dt.date(2026, 1, 1)):
        made = make_world()
    billed(made)
    return made


@pytest.fixture(autouse=True)
def books(world: World) -> Iterator[None]:
    yield
    finding = run_checks(world.organisation.pk).first
    assert finding is None, finding


def proposed(world: World, price: str = "2.80", since: dt.date = MAY, **more: Any) -> Proposal:
    return propose(world.service_tariff.pk, NewPrice(since, Decimal(price), note="业主大会决议", **more), actor=world["manager"])


def versions(world: World) -> int:
    return TariffVersion.objects.filter(tariff=world.service_tariff).count()


def test_seen_asked_agreed_and_only_then_in_force(world: World) -> None:
    with clock.at(TODAY):
        row = proposed(world)
        # 2.50 → 2.80 over 100, 89.55 and 120.36 m²: 250.00 + 223.88 + 300.90 → 280.00 + 250.74 + 337.01
        assert (row.line_count, row.property_count, row.unknown_count, row.before_fen, row.after_fen) == (3, 3, 0, 77478, 86775)
        assert row.difference_fen == 9297 and row.rises and row.before == {"per_unit": "2.5000", "fixed": "0.0000", "terms": {}}
        assert row.groups == [{
            "contract": world.contract.pk, "number": world.contract.number, "regime": world.contract.price_regime, "ceiling": "", "lines": 3,
            "homes": 3, "before_fen": 77478, "after_fen": 86775, "difference_fen": 9297, "unknown": 0,
        }]  # fmt: skip
        request = ask_price(row.pk, actor=world["manager"], reason="按决议")
        assert (request.amount_fen, request.permission, versions(world)) == (9297, "adjust.approve", 1)
        decide(request.pk, approved=True, actor=world["lead"])
    row.refresh_from_db()
    assert row.version is not None and (row.state, row.version.number, row.version.per_unit) == ("done", 2, Decimal("2.8000"))
    assert row.agreed_by_id == world["lead"].user_id
    assert list(AuditEntry.objects.filter(action__startswith="pricing.").order_by("pk").values_list("action", flat=True)) == [
        "pricing.draft", "pricing.price.ask", "pricing.price.approve", "pricing.done",
    ]  # fmt: skip
    bill(world, "2026-05")
    assert open_of(world, "1-1-101") == [25000] * 4 + [28000]


def test_nobody_alone(world: World) -> None:
    with clock.at(TODAY):
        with pytest.raises(NeedsSecond, match="住宅物业费"), transaction.atomic():
            add_version(world.service_tariff.pk, MAY, per_unit=Decimal("2.80"), actor=world["lead"])
        row = propose(world.service_tariff.pk, NewPrice(MAY, Decimal("2.80")), actor=world["lead"])
        with pytest.raises(NotMaker):
            ask_price(row.pk, actor=world["manager"], reason="代交")
        request = ask_price(row.pk, actor=world["lead"], reason="按决议")
        with pytest.raises(SamePerson):
            decide(request.pk, approved=True, actor=world["lead"])
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE pricing_proposal SET agreed_by_id = made_by_id WHERE id = %s", [row.pk])
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            Proposal.objects.filter(pk=row.pk).update(per_unit=Decimal("9"))
        assert versions(world) == 1
        cancel(request.pk, actor=world["lead"])


def test_turned_down_withdrawn_given_up(world: World) -> None:
    with clock.at(TODAY):
        first = ask_price(proposed(world).pk, actor=world["manager"], reason="按决议")
        with pytest.raises(AlreadyProposed, match="2026-05-01"):
            proposed(world, "2.90")
        with pytest.raises(DomainError, match="写明原因"):
            decide(first.pk, approved=False, actor=world["lead"])
        decide(first.pk, approved=False, actor=world["lead"], note="没有附决议")
        second = ask_price(proposed(world).pk, actor=world["manager"], reason="附决议")
        cancel(second.pk, actor=world["manager"])
        third = proposed(world)
        discard_price(third.pk, actor=world["manager"])
        with pytest.raises(WrongState):
            ask_price(third.pk, actor=world["manager"], reason="再交")
        with pytest.raises(NotOpen):
            decide(second.pk, approved=True, actor=world["lead"])
    assert list(Proposal.objects.order_by("pk").values_list("state", flat=True)) == ["refused", "refused", "discarded"]
    assert versions(world) == 1


def test_who_may_and_where(world: World) -> None:
    with clock.at(TODAY):
        with pytest.raises(Forbidden):
            propose(world.service_tariff.pk, NewPrice(MAY, Decimal("2.80")), actor=world["finance"])
        with pytest.raises(NotFound):
            propose(world.service_tariff.pk, NewPrice(MAY, Decimal("2.80")), actor=world["outsider"])
        row = proposed(world)
        with pytest.raises(NotFound):
            discard_price(row.pk, actor=world["outsider"])
        with pytest.raises(Forbidden):
            discard_price(row.pk, actor=world["cashier"])
        request = ask_price(row.pk, actor=world["manager"], reason="按决议")
        with pytest.raises(NotFound):
            decide(request.pk, approved=True, actor=world["outsider"])
    assert not Proposal.objects.filter(state="done").exists()


def test_what_forbids_a_price_forbids_it_at_once(world: World) -> None:
    with clock.at(TODAY):
        with pytest.raises(AlreadyBilled, match="2026-04-30"):
            proposed(world, since=dt.date(2026, 4, 1))
        row = proposed(world)
        decide(ask_price(row.pk, actor=world["manager"], reason="按决议").pk, approved=True, actor=world["lead"])
        with pytest.raises(VersionTaken):
            proposed(world, "2.90")
        choose("beijing", TODAY, actor=world["manager"], community=world.community)
        with pytest.raises(NeedsConsultation):
            proposed(world, "2.90", dt.date(2026, 6, 1))
        lower = proposed(world, "2.40", dt.date(2026, 6, 1))
        assert not lower.rises and lower.difference_fen < 0
        request = ask_price(lower.pk, actor=world["manager"], reason="下调")
        end_tariff(world.service_tariff.pk, dt.date(2026, 5, 31), actor=world["lead"])
        with pytest.raises(DomainError, match="停用"):
            decide(request.pk, approved=True, actor=world["lead"])
    assert versions(world) == 2


def test_its_first_day_billed_while_it_waited(world: World) -> None:
    with clock.at(TODAY):
        row = proposed(world)
        with pytest.raises(NotOvertaken):
            as_late(row.pk, actor=world["manager"])
        request = ask_price(row.pk, actor=world["manager"], reason="按决议")
    bill(world, "2026-05")
    with clock.at(dt.date(2026, 5, 6)):
        with pytest.raises(Overtaken, match="已出账到 2026-05-31"):
            decide(request.pk, approved=True, actor=world["lead"])
        assert versions(world) == 1 and not Adjustment.objects.exists()
        with pytest.raises(NotMaker):
            as_late(row.pk, actor=world["lead"])
        made = as_late(row.pk, actor=world["manager"])
        assert (made.state, made.effective_from, made.line_count, made.up_fen) == ("draft", MAY, 3, 9297)
        row.refresh_from_db()
        request.refresh_from_db()
        assert (row.state, request.state) == ("refused", "cancelled")
        with pytest.raises(CorrectionOpen):
            proposed(world, since=dt.date(2026, 6, 1))


def test_a_day_that_passed_without_a_bill_is_no_hindrance(world: World) -> None:
    with clock.at(TODAY):
        request = ask_price(proposed(world).pk, actor=world["manager"], reason="按决议")
    with clock.at(dt.date(2026, 5, 10)):
        decide(request.pk, approved=True, actor=world["lead"])
    assert versions(world) == 2


def test_a_run_at_the_former_price_waits_no_longer(world: World) -> None:
    with clock.at(TODAY):
        request = ask_price(proposed(world).pk, actor=world["manager"], reason="按决议")
        draft_run(world.community.pk, Month.parse("2026-05"), actor=world["finance"])
        with pytest.raises(DraftedAhead):
            decide(request.pk, approved=True, actor=world["lead"])
    assert versions(world) == 1


def test_a_correction_and_a_new_price_do_not_cross(world: World) -> None:
    with clock.at(TODAY):
        draft_correction(world.service_tariff.pk, NewPrice(dt.date(2026, 2, 1), Decimal("2.30")), actor=world["manager"])
        with pytest.raises(CorrectionOpen, match="2026-02-01"):
            proposed(world)
    assert not Proposal.objects.exists()
