"""On the phone: deposits held and returned, and each payer by share with their own part only."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from django.urls import reverse

from tests.relations.owners import LU, SHEN, Town, phone, place
from tests.scenarios.month import publish
from wuyefei.estate.occupancy.public import agree_sharing, tie
from wuyefei.estate.tariffs.public import ChargeItem
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import charge_once, open_bills
from wuyefei.money.cashdesk.public import take
from wuyefei.money.deposits.public import Deposit, ReturnDraft, Withheld, ask_return
from wuyefei.money.payments.public import PaymentOrder
from wuyefei.relations.accounts.models import Code

pytestmark = pytest.mark.django_db


@pytest.mark.long
def test_the_owner_sees_what_is_held_and_what_was_deducted(town: Town) -> None:
    world = town.world
    item = ChargeItem.objects.create(organisation=world.organisation, code="fit", name="装修押金", nature="deposit", tax_rate=Decimal(0))
    home, owner = world.flats["1-1-101"], world.people["陆小满"]
    bill = charge_once(home.pk, owner.pk, item, 200000, actor=world["cashier"], community_id=home.community_id, memo="装修押金")
    token = place(town, LU, "1-1-101").token
    Code.objects.all().delete()
    client, page = phone(town, LU), reverse("portal:deposits", args=[token])
    assert "还没交，看账单" in client.get(page).content.decode()
    (due,) = open_bills(world["cashier"], clock.today(), receivable_ids=[bill.pk])
    take(PaymentOrder(home.pk, owner.pk, (due.id,), {"cash": due.total_fen}, "dep-1", due_fen=due.total_fen), actor=world["cashier"])
    text = client.get(reverse("portal:place", args=[token])).content.decode()
    assert page in text and "2,000.00" in text
    draft = ReturnDraft(Deposit.objects.get(bill=bill).pk, clock.today(), "墙面划痕", 165000, (Withheld("墙面修补", 35000, "WX-1"),), "transfer")
    made = ask_return(draft, actor=world["finance"])
    assert "退还在复核" in client.get(page).content.decode()
    decide(Request.objects.get(kind="deposits.return", subject_id=made.pk).pk, approved=True, actor=world["lead"])
    text = client.get(page).content.decode()
    assert "墙面修补" in text and "WX-1" in text and "1,650.00" in text
    Code.objects.all().delete()
    assert phone(town, SHEN).get(page).status_code == 404


def test_each_sees_only_their_own_part(town: Town) -> None:
    world, month = town.world, Month.of(clock.today()).plus(1)
    home, first, second = world.flats["1-1-101"], world.people["陆小满"], world.people["沈秋白"]
    tie(home.pk, second.pk, "payer", month.first, actor=world["finance"])
    shares = [(first.pk, Fraction(3, 5)), (second.pk, Fraction(2, 5))]
    agree_sharing(home.pk, shares, month.first, actor=world["finance"])
    with clock.at(month.first):
        publish(world, str(month))
        for mobile, own, other in ((LU, "150.00", "100.00"), (SHEN, "100.00", "150.00")):
            Code.objects.all().delete()
            token = place(town, mobile, "1-1-101").token
            Code.objects.all().delete()
            text = phone(town, mobile).get(reverse("portal:history", args=[token])).content.decode()
            assert own in text and (other not in text or mobile == LU), mobile
