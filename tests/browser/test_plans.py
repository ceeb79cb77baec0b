"""A payer in difficulty gets a plan, in a real browser: the parts are seen, three people agree, a part is paid."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.world import World, actor_of, make_world, pay
from wuyefei.foundation.access.models import User
from wuyefei.foundation.access.rules import Role
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import DAY
from wuyefei.foundation.platform import clock
from wuyefei.money.billing.public import OpeningArrears, Receivable, book_opening
from wuyefei.money.concessions.public import Plan, Seat, assess
from wuyefei.money.payments.public import PaymentOrder

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OpenPage = Callable[..., Page]


def prepared() -> World:
    """陆小满 has owed 3,000.01 for three months."""
    made = make_world()
    made.actors["keeper"] = actor_of(made.organisation, "keeper", Role.HOUSEKEEPER)
    first = clock.today() - 120 * DAY
    row = OpeningArrears(made.flats["1-1-101"].pk, made.people["陆小满"].pk, first, first + 29 * DAY, first + 30 * DAY, 300001, "",
                         Decimal("0.0005"), Decimal("0.05"))  # fmt: skip
    book_opening([row], actor=made["finance"], community=made.community, item=made.service)
    return made


def user(world: World, name: str) -> User:
    return User.objects.get(pk=world[name].user_id)


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("WUYEFEI_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.wide
def test_a_plan_is_asked_for_and_kept(browser_page: OpenPage, sign_in: Callable[[Page, User], None], axe: Callable[..., list[str]]) -> None:
    world = prepared()
    page = browser_page(1366)
    sign_in(page, user(world, "collector"))
    page.goto(f"/properties/{world.flats['1-1-101'].pk}/")
    page.get_by_role("link", name="分期").first.click()
    page.get_by_label(re.compile("困难分期")).check()
    page.get_by_label("期数").fill("6")
    page.get_by_label("违约金减免").select_option("80")
    page.locator("#id_reason").fill("停工三个月")
    page.get_by_role("button", name="算一算").click()
    expect(page.locator("#parts")).to_contain_text("500.01")
    assert axe(page) == []
    picture(page, "plan-new")
    page.get_by_role("button", name="提交审批").click()
    expect(page.get_by_text("等待审批").first).to_be_visible()
    plan = Plan.objects.get()
    assess(plan.pk, Seat.PROJECT, agreed=True, note="", actor=world["manager"])
    sign_in(page, user(world, "keeper"))
    page.goto(f"/concessions/plans/{plan.pk}")
    page.locator("#note-service").fill("上门见过本人")
    picture(page, "plan-asked")
    page.get_by_role("button", name="同意", exact=True).click()
    expect(page.get_by_text("评估意见已登记").first).to_be_visible()
    decide(plan.request_id or 0, approved=True, actor=world["lead"])
    bill = Receivable.objects.get()
    pay(PaymentOrder(bill.property_id, bill.payer_id, (bill.pk,), {"cash": 50001}, "first"), actor=world["cashier"])
    _looked_at(browser_page, sign_in, axe, world, plan)


def _looked_at(browser_page: OpenPage, sign_in: Callable[[Page, User], None], axe: Callable[..., list[str]], world: World, plan: Plan) -> None:
    """What a running plan looks like, wide and narrow, light and dark."""
    for width, theme in ((1366, "light"), (390, "dark")):
        page = browser_page(width, theme=theme)
        sign_in(page, user(world, "collector"))
        for name, address in (("plan", f"/concessions/plans/{plan.pk}"), ("plans", "/concessions/plans"), ("effect", "/concessions/plans/effect")):
            page.goto(address)
            expect(page.locator("main")).to_contain_text("3,000.01")
            assert axe(page) == []
            picture(page, f"{name}-{width}-{theme}")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
