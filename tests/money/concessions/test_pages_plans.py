"""A plan on the pages: its parts are shown before anything is asked, three people decide, the agreement is printed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.test import Client

from tests.estate.metering.test_pages_metering import client_of
from tests.world import World, actor_of, make_world
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import OpeningArrears, Receivable, book_opening
from wuyefei.money.concessions.public import Plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[World]:
    with clock.at(dt.date(2026, 2, 1)):
        made = make_world()
        made.actors["keeper"] = actor_of(made.organisation, "keeper", Role.HOUSEKEEPER)
        row = OpeningArrears(made.flats["1-1-101"].pk, made.people["陆小满"].pk, dt.date(2025, 11, 1), dt.date(2025, 11, 30),
                             dt.date(2026, 1, 1), 100001, "", Decimal("0.0005"), Decimal("0.05"))  # fmt: skip
        book_opening([row], actor=made["finance"], community=made.community, item=made.service)
        yield made


def sent(world: World, **more: str) -> dict[str, object]:
    bill = Receivable.objects.get().pk
    return {"bill": [bill], "basis": "hardship", "months": "3", "relief_percent": "50", "first_due_on": "2026-02-10", "reason": "停工", **more}


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return str(response.content.decode())


def test_from_the_property_to_the_printed_agreement(world: World) -> None:
    collector, home = client_of(world["collector"]), world.flats["1-1-101"].pk
    assert f"/concessions/plans/new/{home}" in text(collector, f"/properties/{home}/")
    address = f"/concessions/plans/new/{home}"
    assert "1,000.01" in text(collector, address)
    shown = collector.post(address, sent(world, show="1")).content.decode()
    assert shown.count("333.34") == 2 and "333.33" in shown and not Plan.objects.exists()
    wrong = collector.post(address, sent(world, ask="1", basis="policy", relief_percent="0"))
    assert wrong.status_code == 422 and "2,000.00" in wrong.content.decode() and not Plan.objects.exists()
    assert collector.post(address, sent(world, ask="1")).status_code == 302
    plan = Plan.objects.get()
    page = f"/concessions/plans/{plan.pk}"
    assert client_of(world["manager"]).post(f"{page}/assess", {"seat": "project", "agreed": "yes"}).status_code == 302
    assert client_of(world["keeper"]).post(f"{page}/assess", {"seat": "service", "agreed": "yes", "note": "见过"}).status_code == 302
    assert collector.get(f"{page}/agreement.pdf").status_code == 404
    decide(plan.request_id or 0, approved=True, actor=world["lead"])
    paper = collector.get(f"{page}/agreement.pdf")
    assert paper.content.startswith(b"%PDF") and paper["Content-Type"] == "application/pdf"
    assert collector.post(f"{page}/sign", {"signed_on": "2026-02-01"}).status_code == 302
    found = text(collector, page)
    assert "停工" in found and "2026-04-10" in found and found.count("同意") >= 3
    assert "停工" not in text(client_of(world["cashier"]), page)
    assert "1,000.01" in text(collector, "/concessions/plans/effect") and "陆小满" in text(collector, "/concessions/plans?q=陆")
    assert "没有符合筛选" in text(collector, "/concessions/plans?state=breached")
    assert "第 1 期" not in text(collector, f"/billing/receivables/{Receivable.objects.get().pk}")
    assert "下一期" in text(collector, f"/billing/receivables/{Receivable.objects.get().pk}")
    assert client_of(world["finance"]).get("/concessions/plans/export").status_code == 200
