"""A gift earned by paying ahead, given once, taken back; a fee waived within its budget; what is refused."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from tests.estate.metering.test_pages_metering import client_of
from tests.scenarios.together import DAY, at_once
from tests.world import World, actor_of, make_world, pay
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import SamePerson, decide
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.kernel.errors import DomainError, Forbidden, NotFound
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.public import Adjustment, Receivable, charge_once
from wuyefei.money.concessions.public import granted_on
from wuyefei.money.payments.public import Payment, PaymentOrder, hold_refund
from wuyefei.money.rewards.actions import AlreadyGiven
from wuyefei.money.rewards.models import Campaign, Given
from wuyefei.money.rewards.public import (
    CampaignKind,
    CampaignOrder,
    Terms,
    Tier,
    ask_campaign,
    came_to,
    due_back,
    end,
    give,
    progress_at,
    take_back,
)
from wuyefei.money.rewards.rules import CampaignWrongState, NotReached, OutOfStock, OverBudget

pytestmark = pytest.mark.django_db
D = dt.date
SPAN = Span(D(2026, 6, 1), D(2026, 6, 30))
GIFTS = Terms(CampaignKind.GIFT, SPAN, (Tier(50_000, "洗车券", 500, 1), Tier(100_000, "空调清洗、家政券", 8_000, 1)))
FEE = Terms(CampaignKind.FEE, SPAN, (), 3_000, 5_000)


@pytest.fixture
def world() -> Iterator[World]:
    with clock.at(D(2026, 6, 10)):
        made = make_world()
        made.actors["group"] = actor_of(made.organisation, "group", Role.GROUP_MANAGER)
        yield made


def put(world: World, code: str, name: str, fen: int) -> None:
    """Pay ahead at the desk."""
    order = PaymentOrder(world.flats[code].pk, world.people[name].pk, (), {"cash": fen}, f"{code}-{fen}", keep_rest=True)
    pay(order, actor=world["cashier"])


def run(world: World, terms: Terms, name: str = "年中预缴") -> Campaign:
    row = ask_campaign(CampaignOrder(world.community.pk, name, "公司决定", terms, world.parking.pk), actor=world["lead"])
    with pytest.raises(SamePerson):
        decide(row.request_id or 0, approved=True, actor=world["lead"])
    decide(row.request_id or 0, approved=True, actor=world["group"])
    return row


def sound(world: World) -> None:
    assert run_checks(world.organisation.pk).holds


def test_the_highest_tier_once_a_household(world: World) -> None:
    row = run(world, GIFTS)
    put(world, "1-1-101", "陆小满", 49_999)
    home, other = world.flats["1-1-101"].pk, world.flats["1-1-102"].pk
    with pytest.raises(NotReached):
        give(row.pk, home, actor=world["cashier"])
    put(world, "1-1-101", "陆小满", 50_001)
    put(world, "1-1-102", "沈秋白", 100_000)
    made = give(row.pk, home, actor=world["cashier"])
    assert (made.tier.gift if made.tier else "", made.cost_fen, made.paid_fen) == ("空调清洗、家政券", 8_000, 100_000)
    with pytest.raises(AlreadyGiven):
        give(row.pk, home, actor=world["cashier"])
    with pytest.raises(OutOfStock):
        give(row.pk, other, actor=world["finance"])
    came = came_to([row.pk])[row.pk]
    assert (came.given, came.cost_fen, came.paid_fen, str(came.ratio)) == (1, 8_000, 100_000, "12.5")
    take_back(made.pk, "不要了", actor=world["finance"])
    with pytest.raises(DomainError):
        take_back(made.pk, "再来", actor=world["finance"])
    give(row.pk, other, actor=world["finance"])
    assert Given.objects.count() == 2 and not Adjustment.objects.exists()
    sound(world)
    end(row.pk, actor=world["lead"])
    with pytest.raises(CampaignWrongState):
        give(row.pk, home, actor=world["cashier"])


def test_a_refund_makes_the_gift_due_back_and_paying_again_keeps_it(world: World) -> None:
    row, home, today = run(world, GIFTS), world.flats["1-1-101"], clock.today()
    put(world, "1-1-101", "陆小满", 70_000)

    def shown() -> tuple[int, str, str, bool, str, int]:
        (one,) = progress_at(home.pk, world.community.pk, today)
        return one.paid_fen, one.earned, one.given, one.back, one.next_gift, one.missing_fen

    assert shown() == (70_000, "洗车券", "", False, "空调清洗、家政券", 30_000)
    made = give(row.pk, home.pk, actor=world["cashier"])
    assert due_back(row) == {} and shown() == (70_000, "", "洗车券", False, "", 0)
    payment = Payment.objects.get()
    client = client_of(world["finance"])
    asked = client.get(f"/refunds/new/{payment.pk}").content.decode()
    assert "这户在「年中预缴」领过「洗车券」" in asked and "退款超过 200.00 元就不够这一档" in asked
    hold_refund(payment.pk, 20_000, [], actor=world["lead"], source_id=1)
    assert due_back(row) == {}
    hold_refund(payment.pk, 1, [], actor=world["lead"], source_id=2)
    assert due_back(row) == {made.pk: 49_999} and shown() == (49_999, "", "洗车券", True, "", 0)
    page = client.get(f"/rewards/{row.pk}?back=1").content.decode()
    assert "1 份礼品应收回" in page and "499.99" in page
    put(world, "1-1-101", "陆小满", 1)
    assert due_back(row) == {}
    hold_refund(payment.pk, 1, [], actor=world["lead"], source_id=3)
    take_back(made.pk, "退款后收回", actor=world["finance"])
    assert due_back(row) == {} and shown() == (49_999, "", "", False, "洗车券", 1)


def test_a_fee_waived_within_the_budget(world: World) -> None:
    row = run(world, FEE, "首月免手续费")
    for code, name, fen in (("1-1-101", "陆小满", 10_600), ("1-1-102", "沈秋白", 2_500)):
        charge_once(world.flats[code].pk, world.people[name].pk, world.parking, fen, actor=world["cashier"], community_id=world.community.pk, memo="办卡")
    made = give(row.pk, world.flats["1-1-101"].pk, actor=world["cashier"])
    bill = Receivable.objects.get(property=world.flats["1-1-101"])
    assert (made.cost_fen, bill.outstanding_fen, Adjustment.objects.get().tax_fen) == (3_000, 7_600, -170)
    assert [(one.words, one.change_fen) for one in granted_on(bill.pk)] == [("活动「首月免手续费」减免", -3_000)]
    with pytest.raises(OverBudget):
        give(row.pk, world.flats["1-1-102"].pk, actor=world["cashier"])
    with pytest.raises(DomainError):
        give(row.pk, world.flats["1-1-201"].pk, actor=world["cashier"])
    with pytest.raises(DomainError):
        take_back(made.pk, "错", actor=world["finance"])
    assert Adjustment.objects.count() == 1 and Given.objects.count() == 1
    sound(world)


def test_refused_and_nothing_changed(world: World) -> None:
    order = CampaignOrder(world.community.pk, "活动", "决定", GIFTS)
    for who, error in (("outsider", NotFound), ("finance", Forbidden)):
        with pytest.raises(error):
            ask_campaign(order, actor=world[who])
    row = ask_campaign(order, actor=world["lead"])
    put(world, "1-1-101", "陆小满", 100_000)
    home = world.flats["1-1-101"].pk
    with pytest.raises(CampaignWrongState):
        give(row.pk, home, actor=world["cashier"])
    decide(row.request_id or 0, approved=True, actor=world["group"])
    with pytest.raises(Forbidden):
        give(row.pk, home, actor=world["auditor"])
    with clock.at(D(2026, 7, 1)), pytest.raises(DomainError):
        give(row.pk, home, actor=world["cashier"])
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE rewards_tier SET stock = 9")
    later = run(world, dataclasses.replace(GIFTS, span=Span(D(2026, 6, 11), D(2026, 6, 30))), "以后")
    with pytest.raises(DomainError):
        give(later.pk, home, actor=world["cashier"])
    assert not Given.objects.exists()
    sound(world)


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_two_at_once_never_give_what_is_gone() -> None:
    with clock.at(DAY):
        made = make_world()
        made.actors["group"] = actor_of(made.organisation, "group", Role.GROUP_MANAGER)
        row = run(made, dataclasses.replace(GIFTS, span=Span(DAY, DAY)))
        for code, name in (("1-1-101", "陆小满"), ("1-1-102", "沈秋白")):
            put(made, code, name, 100_000)
    found = at_once(*(partial(give, row.pk, made.flats[code].pk, actor=made["cashier"]) for code in ("1-1-101", "1-1-102")))
    assert sorted(isinstance(one, OutOfStock) for one in found) == [False, True] and Given.objects.count() == 1


def test_the_pages(world: World) -> None:
    lead, desk = client_of(world["lead"]), client_of(world["cashier"])
    assert "家政券" in lead.get("/rewards/new").content.decode() and "预算" in lead.get("/rewards/new?kind=fee").content.decode()
    sent = {"community": world.community.pk, "name": "年中预缴", "basis": "决定", "starts_on": "2026-06-01", "ends_on": "2026-06-30"}
    assert lead.post("/rewards/new?kind=gift", sent).status_code == 422
    answer = lead.post("/rewards/new?kind=gift", sent | {"least1": "500", "gift1": "洗车券", "cost1": "5", "stock1": "3"})
    row = Campaign.objects.get()
    assert answer["Location"] == f"/rewards/{row.pk}" and row.tiers.get().stock == 3
    decide(row.request_id or 0, approved=True, actor=world["group"])
    home = world.flats["1-1-101"].pk
    assert f"/rewards/homes/{home}" in desk.get(f"/properties/{home}/").content.decode()
    assert "最低一档要 500.00 元" in desk.get(f"/rewards/homes/{home}").content.decode()
    put(world, "1-1-101", "陆小满", 50_000)
    assert "发放：洗车券" in desk.get(f"/rewards/homes/{home}").content.decode()
    desk.post(f"/rewards/{row.pk}/give/{home}")
    made = Given.objects.get()
    assert "已领" in desk.get(f"/rewards/homes/{home}").content.decode() and "100.0" in lead.get("/rewards/").content.decode()
    assert "1-1-101" in lead.get(f"/rewards/{row.pk}?q=101").content.decode() and lead.get(f"/rewards/{row.pk}/export").status_code == 200
    lead.post(f"/rewards/given/{made.pk}/back", {"reason": "退回"})
    lead.post(f"/rewards/{row.pk}/end")
    row.refresh_from_db()
    assert row.state == "ended" and "已收回" in lead.get(f"/rewards/{row.pk}").content.decode()
