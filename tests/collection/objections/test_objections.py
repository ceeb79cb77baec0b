"""A talk kept with its remedy, its conversion, comparables, and the pages."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from tests.collection.followup.conftest import MARCH, at, case_of, world  # noqa: F401 - the fixture
from tests.insight.arrears.conftest import paid
from tests.insight.arrears.test_pages_arrears import client, text
from tests.world import World
from wuyefei.collection.followup.public import CaseClosed, reckon
from wuyefei.collection.objections.models import Comparable, Objection
from wuyefei.collection.objections.public import (
    Talked,
    add_comparable,
    comparables,
    conversion,
    object_,
    objections,
)
from wuyefei.foundation.kernel.errors import Forbidden, Invalid, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.relations.service.public import Ticket

pytestmark = pytest.mark.django_db
TALK = Talked("talk-1", "service", "电梯常停", "您着急是应该的", "看了维保记录", "本周答复", "order")


def test_a_talk_opens_a_work_order_with_its_clock_once(world: World) -> None:  # noqa: F811
    case = case_of(world, "陆小满")
    row = object_(case.pk, TALK, actor=world["collector"])
    assert row.ticket is not None
    assert (row.owed_fen, row.ticket.kind, row.ticket.text, row.ticket.property_id) == (80000, "complaint", "电梯常停", case.property_id)
    assert row.ticket.due_at - row.ticket.made_at == dt.timedelta(hours=48)
    assert object_(case.pk, TALK, actor=world["collector"]).pk == row.pk
    assert Objection.objects.count() == Ticket.objects.count() == 1
    with pytest.raises(NotFound):
        object_(case_of(world, "顾予安").pk, TALK, actor=world["collector"])
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Objection.objects.update(heard="别的")


def test_hardship_asks_for_instalments(world: World) -> None:  # noqa: F811
    case = case_of(world, "陆小满")
    wish = replace(TALK, kind="hardship", remedy="instalment", heard="刚换工作")
    with pytest.raises(Invalid):
        object_(case.pk, wish, actor=world["collector"])
    assert not Objection.objects.exists() and not Ticket.objects.exists()
    row = object_(case.pk, replace(wish, months=4), actor=world["collector"])
    assert row.ticket is not None and (row.ticket.kind, row.ticket.months) == ("instalment", 4)


@pytest.mark.parametrize("wrong", [{"kind": "no"}, {"remedy": "instalment"}, {"heard": " "}, {"heard": "长" * 401}, {"client_key": ""}])
def test_what_makes_no_sense_keeps_nothing(world: World, wrong: dict[str, str]) -> None:  # noqa: F811
    with pytest.raises(Invalid):
        object_(case_of(world, "陆小满").pk, replace(TALK, **wrong), actor=world["collector"])
    assert not Objection.objects.exists() and not Ticket.objects.exists()


def test_who_may(world: World) -> None:  # noqa: F811
    pk = case_of(world, "陆小满").pk
    with pytest.raises(Forbidden):
        object_(pk, TALK, actor=world["auditor"])
    with pytest.raises(NotFound):
        object_(pk, TALK, actor=world["outsider"])
    object_(pk, TALK, actor=world["collector"])
    assert objections(world["auditor"]).count() == 1 and not objections(world["outsider"]).exists()


def test_conversion_counts_what_was_paid_within_thirty_days(world: World) -> None:  # noqa: F811
    """顾予安 pays all on 10 March, 沈秋白 after 31 days, 陆小满 never; and whoever has paid has nothing to object to."""
    for name in ("陆小满", "沈秋白", "顾予安"):
        object_(case_of(world, name).pk, replace(TALK, client_key=name, kind="price", remedy="compare"), actor=world["collector"])
    closed = case_of(world, "顾予安")
    with clock.at(at(dt.date(2026, 3, 10))):
        for month in (1, 2):
            paid(world, "1-1-201", "顾予安", dt.date(2026, month, 1), 31000, f"g{month}")
        reckon(world.community.pk, dt.date(2026, 3, 10))
        with pytest.raises(CaseClosed):
            object_(closed.pk, replace(TALK, client_key="late"), actor=world["collector"])
        found = {one.kind.value: one for one in conversion(world["collector"], dt.date(2026, 3, 10))}
        assert (found["price"].settled, found["price"].converted, found["price"].waiting) == (1, 1, 2)
    with clock.at(at(dt.date(2026, 4, 3))):
        for month in (1, 2):
            paid(world, "1-1-102", "沈秋白", dt.date(2026, month, 1), 23500, f"s{month}")
        found = {one.kind.value: one for one in conversion(world["collector"], dt.date(2026, 4, 3))}
        assert (found["price"].settled, found["price"].converted, found["price"].permille) == (3, 1, 333)


def test_comparables_say_where_and_when(world: World) -> None:  # noqa: F811
    for price, day in (("2.80", dt.date(2026, 1, 5)), ("3.10", dt.date(2026, 2, 5))):
        add_comparable(world.community.pk, "云栖里", Decimal(price), "公示栏照片", day, actor=world["manager"])
    (row,) = comparables(world["collector"])
    assert (row.price, row.seen_on) == (Decimal("3.10"), dt.date(2026, 2, 5))
    for price, source, day in ((Decimal(0), "x", MARCH), (Decimal("2.5"), " ", MARCH), (Decimal("2.5"), "x", dt.date(2026, 3, 4))):
        with pytest.raises(Invalid):
            add_comparable(world.community.pk, "云栖里", price, source, day, actor=world["manager"])
    with pytest.raises(Forbidden):
        add_comparable(world.community.pk, "云栖里", Decimal("2.5"), "x", MARCH, actor=world["collector"])
    assert Comparable.objects.count() == 2


def test_the_pages(world: World) -> None:  # noqa: F811
    page, case = client(world, "collector"), case_of(world, "陆小满")
    assert "谈异议" in text(page.get(f"/followup/cases/{case.pk}"))
    assert "价格高" in text(page.get(f"/objections/cases/{case.pk}"))
    add_comparable(world.community.pk, "云栖里", Decimal("3.10"), "公示栏照片", dt.date(2026, 2, 5), actor=world["manager"])
    shown = text(page.get(f"/objections/cases/{case.pk}?kind=price"))
    assert "1 倾听" in shown and "4 解决" in shown and "云栖里 3.10 公示栏照片 2026-02-05" in shown and "申请分期" not in shown
    sent = {"client_key": "web-1", "kind": "hardship", "heard": "手头紧", "remedy": "instalment", "months": "3"}
    assert page.post(f"/objections/cases/{case.pk}", sent | {"heard": ""}).status_code == 422
    done = page.post(f"/objections/cases/{case.pk}", sent)
    assert done.status_code == 302 and "03-05 10:30 前答复" in text(page.get(done["Location"]))
    shown = text(page.get("/objections/"))
    assert "缴费有困难 有结果 0，缴清 0 — — 90.0 % 1" in shown and "1-1-101" in shown
    assert "缴费有困难" in text(page.get(f"/followup/cases/{case.pk}"))
    assert page.post("/objections/prices", {}).status_code == 403
    manager = client(world, "manager")
    body = {"community": world.community.pk, "name": "映月湾", "price": "2.60", "source": "政府网站", "seen_on": "2026-02-01"}
    assert manager.post("/objections/prices", body).status_code == 302 and "映月湾" in text(manager.get("/objections/prices"))
    assert manager.post("/objections/prices", body | {"seen_on": "2026-03-09"}).status_code == 422
