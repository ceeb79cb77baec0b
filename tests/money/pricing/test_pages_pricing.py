"""From the tariff's page to a price in force, as people see it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from tests.estate.metering.test_pages_metering import client_of
from tests.money.corrections.test_actions_corrections import TODAY, bill, billed
from tests.world import World, make_world
from wuyefei.estate.contracts.public import ContractLine
from wuyefei.estate.tariffs.public import TariffVersion
from wuyefei.foundation.approvals.models import Request
from wuyefei.foundation.platform import clock
from wuyefei.money.corrections.public import Correction
from wuyefei.money.pricing.asking import describe
from wuyefei.money.pricing.models import Proposal

pytestmark = pytest.mark.django_db
SENT = {"effective_from": "2026-05-01", "per_unit": "2.80", "note": "决议"}


@pytest.fixture
def world() -> World:
    with clock.at(dt.date(2026, 1, 1)):
        made = make_world()
    billed(made)
    return made


def test_from_the_tariff_to_a_price_in_force(world: World) -> None:
    with clock.at(TODAY):
        manager, lead = client_of(world["manager"]), client_of(world["lead"])
        tariff = reverse("backoffice:tariff", args=[world.service_tariff.pk])
        assert "由另一人复核后才生效" in manager.get(tariff).content.decode()
        sent = manager.post(reverse("backoffice:version_new", args=[world.service_tariff.pk]), SENT)
        row = Proposal.objects.get()
        page = reverse("pricing:proposal", args=[row.pk])
        assert sent.status_code == 302 and sent["Location"] == page
        text = manager.get(page).content.decode()
        assert "2.50 元/㎡·月" in text and "2.80 元/㎡·月" in text and "+92.97" in text and "12.0%" in text
        assert "还没有提交，价格没有变" in text and world.contract.number in text and "没有登记征询记录" in text
        assert "由提出的 manager甲 提交" in lead.get(page).content.decode()
        assert "自 2026-05-01 起的新价格还没有生效，每月合计 +92.97 元" in manager.get(tariff).content.decode()
        assert "请写明原因" in manager.post(reverse("pricing:ask", args=[row.pk]), {"reason": ""}, follow=True).content.decode()
        manager.post(reverse("pricing:ask", args=[row.pk]), {"reason": "按决议"})
        request = Request.objects.get(kind="pricing.price")
        shown = lead.get(reverse("approvals:waiting")).content.decode()
        assert "774.78 → 867.75 元" in shown and "3 套房屋，3 条计费行" in shown
        assert TariffVersion.objects.filter(tariff=world.service_tariff).count() == 1
        lead.post(reverse("approvals:approve", args=[request.pk]), {"note": ""})
        assert TariffVersion.objects.filter(tariff=world.service_tariff).count() == 2
        listed = lead.get(reverse("pricing:list"), {"q": "住宅", "state": "done"}).content.decode()
        assert "住宅物业费" in listed and "+92.97" in listed
        assert "没有符合筛选的新价格" in lead.get(reverse("pricing:list"), {"state": "draft"}).content.decode()
        assert client_of(world["outsider"]).get(page).status_code == 404


def test_what_has_changed_since_it_was_proposed_is_said(world: World) -> None:
    """1-1-102 (89.55 m²) is no longer charged: 774.78 → 867.75 becomes 550.90 → 617.01."""
    with clock.at(TODAY):
        manager, lead = client_of(world["manager"]), client_of(world["lead"])
        manager.post(reverse("backoffice:version_new", args=[world.service_tariff.pk]), SENT)
        row = Proposal.objects.get()
        page = reverse("pricing:proposal", args=[row.pk])
        manager.post(reverse("pricing:ask", args=[row.pk]), {"reason": "按决议"})
        assert "提出以后" not in lead.get(page).content.decode() + lead.get(reverse("approvals:waiting")).content.decode()
        ContractLine.objects.filter(property=world.flats["1-1-102"], tariff=world.service_tariff).update(ends_on=TODAY)
        text = strip_tags(lead.get(page).content.decode())
        assert "现在是 2 套、2 行，每月 550.90 → 617.01 元" in text and "+92.97" in text
        assert "现在是 2 条计费行" in lead.get(reverse("approvals:waiting")).content.decode()
        lead.post(reverse("approvals:approve", args=[Request.objects.get(kind="pricing.price").pk]), {"note": ""})
        assert "提出以后" not in lead.get(page).content.decode(), "decided: what was decided on stands"
        facts = dict(describe(Request.objects.get(kind="pricing.price")))
        assert facts["涉及"] == "3 套房屋，3 条计费行" and "注意" not in facts


def test_withdrawn_given_up_and_overtaken(world: World) -> None:
    new = reverse("backoffice:version_new", args=[world.service_tariff.pk])
    with clock.at(TODAY):
        manager = client_of(world["manager"])
        manager.post(new, SENT)
        first = Proposal.objects.get()
        manager.post(reverse("pricing:ask", args=[first.pk]), {"reason": "按决议"})
        assert manager.post(new, SENT).status_code == 422
        manager.post(reverse("pricing:withdraw", args=[first.pk]))
        again = manager.post(reverse("pricing:withdraw", args=[first.pk]), follow=True)
        assert again.redirect_chain == [(reverse("pricing:proposal", args=[first.pk]), 302)] and "可能已经处理过了" in again.content.decode()
        assert client_of(world["outsider"]).post(reverse("pricing:withdraw", args=[first.pk])).status_code in (403, 404)
        manager.post(new, SENT)
        second = Proposal.objects.latest("pk")
        manager.post(reverse("pricing:discard", args=[second.pk]))
        manager.post(new, SENT)
        third = Proposal.objects.latest("pk")
    bill(world, "2026-05")
    with clock.at(dt.date(2026, 5, 6)):
        manager = client_of(world["manager"])
        page = reverse("pricing:proposal", args=[third.pk])
        text = manager.get(page).content.decode()
        assert "等待期间已出账到 2026-05-31" in text and "改为补录" in text and "提交复核" not in text
        gone = manager.post(reverse("pricing:late", args=[third.pk]))
        assert gone["Location"] == reverse("corrections:correction", args=[Correction.objects.get().pk])
    assert list(Proposal.objects.order_by("pk").values_list("state", flat=True)) == ["refused", "discarded", "discarded"]
