"""A month billed in a real browser: draft, review by keyboard, confirm, publish by a second person, look at one bill."""

from __future__ import annotations

import os
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.world import World, charge, flat, make_world, own, person
from wuyefei.estate.tariffs.public import TariffVersion
from wuyefei.foundation.access.models import User
from wuyefei.foundation.approvals.actions import decide
from wuyefei.foundation.kernel.dates import Month
from wuyefei.foundation.platform import clock
from wuyefei.foundation.shell.verify import run_checks
from wuyefei.money.billing.models import RunLine
from wuyefei.money.billing.public import Receivable, Run, ask_adjustment, confirm_run, draft_run

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenPage = Callable[..., Page]


def prepared() -> tuple[World, Month]:
    """Everything to the end of last month is published; this month has a new flat and a new price for parking."""
    month = Month.of(clock.today())
    with clock.at(month.plus(-1).first):
        world = make_world()
        result = draft_run(world.community.pk, month.plus(-1), actor=world["finance"])
        assert result.run is not None
        request = confirm_run(result.run.pk, actor=world["finance"])
        decide(request.pk, approved=True, actor=world["lead"])
    TariffVersion.objects.create(
        tariff=world.parking_tariff, number=2, effective_from=month.first, per_unit=Decimal(180), fixed=0, made_at=clock.now()
    )
    new = flat(world.community, "1-1-202", "80.00")
    own(new, person(world.community, "何以宁"), month.first)
    charge(world.contract, new, world.service_tariff, month.first)
    charge(world.contract, flat(world.community, "1-1-301", None), world.service_tariff, month.first)
    return world, month


def user(world: World, name: str) -> User:
    return User.objects.get(pk=world[name].user_id)


def picture(page: Page, name: str) -> None:
    folder = os.environ.get("WUYEFEI_PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page="full" in name)


def test_a_month_is_billed(browser_page: OpenPage, sign_in: Callable[[Page, User], None], axe: Callable[..., list[str]]) -> None:
    world, month = prepared()
    page = browser_page(1366)
    sign_in(page, user(world, "finance"))
    page.goto("/billing/runs")
    assert axe(page) == []
    picture(page, "billing-runs")
    page.get_by_role("link", name="出账", exact=True).last.click()
    page.get_by_label("账期").fill(str(month))
    assert axe(page) == []
    picture(page, "billing-new")
    page.get_by_role("button", name="算出草稿").click()
    # 4 lines as before, the new flat, parking 30.00 dearer
    expect(page.locator("#run-figures")).to_contain_text("1,154.78")
    expect(page.locator("#run-bridge")).to_contain_text("+30.00")
    expect(page.get_by_text("没有计费面积")).to_be_visible()
    expect(page.locator("#run-foot")).to_contain_text("还有 1 条异常待核对")
    expect(page.get_by_role("button", name="确认 1,154.78 元")).to_have_attribute("aria-disabled", "true")
    assert axe(page) == []
    picture(page, "billing-review")
    # the outlier stands first: explain it, pass it by key
    page.keyboard.press("j")
    page.keyboard.press("e")
    drawer = page.locator("#wy-drawer")
    expect(drawer).to_contain_text("2.50 元 × 80.00 ㎡")
    assert axe(page) == []
    picture(page, "billing-review-drawer")
    page.keyboard.press("y")
    expect(page.locator("#run-foot")).to_contain_text("可以确认")
    expect(page.locator("#run-chips")).to_contain_text("待核对 0")
    # the next row has become the current one, and the drawer has followed
    expect(page.locator("tr.cur")).to_contain_text("1-1-101")
    expect(drawer).to_contain_text("1-1-101")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    page.keyboard.press("x")
    expect(page.locator("#run-figures")).to_contain_text("904.78")
    expect(page.locator("tr.cur")).to_contain_text("1-1-102")
    page.keyboard.press("k")
    page.keyboard.press("y")
    expect(page.locator("#run-figures")).to_contain_text("1,154.78")
    page.get_by_role("button", name="确认 1,154.78 元").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("4 户、5 行")
    picture(page, "billing-confirm")
    dialog.get_by_role("button", name="确认").click()
    expect(page.locator("#content")).to_contain_text("等待另一人发布")
    assert axe(page) == []
    assert not Receivable.objects.filter(period=month.first).exists()

    second = browser_page(1366)
    sign_in(second, user(world, "lead"))
    second.goto("/approvals/")
    expect(second.get_by_role("article")).to_contain_text("1,154.78")
    assert axe(second) == []
    picture(second, "approvals")
    second.get_by_role("button", name="通过").click()
    expect(second.get_by_role("dialog")).to_contain_text("通过后立即执行")
    second.get_by_role("button", name="通过并执行").click()
    expect(second.get_by_text("没有等你复核的申请")).to_be_visible()
    second.goto("/approvals/history")
    assert axe(second) == []
    run = Run.objects.get(period=month.first)
    assert run.state == "published" and not RunLine.objects.exists()
    second.goto(f"/billing/runs/{run.pk}")
    expect(second.locator("#run-figures")).to_contain_text("1,154.78")
    assert axe(second) == []
    picture(second, "billing-published-full")
    assert run_checks(world.organisation.pk).holds


@pytest.mark.wide
def test_a_bill_is_looked_at_and_asked_about(
    browser_page: OpenPage, sign_in: Callable[[Page, User], None], axe: Callable[..., list[str]]
) -> None:
    world, _month = prepared()
    page = browser_page(1366)
    sign_in(page, user(world, "finance"))
    page.goto("/billing/receivables?state=late")
    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(page.locator("#wy-drawer")).to_contain_text("违约金怎么算")
    assert axe(page) == []
    picture(page, "receivables")
    page.locator("#wy-drawer").get_by_role("link", name="整页打开").click()
    assert axe(page) == []
    picture(page, "receivable-full")
    page.get_by_role("link", name="申请调整").click()
    page.get_by_label("调整金额（元）").fill("-5")
    page.get_by_role("textbox", name="原因").fill("面积复核")
    assert axe(page) == []
    page.get_by_role("button", name="提交复核").click()
    expect(page.get_by_text("面积复核")).to_be_visible()


@pytest.mark.wide
def test_on_a_phone(browser_page: OpenPage, sign_in: Callable[[Page, User], None], axe: Callable[..., list[str]]) -> None:
    world, month = prepared()
    result = draft_run(world.community.pk, month, actor=world["finance"])
    assert result.run is not None
    row = Receivable.objects.filter(property=world.flats["1-1-101"]).order_by("due_on").first()
    assert row is not None
    ask_adjustment(row.pk, -500, actor=world["finance"], reason="面积复核")
    for theme in ("light", "dark"):
        page = browser_page(390, theme=theme)
        sign_in(page, user(world, "lead"))
        for name, address in {
            "runs": "/billing/runs", "new": "/billing/runs/new", "review-full": f"/billing/runs/{result.run.pk}",
            "receivables-full": "/billing/receivables", "receivable-full": f"/billing/receivables/{row.pk}",
            "ask": f"/billing/receivables/{row.pk}/ask/waive", "approvals-full": "/approvals/", "history": "/approvals/history",
        }.items():  # fmt: skip
            page.goto(address)
            page.wait_for_load_state("networkidle")
            assert axe(page) == [], address
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 390, (address, wide)
            picture(page, f"phone-{theme}-{name}")


@pytest.mark.wide
def test_dark(browser_page: OpenPage, sign_in: Callable[[Page, User], None], axe: Callable[..., list[str]]) -> None:
    world, month = prepared()
    result = draft_run(world.community.pk, month, actor=world["finance"])
    assert result.run is not None
    page = browser_page(1366, theme="dark")
    sign_in(page, user(world, "lead"))
    for name, address in {"review": f"/billing/runs/{result.run.pk}", "receivables": "/billing/receivables"}.items():
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert axe(page) == [], address
        picture(page, f"dark-{name}")
