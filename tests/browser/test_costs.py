"""Court costs, a share among creditors, the comparison of channels and a list passed on: wide and on a phone, light and dark."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextvars import ContextVar

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_billing import OpenPage, picture
from tests.browser.test_legal import world  # noqa: F401 - the fixture
from tests.collection.followup.test_channels import contacted
from tests.collection.legal.conftest import SEPTEMBER, at
from tests.collection.legal.test_actions_legal import do
from tests.collection.legal.test_costs_legal import FILED, JUDGED, LATER, booked, judged, order
from tests.world import World, actor_of
from wuyefei.collection.drives.public import Opening, open_drives
from wuyefei.collection.legal.models import Cost
from wuyefei.collection.legal.public import Fee, Move
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.platform import clock


@pytest.mark.browser
@pytest.mark.wide
@pytest.mark.django_db(transaction=True)
def test_costs_and_what_goes_with_them(
    world: World, browser_page: OpenPage, sign_in: Callable[[Page, object], None], axe: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:
    world.actors["keeper"] = actor_of(world.organisation, "keeper", Role.HOUSEKEEPER, world.community)
    with clock.at(at(SEPTEMBER)):
        matter = judged(world)
    booked(world, matter, order(Move.PAID, 5000, FILED))
    booked(world, matter, order(Move.EXPENSED, 30000, FILED, Fee.LAWYER))
    do(world, matter, "declare", JUDGED, way="share", court="某区人民法院", declared_fen="840", due_on="2026-10-31")
    contacted(world, "沈秋白", "phone", dt.date(2026, 9, 1), "reached")
    with clock.at(at(LATER)):
        people = tuple(world[name].user_id or 0 for name in ("keeper", "collector"))
        [drive] = open_drives(Opening("四季度行动", LATER, LATER + dt.timedelta(days=5), "amount", (world.community.pk,), people, {world.community.pk: 100}), actor=world["manager"])
    moment = at(LATER)
    monkeypatch.setattr(clock, "_set", ContextVar("clock", default=moment))
    page = browser_page(1366)
    sign_in(page, User.objects.get(username="legal"))
    page.goto(f"/legal/matters/{matter.pk}")
    page.locator("#lg-costs").get_by_role("link", name="判由对方负担").click()
    page.get_by_label("金额（元）").fill("60")
    page.get_by_label("文书由哪个法院作出").fill("某区人民法院")
    page.get_by_label("凭据").fill("判决书主文第三项")
    page.get_by_role("button", name="登记").click()
    expect(page.locator("form.wy-form")).to_contain_text("不能超过还在垫付的 50.00 元")
    page.get_by_label("金额（元）").fill("30")
    page.get_by_role("button", name="登记").click()
    expect(page.locator("#lg-costs")).to_contain_text("其中对方未付")
    assert Cost.objects.filter(move="awarded", amount_fen=3000).count() == 1
    mine, managers = ("/legal/costs", f"/legal/matters/{matter.pk}", f"/legal/matters/{matter.pk}/costs/paid"), ("/followup/channels", f"/drives/{drive.pk}/pass", f"/drives/{drive.pk}")
    for width, theme in ((1366, "light"), (1366, "dark"), (390, "light"), (390, "dark")):
        page = browser_page(width, theme=theme)
        for user, addresses in (("legal", mine), ("manager", managers)):
            sign_in(page, User.objects.get(pk=world[user].user_id))
            for address in addresses:
                page.goto(address)
                assert axe(page) == [], (width, theme, address)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, address)
                picture(page, f"costs-{width}-{theme}-{address.strip('/').replace('/', '-')}")
