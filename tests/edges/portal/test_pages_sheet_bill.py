"""A bill from a charge sheet explains itself to the owner, step by step."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from tests.estate.metering.test_pages_metering import JPEG
from tests.relations.owners import LU, Town, phone, place
from wuyefei.estate.metering.public import Installed, ReadingRow, install, read_one
from wuyefei.estate.properties.public import MeterRow, bulk_create_meters
from wuyefei.estate.tariffs.rules.public import By
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import Span
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Receivable
from wuyefei.money.sheets.public import (
    Head,
    MeteredTerms,
    Scope,
    SharedTerms,
    ask_to_bill,
    draft_metered,
    draft_shared,
    parse_steps,
)
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


def test_the_owner_sees_the_dial_that_was_photographed(town: Town) -> None:
    world, today, home = town.world, clock.today(), town.world.flats["1-1-101"]
    (meter,) = bulk_create_meters([MeterRow(home.pk, "水表", "W-1")], actor=world["manager"], community=world.community)
    install(meter.pk, Installed(today - dt.timedelta(days=30), Decimal(100)), actor=world["manager"])
    row = ReadingRow(meter.pk, today, Decimal(110))
    reading = read_one(row, actor=world["manager"], community=world.community, sure=True, photo=JPEG)
    head = Head(world.service.pk, "水费", Span(today, today), today + dt.timedelta(days=20))
    sheet = draft_metered(head, MeteredTerms("水表", parse_steps("3.45"), today.replace(month=1, day=1)), actor=world["finance"], community=world.community)
    decide(ask_to_bill(sheet.pk, actor=world["finance"]).pk, approved=True, actor=world["lead"])
    bill = Receivable.objects.get(kind="sheet", property=home)
    token = place(town, LU, "1-1-101").token
    Code.objects.all().delete()
    client = phone(town, LU)
    address = reverse("portal:photo", args=[token, bill.pk, reading.pk])
    assert address in client.get(reverse("portal:bill", args=[token, bill.pk])).content.decode()
    assert client.get(address)["Content-Type"] == "image/jpeg"
    assert client.get(reverse("portal:photo", args=[token, bill.pk, reading.pk + 1])).status_code == 404
    other = Receivable.objects.exclude(pk=bill.pk).filter(property=home).first()
    assert other is None or client.get(reverse("portal:photo", args=[token, other.pk, reading.pk])).status_code == 404
