"""The estate in a browser: find, look, unmask with a purpose; tariff, contract and who is covered."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.conftest import AxeRun, OpenPage, SignIn
from tests.edges.backoffice.conftest import publish
from tests.world import World, flat, make_world
from wuyefei.estate.contracts.public import Contract, ContractLine
from wuyefei.estate.occupancy.public import tie
from wuyefei.estate.people.public import PersonRow, create_person
from wuyefei.estate.tariffs.public import Tariff
from wuyefei.foundation.access.models import User
from wuyefei.foundation.platform import clock, jobs
from wuyefei.foundation.platform.models import Job, PersonalDataRead
from wuyefei.foundation.shell.verify import run_checks

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = [1366, pytest.param(390, marks=pytest.mark.wide)]


@pytest.fixture
def world() -> World:
    """January billed; 温故知 lives in 1-1-101 as a tenant."""
    with clock.at(dt.date(2026, 1, 2)):
        made = make_world()
        publish(made, "2026-01")
        row = PersonRow("温故知", mobile="13800002046")
        tenant = create_person(row, actor=made["finance"], community=made.community)
        tie(made.flats["1-1-101"].pk, tenant.pk, "tenant", dt.date(2026, 1, 1), actor=made["finance"])
    return made


def user(world: World, role: str) -> User:
    return User.objects.get(pk=world[role].user_id)


def confirm(page: Page, reason: str = "") -> None:
    dialog = page.locator("#wy-confirm")
    expect(dialog).to_be_visible()
    if reason:
        dialog.get_by_label("原因").fill(reason)
    dialog.locator("[data-yes]").click()


@pytest.mark.parametrize("width", WIDTHS)
def test_find_look_and_unmask(world: World, browser_page: OpenPage, sign_in: SignIn, axe: AxeRun, width: int) -> None:
    page = browser_page(width)
    sign_in(page, user(world, "manager"))
    page.goto("/")
    assert axe(page) == []
    page.keyboard.press("Control+k")
    page.locator("#wy-finder input").fill("1-1-101")
    expect(page.locator("#wy-finder .out a").first).to_contain_text("1-1-101")
    assert axe(page) == []
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(reverse("backoffice:property", args=[world.flats["1-1-101"].pk]) + "$"))
    assert axe(page) == []
    page.locator("a[data-explain]").first.click()
    expect(page.locator("#wy-drawer")).to_contain_text("怎么算出来的")
    assert axe(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#wy-drawer")).to_be_hidden()
    expect(page.get_by_text("138****2046")).to_be_visible()
    page.get_by_role("button", name="查看").click()
    expect(page.locator("#wy-confirm")).to_contain_text("查看 温故知 的完整信息？")
    assert axe(page) == []
    page.locator("#wy-confirm [data-yes]").click()  # without a purpose nothing happens
    expect(page.locator("#wy-confirm")).to_be_visible()
    assert not PersonalDataRead.objects.exists()
    confirm(page, "通知水管检修")
    expect(page.get_by_text("13800002046")).to_be_visible()
    read = PersonalDataRead.objects.get()
    assert (read.purpose, read.reader_id) == ("通知水管检修", world["manager"].user_id)


@pytest.mark.wide
@pytest.mark.parametrize("width", WIDTHS)
def test_tariff_contract_and_cover(
    world: World, browser_page: OpenPage, sign_in: SignIn, axe: AxeRun, width: int
) -> None:
    flat(world.community, "2-1-101", "88.88")
    page = browser_page(width)
    sign_in(page, user(world, "manager"))
    page.goto(reverse("backoffice:tariff_new"))
    page.get_by_label("收费项目").select_option(label="物业服务费")
    page.get_by_label("名称").fill("二期物业费")
    page.get_by_role("textbox", name="单价 选填", exact=True).fill("3.20")
    expect(page.locator("#example")).to_contain_text("320.00")
    assert axe(page) == []
    page.get_by_label("生效日期").fill("2026-01-01")
    page.get_by_role("button", name="新增收费标准").click()
    expect(page.locator(".wy-tl")).to_contain_text("3.2")
    assert axe(page) == []
    tariff = Tariff.objects.get(name="二期物业费")
    page.goto(reverse("backoffice:contract_new"))
    page.get_by_label("合同编号").fill("GY-2026-02")
    page.get_by_label("合同名称").fill("二期物业服务合同")
    page.get_by_label("合同起始日期").fill("2026-01-01")
    page.get_by_label("违约金日比例").fill("0.2")
    page.get_by_label("违约金日比例").blur()
    expect(page.locator("#notes")).to_contain_text("高于 0.1%")
    assert axe(page) == []
    page.get_by_label("违约金日比例").fill("0.05")
    page.get_by_label("违约金条款").fill("第九条")
    page.get_by_label("收费条款").fill("第六条")
    page.get_by_label("收费条款").blur()
    expect(page.locator("#notes")).to_contain_text("没有发现问题")
    page.get_by_role("button", name="新建草稿").click()
    expect(page.get_by_text("最多到应缴金额的 5%")).to_be_visible()
    cover = page.locator("#cover")
    cover.get_by_label("收费标准").select_option(str(tariff.pk))
    cover.get_by_label("2", exact=True).check()
    cover.get_by_role("button", name="看结果").click()
    expect(page.locator("#cover")).to_contain_text("会新建 1 条计费行")
    expect(page.locator("#cover")).to_contain_text("284.42")
    assert not ContractLine.objects.filter(tariff=tariff).exists()
    assert axe(page) == []
    page.get_by_role("button", name="确认新建 1 条").click()
    expect(page.locator("#lines")).to_contain_text("共 1 条")
    page.get_by_role("button", name="合同生效").click()
    confirm(page)
    expect(page.locator("#content")).to_contain_text("生效")
    assert Contract.objects.get(number="GY-2026-02").state == "active"
    assert ContractLine.objects.get(tariff=tariff).property.code == "2-1-101"
    assert run_checks(world.organisation.pk).holds


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.wide
def test_every_list_is_accessible(world: World, browser_page: OpenPage, sign_in: SignIn, axe: AxeRun, width: int) -> None:
    page = browser_page(width)
    sign_in(page, user(world, "lead"))
    found: list[str] = []
    paths = [reverse(f"backoffice:{name}") for name in (
        "properties", "communities", "people", "tariffs", "contracts", "audit", "reads", "verify", "property_new", "person_new", "item_new", "search",
    )]  # fmt: skip
    paths += [reverse("backoffice:community", args=[world.community.pk])]
    paths += [reverse("backoffice:person", args=[world.people["陆小满"].pk])]
    for path in paths:
        page.goto(path)
        found += [f"{path} {line}" for line in axe(page)]
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert found == []
    page.goto(reverse("backoffice:verify"))
    page.get_by_role("button", name="开始核验").click()
    expect(page.locator("#report")).to_contain_text("等待")
    assert axe(page) == []
    jobs.run_job(Job.objects.get(kind="verify").pk)
    expect(page.locator("#report")).to_contain_text("全部对得上")
    assert axe(page) == []
