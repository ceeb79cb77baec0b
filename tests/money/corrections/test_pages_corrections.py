"""From the price's page to the corrected bills, as people see it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from tests.estate.metering.test_pages_metering import client_of
from tests.money.corrections.test_actions_corrections import TODAY, billed
from tests.world import World, make_world
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import Adjustment
from wuyefei.money.corrections.models import Correction

pytestmark = pytest.mark.django_db


def test_from_the_price_to_the_bills() -> None:
    with clock.at(dt.date(2026, 1, 1)):
        world: World = make_world()
    billed(world)
    with clock.at(TODAY):
        manager, lead = client_of(world["manager"]), client_of(world["lead"])
        to_price = reverse("backoffice:version_new", args=[world.service_tariff.pk])
        sent = manager.post(to_price, {"effective_from": "2026-02-01", "per_unit": "2.30", "note": "决议"})
        row = Correction.objects.get()
        page = reverse("corrections:correction", args=[row.pk])
        assert sent.status_code == 302 and sent["Location"] == page
        text = manager.get(page).content.decode()
        assert "这个价格改变 9 笔已发布的账单，合计 −185.94 元" in text and "1-1-201" in text and "提交复核" in text
        assert "1-1-201" not in manager.get(page, {"q": "1-1-101"}).content.decode()
        assert "没有符合筛选的账单" in manager.get(page, {"way": "up"}).content.decode()
        assert "自 2026-02-01 起的价格改变 9 笔" in manager.get(reverse("backoffice:tariff", args=[world.service_tariff.pk])).content.decode()
        assert "由补录的 manager甲 提交" in lead.get(page).content.decode()
        assert manager.get(reverse("corrections:export", args=[row.pk])).content[:2] == b"PK"
        assert manager.post(reverse("corrections:ask", args=[row.pk]), {"reason": ""}, follow=True).content.decode().count("请写明原因") == 1
        manager.post(reverse("corrections:ask", args=[row.pk]), {"reason": "按决议补录"})
        request = Request.objects.get(kind="corrections.price")
        assert request.amount_fen == 18594
        shown = lead.get(reverse("approvals:waiting")).content.decode()
        assert "2.30 元/㎡·月" in shown and "185.94 元" in shown
        lead.post(reverse("approvals:approve", args=[request.pk]), {"note": ""})
        assert Adjustment.objects.filter(kind="price").count() == 9
        listed = lead.get(reverse("corrections:list"), {"q": "住宅", "state": "done"}).content.decode()
        assert "住宅物业费" in listed and "−185.94" in listed
        gone = client_of(world["outsider"])
        assert gone.get(page).status_code == 404 and client_of(world["collector"]).post(reverse("corrections:ask", args=[row.pk])).status_code in (302, 404)
