"""A bill from a charge sheet explains itself to the owner, step by step."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from tests.relations.owners import LU, Town, phone, place
from wuyefei.estate.tariffs.rules.public import By
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable
from wuyefei.money.sheets.public import Head, Scope, SharedTerms, ask_to_bill, draft_shared
from wuyefei.relations.accounts.models import Code

pytestmark = pytest.mark.django_db


def test_the_owner_reads_how_a_share_came_about(town: Town) -> None:
    world, today = town.world, clock.today()
    head = Head(world.service.pk, "公共照明用电", Span(today - dt.timedelta(days=30), today), today + dt.timedelta(days=20))
    terms = SharedTerms(30000, By.AREA, Scope(only=("1-1-101", "1-1-102", "1-1-201")))
    sheet = draft_shared(head, terms, actor=world["finance"], community=world.community)
    decide(ask_to_bill(sheet.pk, actor=world["finance"]).pk, approved=True, actor=world["lead"])
    bill = Receivable.objects.get(kind="sheet", property=world.flats["1-1-101"])
    token = place(town, LU, "1-1-101").token
    Code.objects.all().delete()  # another may be asked for at once
    text = phone(town, LU).get(reverse("portal:bill", args=[token, bill.pk])).content.decode()
    assert "分摊，按面积" in text and "总额 300.00 元 × 本户 100 ÷ 合计 309.91" in text and "公共照明用电" in text
