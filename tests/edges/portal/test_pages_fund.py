"""The owner reads who paid a part of their bill, and everybody reads the sums of the fund, of nobody by name."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.relations.owners import LU, Town, phone, place
from tests.world import actor_of
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.money.billing.public import Receivable
from wuyefei.money.concessions.public import Seat
from wuyefei.money.relief.public import FundKind, FundOrder, ask_care, ask_money, assess, open_fund
from wuyefei.relations.accounts.models import Code

pytestmark = pytest.mark.django_db


def test_a_bill_paid_by_the_care_fund_and_the_funds_year(town: Town) -> None:
    world = town.world
    fund = open_fund(FundOrder(world.community.pk, FundKind.CARE, "邻里关爱基金"), actor=world["lead"])
    money = ask_money(fund.pk, "firm", "", 50_000, "批文", actor=world["finance"])
    decide(money.request_id or 0, approved=True, actor=world["lead"])
    bill = Receivable.objects.filter(property=world.flats["1-1-101"], outstanding_fen__gt=10_000).order_by("-pk")[0]
    aid = ask_care(fund.pk, [bill.pk], 12_345, "停工", consented=True, actor=world["collector"])
    assess(aid.pk, Seat.PROJECT, agreed=True, note="", actor=world["manager"])
    assess(aid.pk, Seat.SERVICE, agreed=True, note="", actor=actor_of(world.organisation, "keeper", Role.HOUSEKEEPER))
    decide(aid.request_id or 0, approved=True, actor=world["lead"])
    token = place(town, LU, "1-1-101").token
    Code.objects.all().delete()  # another may be asked for at once
    client = phone(town, LU)
    text = client.get(reverse("portal:bill", args=[token, bill.pk])).content.decode()
    assert "由小区关爱基金代缴，不用归还" in text and "123.45" in text
    told = client.get(reverse("portal:open", args=[token])).content.decode()
    assert "邻里关爱基金" in told and "500.00" in told and "1 户次" in told and "376.55" in told and "陆小满" not in told and "停工" not in told
